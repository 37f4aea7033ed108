# shellcheck shell=bash
# Sourced by the suite: what a pull request brings along, so that something else is judged, or by another program.

brought() {
  local case
  for case in links_among_protos links_in_the_way set_of_the_repository submodule_among_protos no_protos \
    summary_of_the_repository flood names_of_the_base program_in_the_checkout program_beside_a_bare_repository \
    program_behind_a_link; do
    "$case"
    cd "$DEV"
  done
}

# find leaves links out, and a service that is left out passes as one that was removed.
links_among_protos() {
  alone links
  loosen
  mkdir elsewhere
  cp proto/notes.proto elsewhere/
  git mv proto/notes.proto proto/kept.proto
  edit 's/package notes/package kept/' proto/kept.proto
  relocked
  ln -s ../elsewhere/notes.proto proto/notes.proto
  commit "Link a file"
  asked
  unjudged "a link to a .proto file" "proto/notes.proto is a symbolic link"
  git rm --quiet proto/notes.proto
  ln -s ../elsewhere proto/notes
  commit "Link a folder"
  asked
  unjudged "a link to a folder" "proto/notes is a symbolic link"
  git rm --quiet proto/notes
  ln -s nowhere.proto proto/notes.proto
  commit "Link nothing"
  asked
  unjudged "a link to nothing" "proto/notes.proto is a symbolic link"
  git rm --quiet proto/notes.proto
  ln -s ../elsewhere/README.md proto/README.md
  ln -s proto named
  commit "Link what is none"
  asked
  equal "a link that is no .proto file: exit code" 0 "$CODE"
  asked POLICY_PROTO=named POLICY_INCLUDE=proto
  unjudged "a folder that is a link" "named is a symbolic link"
  asked POLICY_PROTO=named/ POLICY_INCLUDE=proto
  unjudged "a folder that is a link, with a slash" "named/ is a symbolic link"
}

# A folder in the way is a link: what lies behind it is not what the name says.
links_in_the_way() {
  local name
  alone way
  mkdir decoy
  git mv access.lock proto decoy/
  echo 'other.Other/Call { all_of: "other:call" }' >decoy/rules.txt
  commit "Have a folder"
  git branch --quiet --force main
  ln -s decoy api
  commit "Link a folder"
  asked POLICY_PROTO=api/proto POLICY_LOCK=decoy/access.lock
  unjudged "protos behind a link" "api/proto leads through the symbolic link"
  asked POLICY_PROTO=api/proto/notes.proto POLICY_INCLUDE=decoy/proto POLICY_LOCK=decoy/access.lock
  unjudged "a proto behind a link" "api/proto/notes.proto leads through the symbolic link"
  asked POLICY_PROTO=decoy/proto POLICY_INCLUDE=api/proto POLICY_LOCK=decoy/access.lock
  unjudged "imports behind a link" "api/proto leads through the symbolic link"
  asked POLICY_PROTO=decoy/proto POLICY_LOCK=decoy/access.lock POLICY_RULES=api/rules.txt
  unjudged "rules behind a link" "api/rules.txt leads through the symbolic link"
  for name in api "$PWD/api" decoy/../api; do
    asked POLICY_FOLDER="$name"
    unjudged "a folder behind a link, ${name//"$WORK"/…}" "leads through the symbolic link"
  done
  asked POLICY_FOLDER=nowhere
  unjudged "a folder that is not there" "there is no folder nowhere"
  asked POLICY_FOLDER=decoy
  equal "a folder by its own name: exit code" 0 "$CODE"
  ln -s decoy made
  asked POLICY_PROTO=made/proto POLICY_LOCK=decoy/access.lock
  equal "protos behind a link that an earlier step has made: exit code" 0 "$CODE"
  folder_of_the_action
}

# By the action, whose shell would be behind the link already.
folder_of_the_action() {
  local clone="$WORK/alone/way-clone"
  git clone --quiet "file://$PWD" "$clone"
  steps "$REPOSITORY/action.yml" "$clone" sekisho="$SEKISHO" proto=proto working-directory=api
  outcome "the action in a folder behind a link" 2 unjudged
  steps "$REPOSITORY/action.yml" "$clone" sekisho="$SEKISHO" proto=proto working-directory=decoy
  outcome "the action in a folder" 0 passed
}

