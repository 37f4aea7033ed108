# shellcheck shell=bash
# Sourced by the suite: what docs/teams.md says for other systems than GitHub, as it stands there, on a pull request that
# loosens, and brings along what these commands would run, or write through.

elsewhere() {
  local case
  for case in on_jenkins on_gitlab anywhere; do
    "$case"
    equal "$case: nothing is written through a link" no "$([[ -e $WORK/written ]] && echo yes || echo no)"
    rm -f "$WORK/written"
    cd "$DEV"
  done
}

# hostile NAME: a clone of a change
hostile() {
  alone "$1"
  git checkout --quiet main
  printf 'version: v2\nmodules:\n  - path: proto\n' >buf.yaml
  mkdir tools
  cp -R "$REPOSITORY/tools/policy-check" tools/
  commit "Check the policy"
  git checkout --quiet -B change
  loosen
  printf '#!/bin/sh\nexit 0\n' >tools/policy-check/check
  ln -s "$WORK/written" api.binpb
  commit "Loosen, and agree"
  git clone --quiet --branch=change "file://$PWD" clone
  cd clone
}

# block_after LANGUAGE LINE: the first block of code of the page after a line that begins so
block_after() {
  LANGUAGE="$1" LINE="$2" awk '
    index($0, ENVIRON["LINE"]) == 1 { after = 1 }
    inside && /^```$/ { exit }
    inside { print }
    after && $0 == "```" ENVIRON["LANGUAGE"] { inside = 1 }
  ' "$REPOSITORY/docs/teams.md"
}

# commanded COMMANDS [VARIABLE=VALUE…]: with sekisho on PATH
commanded() {
  [[ -n $1 ]] || abort "docs/teams.md has no commands for this system"
  ran env PATH="${SEKISHO%/*}:$PATH" "${@:2}" bash -eo pipefail -c "$1"
}

# A copy of the scripts in the repository, which is taken from the target branch.
on_jenkins() {
  local commands
  hostile jenkins
  commands="$(block_after groovy "Jenkins, " | awk -v quotes="'''" '
    index($0, "    " quotes) == 1 { inside = 0 }
    inside { print }
    index($0, "    sh " quotes) == 1 { inside = 1; next }
    /^    sh / { sub(/^    sh ./, ""); sub(/.$/, ""); print }
  ')"
  commanded "$commands" CHANGE_ID=1 CHANGE_TARGET=main WORKSPACE_TMP="$WORK/hidden"
  loosening "Jenkins"
}

# The scripts of a tag, in a folder that is kept from one run to the next.
on_gitlab() {
  local commands at settings=(CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main POLICY_SUMMARY=policy.md)
  alone tagged
  mkdir tools
  cp -R "$REPOSITORY/tools/policy-check" tools/
  commit "Have tools"
  git tag v0.1.0
  settings+=(GIT_CONFIG_COUNT=1 "GIT_CONFIG_KEY_0=url.file://$PWD.insteadOf" GIT_CONFIG_VALUE_0=https://github.com/OWNER/sekisho)
  hostile gitlab
  commands="$(block_after yaml "GitLab, " | (cd "$INTEROP" && node --input-type=module -e '
    import { readFileSync } from "node:fs";
    import { parse } from "yaml";
    console.log(parse(readFileSync(0, "utf8"))["access-policy"].script.join("\n"));
  '))"
  for at in "" ", once more"; do
    commanded "$commands" "${settings[@]}" CI_BUILDS_DIR="$WORK/kept"
    loosening "GitLab$at"
    equal "GitLab$at: one summary" 1 "$(grep -c '^### ' policy.md)"
  done
  ln -sf "$WORK/written" policy.md
  commit "Bring a summary"
  commanded "$commands" "${settings[@]}" CI_BUILDS_DIR="$WORK/kept"
  unjudged "GitLab, with a summary of the merge request" "the repository has it"
}

# Without the scripts; and with a line that the base has already, of which .gitattributes make another one.
anywhere() {
  local commands
  hostile anywhere
  commands="$(block_after sh "### Without the scripts")"
  commanded "$commands"
  loosening "without the scripts"
  cd ..
  rm -rf clone
  git clone --quiet --single-branch --branch=change "file://$PWD" clone
  cd clone
  commanded "$commands"
  loosening "without the scripts, in a clone of one branch"
  cd ..
  rm -rf clone
  git clone --quiet --depth=1 --branch=change "file://$PWD" clone
  cd clone
  commanded "$commands"
  contains "without the scripts, without the history: said" "no commit is shared with main" "$ERR"
  equal "without the scripts, without the history: fails" yes "$( ((CODE != 0)) && echo yes || echo no)"
  cd ..
  rm -rf clone
  agree "$WORK/agreed"
  git checkout --quiet main
  sed 's/$/ $Id$/' "$WORK/agreed" >access.ack
  commit "Have a line left"
  git checkout --quiet change
  git merge --quiet --no-edit main
  echo 'access.ack ident' >.gitattributes
  commit "Have another reason in the tree"
  git clone --quiet --branch=change "file://$PWD" clone
  cd clone
  contains "without the scripts, with another reason in the tree: it is there" '$Id: ' "$(<access.ack)"
  commanded "$commands"
  loosening "without the scripts, with another reason in the tree"
}
