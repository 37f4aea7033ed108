# shellcheck shell=bash
# Sourced by the suite: the team's repositories, and what becomes of a pull request.
#
# origin.git is what a host has, with refs/pull/N/merge as GitHub makes them; dev is a developer's clone.

export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=Dev GIT_AUTHOR_EMAIL=dev@shop.example GIT_COMMITTER_NAME=Dev GIT_COMMITTER_EMAIL=dev@shop.example
ORIGIN="$WORK/origin.git"
DEV="$WORK/dev"
REQUEST=0

# Every folder of PATH that has Rust is replaced by one that has all else of it.
without_rust() {
  local folder without=() path=()
  IFS=: read -ra path <<<"$PATH"
  for folder in "${path[@]}"; do
    if [[ -x $folder/cargo || -x $folder/rustc ]]; then
      folder="$(all_but_rust "$folder" "$WORK/bin${#without[@]}")"
    fi
    without+=("$folder")
  done
  PATH="$(IFS=:; echo "${without[*]}")"
  equal "the team has no Rust" "none" "$(command -v cargo || command -v rustc || echo none)"
}

# all_but_rust FOLDER LINKS
all_but_rust() {
  mkdir "$2"
  ln -s "$1"/* "$2"
  rm -f "$2"/{cargo,rustc,rustup,cargo-*,rustdoc}
  echo "$2"
}

# The repository before anybody there has heard of Sekisho, but that its protos have the option: docs/teams.md.
founded() {
  git init --quiet --bare --initial-branch=main "$ORIGIN"
  git -C "$ORIGIN" config uploadpack.allowAnySHA1InWant true # as GitHub's and GitLab's servers do
  git clone --quiet "file://$ORIGIN" "$DEV" 2>/dev/null
  cd "$DEV"
  git checkout --quiet -b main
  cp -R "$HERE/team/." .
  tool policy proto --out proto
  equal "policy proto: exit code" 0 "$CODE"
  equal "policy proto: the option's file" "$(<"$REPOSITORY/crates/sekisho-policy/proto/sekisho/v1/access.proto")" \
    "$(<proto/sekisho/v1/access.proto)"
  printf '/gen\n/orders\n/api.binpb\n' >.gitignore
  compiles
  commit "Serve orders"
  git push --quiet origin main
}

# The code that buf and Go's plugins generate is fit to be compiled: the option's file has a place in the team's module.
compiles() {
  local code=0
  LOG="$WORK/go.log"
  { go mod download && buf generate && go vet ./... && go build -o orders .; } >"$LOG" 2>&1 || code=$?
  equal "generated Go code compiles: exit code" 0 "$code"
  ((code == 0)) || abort "the team's server does not compile"
}

commit() {
  git add --all
  git commit --quiet --message "$1"
}

# tool ARGUMENT…: the program, by itself. Sets CODE, OUT and ERR.
tool() {
  ran "$SEKISHO" "$@"
}

# ran COMMAND…: sets CODE, OUT and ERR
ran() {
  CODE=0
  "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || CODE=$?
  OUT="$(<"$WORK/out")"
  ERR="$(<"$WORK/err")"
}

# locked [ARGUMENT…]: as a developer writes the lock anew
locked() {
  buf build -o api.binpb
  tool policy lock --descriptors api.binpb "$@"
}

# branch NAME: a change begins, from what main is now
branch() {
  cd "$DEV"
  git reset --quiet --hard
  git clean --quiet --force -d
  git checkout --quiet main
  git pull --quiet --ff-only origin main
  git checkout --quiet -b "$1"
}

# proposed TITLE: the change becomes a pull request, and the host merges it on trial. Sets REQUEST.
proposed() {
  local head
  commit "$1"
  head="$(git rev-parse HEAD)"
  REQUEST=$((REQUEST + 1))
  git checkout --quiet --detach origin/main
  git merge --quiet --no-ff --message "Merge $1" "$head"
  git push --quiet origin "$head:refs/pull/$REQUEST/head" "HEAD:refs/pull/$REQUEST/merge"
}

# merged: the pull request is taken
merged() {
  git push --quiet origin HEAD:main
}

# checkout REF FOLDER [FLAG…]: as actions/checkout does it, with one commit of history unless flags say otherwise
checkout() {
  local ref=$1 folder=$2
  shift 2
  (($# > 0)) || set -- --depth=1
  git init --quiet "$folder"
  git -C "$folder" remote add origin "file://$ORIGIN"
  git -C "$folder" fetch --quiet --no-tags "$@" origin "$ref"
  git -C "$folder" checkout --quiet --detach FETCH_HEAD
}

# judged [INPUT=VALUE…]: the workflow that users copy, or another WORKFLOW beside it, on the pull request. Sets CODE, OUT, ERR
# and SUMMARY.
judged() {
  local folder="$WORK/runner-$REQUEST"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  steps "$REPOSITORY/examples/policy-check/${WORKFLOW:-github}.yml" "$folder" sekisho="$SEKISHO" "$@"
  rm -rf "$folder"
}

# steps FILE FOLDER [INPUT=VALUE…]: what GitHub says of a pull request is in variables; of another EVENT it says little
steps() {
  local variables=(GITHUB_EVENT_NAME=pull_request GITHUB_BASE_REF=main "GITHUB_HEAD_REF=\$(touch $WORK/obeyed)")
  [[ -z ${EVENT:-} ]] || variables=("GITHUB_EVENT_NAME=$EVENT" GITHUB_REF=refs/heads/main)
  rm -f "$WORK/summary.md"
  ran env -u GITHUB_EVENT_PATH "${variables[@]}" ${EVENT_PATH:+"GITHUB_EVENT_PATH=$EVENT_PATH"} \
    node "$HERE/runner.mjs" "$1" "$2" "$WORK/summary.md" "${@:3}"
  SUMMARY=''
  [[ ! -f $WORK/summary.md ]] || SUMMARY="$(<"$WORK/summary.md")"
}

# outcome NAME CODE OUTCOME: of the steps
outcome() {
  equal "$1: exit code" "$2" "$CODE"
  contains "$1: output of the action" "output outcome=$3" "$OUT"
}