# A set that the author commits says what the author likes.
set_of_the_repository() {
  alone committed
  protoc -I proto --include_imports --descriptor_set_out=api.binpb notes.proto
  asked POLICY_PROTO= POLICY_DESCRIPTORS=api.binpb
  equal "a set that an earlier step has written: exit code" 0 "$CODE"
  commit "Commit the set"
  loosen
  commit "Loosen"
  git checkout --quiet main -- access.lock
  commit "Lock nothing of it"
  asked POLICY_PROTO= POLICY_DESCRIPTORS=api.binpb
  unjudged "a set that git tracks" "api.binpb is a file of the repository"
  git rm --quiet api.binpb
  protoc -I proto --include_imports --descriptor_set_out="$WORK/set.binpb" notes.proto
  ln -s "$WORK/set.binpb" api.binpb
  commit "Link it"
  asked POLICY_PROTO= POLICY_DESCRIPTORS=api.binpb
  unjudged "a set that is a link" "api.binpb leads through the symbolic link"
  asked POLICY_PROTO= POLICY_DESCRIPTORS="$WORK/set.binpb"
  equal "the set of the protos: exit code" 1 "$CODE"
}

# What was not checked out is not there, and passes as removed.
submodule_among_protos() {
  alone gaps
  mkdir proto/more
  git mv proto/notes.proto proto/more/
  mkdir proto/kept
  sed 's/package notes/package kept/' proto/more/notes.proto >proto/kept/kept.proto
  "$SEKISHO" policy lock --proto proto/*/*.proto --include proto >/dev/null
  commit "Have two folders"
  git branch --quiet --force main
  git rm --quiet -r proto/more
  "$SEKISHO" policy lock --proto proto/*/*.proto --include proto >/dev/null
  git add --all
  git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),proto/more"
  git commit --quiet --message "Keep protos in a repository of their own"
  mkdir proto/more
  asked
  unjudged "a submodule that is not checked out" "proto/more is a submodule that is not checked out"
  git clone --quiet --branch=main "file://$PWD" "$WORK/checked-out"
  mv "$WORK/checked-out/.git" proto/more/
  cp -R "$WORK/checked-out/proto/more/notes.proto" proto/more/
  "$SEKISHO" policy lock --proto proto/*/*.proto --include proto >/dev/null
  git commit --quiet --message "Lock it" access.lock
  asked
  equal "a submodule that is checked out: exit code" 0 "$CODE"
  git -C proto/more update-index --add --cacheinfo "160000,$(git rev-parse HEAD),inner"
  mkdir proto/more/inner
  asked
  unjudged "a submodule of a submodule" "proto/more/inner is a submodule that is not checked out"
}

# What is appended to it goes to where a link leads.
summary_of_the_repository() {
  local name
  alone summary
  ln -s "$WORK/appended" linked.md
  mkdir folder.md
  touch folder.md/kept
  echo >committed.md
  ln -s "$WORK" reports
  commit "Bring summaries along"
  ln -s "$WORK/appended" of-an-earlier-run.md
  for name in linked.md folder.md committed.md reports/appended of-an-earlier-run.md; do
    asked POLICY_SUMMARY="$name" GITHUB_OUTPUT="$WORK/summary.out"
    unjudged "a summary in $name" "$name is no file to write the summary to"
    equal "a summary in $name: outcome" "outcome=unjudged" "$(<"$WORK/summary.out")"
    rm "$WORK/summary.out"
  done
  equal "a summary behind a link: nothing is appended" no "$([[ -e $WORK/appended ]] && echo yes || echo no)"
  asked POLICY_SUMMARY=policy.md
  equal "a summary of its own: exit code" 0 "$CODE"
  asked POLICY_SUMMARY=policy.md
  equal "a summary of its own, once more: exit code" 0 "$CODE"
  equal "a summary of its own: both are in it" 2 "$(grep -c '^### ' policy.md)"
  asked POLICY_SUMMARY=/dev/full GITHUB_OUTPUT="$WORK/summary.out"
  unjudged "a summary that cannot be written" "the summary cannot be written"
  equal "a summary that cannot be written: outcome" "outcome=unjudged" "$(<"$WORK/summary.out")"
}

no_protos() {
  alone none
  mkdir empty
  asked POLICY_PROTO=$'proto\nempty'
  unjudged "a folder without protos" "there is no .proto file in empty"
  asked POLICY_PROTO=nowhere
  equal "a folder that is not there: exit code" 2 "$CODE"
}

# Each annotation costs time, and GitHub shows ten.
flood() {
  alone flood
  printf '#!/bin/sh\nyes "warning: ::error::forged" | head -n 100000 >&2; echo "error: the last line" >&2; yes "| x |" | head -n 400000; exit 1\n' >"$WORK/flooding"
  chmod +x "$WORK/flooding"
  asked SEKISHO="$WORK/flooding" GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$WORK/flood.md" GITHUB_OUTPUT="$WORK/flood.out"
  equal "a flood: exit code" 1 "$CODE"
  equal "a flood: outcome" "outcome=failed" "$(<"$WORK/flood.out")"
  equal "a flood: warnings" 21 "$(grep -c '^::warning' <<<"$OUT")"
  contains "a flood: how many more" "99980 more" "$(grep '^::warning' <<<"$OUT")"
  contains "a flood: the error is not lost among them" "::error file=access.lock::the last line" "$OUT"
  equal "a flood: GitHub shows the summary" yes "$( (($(wc -c <"$WORK/flood.md") < 1048576)) && echo yes)"
}

# What a folder of the base is called is told in the log, of which GitHub obeys some lines, and in the summary, which is a page.
names_of_the_base() {
  local folder='::add-mask::x `**[hi](http:evil)** <b>' fenced
  alone names "$folder/access.lock"
  git mv "$folder/access.lock" access.lock
  loosen
  commit "Loosen, and move the lock"
  asked GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$WORK/names.md"
  loosening "a folder with a name that is obeyed"
  fenced="$(outside_of_fences <<<"$OUT")"
  absent "a folder with a name that is obeyed: it is within a fence" "::add-mask" "$(grep -v '^::error file=access.lock::' <<<"$fenced")"
  absent "a folder with a name that is obeyed: no line begins with it" "^::add-mask" "$(sed 's/^/^/' <<<"$OUT")"
  contains "a folder with a name that is obeyed: it is told" "add-mask::x" "$(grep 'has become' <<<"$OUT")"
  equal "a folder with a name that is obeyed: in the summary it is code" "" "$(sed 's/`[^`]*`//g' "$WORK/names.md" | grep -F '[hi]' || true)"
}

# outside_of_fences: what GitHub reads for commands
outside_of_fences() {
  awk 'fence == "" && /^::stop-commands::/ { fence = "::" substr($0, 18) "::"; next } $0 == fence { fence = ""; next } fence == ""'
}

# installs [VARIABLE=VALUE…]: with a cargo that builds what this file says, and counts how often. In the checkout it would be
# one that a rust-toolchain.toml or a .cargo/config.toml of the pull request says.
installs() {
  ran env PATH="$WORK/cargo:$PATH" "$@" "$INSTALL"
}

a_cargo() {
  mkdir "$WORK/cargo"
  cat >"$WORK/cargo/cargo" <<'CARGO'
#!/bin/sh
case $PWD/ in */alone/*) echo "error: a toolchain of the checkout" >&2 && exit 1 ;; esac
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin"
printf '#!/bin/sh\necho agreed\n' >"$2/bin/sekisho"
chmod +x "$2/bin/sekisho"
echo built >>"$BUILDS"
CARGO
  chmod +x "$WORK/cargo/cargo"
  export BUILDS="$WORK/builds"
}

program_in_the_checkout() {
  local cache="$WORK/program-cache" variable
  a_cargo
  alone program
  installs POLICY_CACHE="$cache"
  equal "a cache outside of the checkout: exit code" 0 "$CODE"
  installs POLICY_CACHE="$cache"
  equal "a cache outside of the checkout: built once" built "$(<"$BUILDS")"
  rm -rf "$cache"
  installs POLICY_CACHE=../../program-cache
  equal "a cache by a path from here: where it is" "$cache" "$(dirname "$(dirname "$(dirname "$OUT")")")"
  for variable in CARGO_HOME RUSTUP_HOME; do
    installs POLICY_CACHE="$WORK/no-cache" "$variable=$PWD/.home"
    equal "$variable in the checkout: exit code" 2 "$CODE"
    contains "$variable in the checkout: said" "is in the checkout" "$ERR"
  done
  cp -R "$cache" .sekisho
  commit "Bring a program along"
  ln -s "$PWD/.sekisho" "$WORK/cache-link"
  for cache in .sekisho "$PWD/.sekisho" "$PWD/other/../.sekisho" "$WORK/cache-link" "$PWD/new/cache"; do
    installs POLICY_CACHE="$cache"
    equal "a cache in the checkout, ${cache//"$WORK"/…}: exit code" 2 "$CODE"
    contains "a cache in the checkout, ${cache//"$WORK"/…}: said" "is in the checkout" "$ERR"
  done
  ran env -u HOME SEKISHO="$SEKISHO" "$INSTALL"
  equal "without a home: exit code" 0 "$CODE"
  cd "$WORK"
  installs POLICY_CACHE="$WORK/alone/program/.sekisho" CI_PROJECT_DIR="$WORK/alone/program"
  equal "a cache in the checkout, from elsewhere: exit code" 2 "$CODE"
  cd "$WORK/alone/program"
  a_program_of_the_repository
}

a_program_of_the_repository() {
  local program
  mkdir bin
  cp .sekisho/*/bin/sekisho bin/
  installs SEKISHO=./bin/sekisho
  equal "a program in the checkout, which an earlier step has built: exit code" 0 "$CODE"
  commit "Bring it along"
  ln -s "$PWD/bin/sekisho" "$WORK/program-link"
  ln -s bin tools
  for program in ./bin/sekisho tools/sekisho "$WORK/program-link"; do
    installs SEKISHO="$program"
    equal "a program that git tracks, ${program//"$WORK"/…}: exit code" 2 "$CODE"
    contains "a program that git tracks, ${program//"$WORK"/…}: said" "a pull request could change it" "$ERR"
  done
}

# Where git cannot tell whether it has a file, nothing says that it has not.
program_beside_a_bare_repository() {
  local program
  alone beside
  mkdir bin
  printf '#!/bin/sh\necho agreed\n' >bin/sekisho
  chmod +x bin/sekisho
  a_bare_repository bin
  commit "Bring a program along"
  ran env SEKISHO=bin/sekisho "$INSTALL"
  equal "a program beside a bare repository: exit code" 2 "$CODE"
  nothing_ran "a program beside a bare repository"
  git rm --quiet -r --cached bin
  ran env SEKISHO=bin/sekisho GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$INSTALL"
  equal "a program in somebody else's checkout: exit code" 2 "$CODE"
  contains "a program in somebody else's checkout: said" "git cannot tell" "$ERR"
  mkdir "$WORK/elsewhere"
  cp bin/sekisho "$WORK/elsewhere/"
  ran env SEKISHO="$WORK/elsewhere/sekisho" GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "$INSTALL"
  equal "a program outside of somebody else's checkout: exit code" 0 "$CODE"
}

# Where a link of the pull request leads, any file of the machine may be.
program_behind_a_link() {
  local program
  alone behind
  mkdir "$WORK/outside"
  printf '#!/bin/sh\necho agreed\n' >"$WORK/outside/sekisho"
  chmod +x "$WORK/outside/sekisho"
  ln -s "$WORK/outside" bin
  commit "Link a folder"
  ln -s "$PWD/bin" "$WORK/way"
  for program in bin/sekisho "$WORK/way/sekisho"; do
    ran env SEKISHO="$program" "$INSTALL"
    equal "a program behind a link, ${program//"$WORK"/…}: exit code" 2 "$CODE"
    contains "a program behind a link, ${program//"$WORK"/…}: said" "a pull request could change it" "$ERR"
  done
  ran env SEKISHO="$WORK/outside/sekisho" "$INSTALL"
  equal "a program behind a link, by its own name: exit code" 0 "$CODE"
}
