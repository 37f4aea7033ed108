# shellcheck shell=bash
# Sourced by the suite: what must not pass because it could not be compared, and what a stranger writes into a file.

refusals() {
  behind_its_target
  target_moved_on
  merge_queue
  other_systems
  in_a_folder
  base_unknown
  nothing_named
  program_missing
  program_crashes
  hostile_files
}

# main has been tightened since the branch began, which has no part in that: it is compared with where it began.
behind_its_target() {
  local folder="$WORK/behind" start
  branch behind
  start="$(git rev-parse HEAD)"
  echo >>buf.yaml
  commit "Change nothing of the policy"
  git push --quiet origin HEAD:refs/heads/behind
  branch ahead
  edit 's/default_access) = { all_of: "orders:read" }/default_access) = { all_of: ["orders:read", "orders:list"] }/' "$ORDERS"
  locked
  proposed "Tighten the default"
  merged
  checkout refs/heads/behind "$folder" --depth=1
  steps "$REPOSITORY/examples/policy-check/github.yml" "$folder" sekisho="$SEKISHO"
  outcome "a branch that is behind its target" 0 passed
  contains "a branch that is behind its target: compared with its start" "commit ${start:0:12}" "$OUT"
  rm -rf "$folder"
}

# The trial merge of a pull request is of yesterday, and main has another commit since.
target_moved_on() {
  local folder="$WORK/moved" start
  branch yesterday
  start="$(git rev-parse HEAD)"
  edit 's/"orders:read", "orders:list"/"orders:read"/' "$ORDERS"
  locked
  proposed "Loosen the default"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  git checkout --quiet --detach origin/main
  echo >>buf.yaml
  commit "Change nothing of the policy"
  merged
  steps "$REPOSITORY/examples/policy-check/github.yml" "$folder" sekisho="$SEKISHO"
  outcome "a target that has moved on" 1 failed
  contains "a target that has moved on: witness" 'a token with only `orders:read` can now call `orders.v1.Orders/GetOrder`' "$OUT"
  contains "a target that has moved on: compared with what was merged into" "commit ${start:0:12}" "$OUT"
  rm -rf "$folder"
}

# A merge queue names a commit, and no branch.
merge_queue() {
  local folder="$WORK/queue"
  branch queued
  edit 's/default_access) = { all_of: \["orders:read", "orders:list"\] }/default_access) = { authenticated: true }/' "$ORDERS"
  locked
  proposed "Loosen the default for good"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  printf '{"merge_group": {"base_sha": "%s"}}' "$(git rev-parse origin/main)" >"$WORK/event.json"
  EVENT=merge_group EVENT_PATH="$WORK/event.json" steps "$REPOSITORY/examples/policy-check/github.yml" "$folder" sekisho="$SEKISHO"
  outcome "a merge queue" 1 failed
  EVENT=merge_group steps "$REPOSITORY/examples/policy-check/github.yml" "$folder" sekisho="$SEKISHO"
  outcome "a merge queue that names no commit" 2 unjudged
  EVENT=push steps "$REPOSITORY/examples/policy-check/github.yml" "$folder" sekisho="$SEKISHO"
  outcome "the same as a push: there is no base" 0 passed
  rm -rf "$folder"
}

# The script of the action, as other systems call it, on the change of above. None of GitHub's commands is in what it prints.
other_systems() {
  local folder="$WORK/other" variable
  checkout "refs/pull/$REQUEST/merge" "$folder"
  cd "$folder"
  buf build -o api.binpb
  for variable in POLICY_BASE CI_MERGE_REQUEST_TARGET_BRANCH_NAME CHANGE_TARGET BITBUCKET_PR_DESTINATION_BRANCH; do
    ran env "$variable=main" SEKISHO="$SEKISHO" POLICY_DESCRIPTORS=api.binpb POLICY_SUMMARY="$WORK/summary.md" "$REPOSITORY/tools/policy-check/check"
    equal "$variable: exit code" 1 "$CODE"
    contains "$variable: witness" 'can now call `orders.v1.Orders/GetOrder`' "$OUT"
    absent "$variable: nothing of GitHub's" "::" "$OUT"
  done
  contains "POLICY_SUMMARY: a table" '| ' "$(<"$WORK/summary.md")"
  ran env SEKISHO="$SEKISHO" POLICY_DESCRIPTORS=api.binpb "$REPOSITORY/tools/policy-check/check"
  equal "no target branch: exit code" 0 "$CODE"
  cd "$DEV"
  rm -rf "$folder"
}

# The action by itself, with a repository that has the protos and the lock in a folder.
in_a_folder() {
  local folder="$WORK/folder"
  branch folder
  mkdir api policy
  git mv proto buf.yaml buf.gen.yaml api/
  git mv access.lock policy/
  proposed "Move all of it"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=proto working-directory=api lock=../policy/access.lock
  outcome "protos and lock move to folders" 0 passed
  contains "protos and lock move to folders: compared with the old place" "Compared with \`main:access.lock\`" "$SUMMARY"
  rm -rf "$folder"
  merged
  branch loosened-in-a-folder
  edit 's/authenticated: true\|all_of: "invoices:read"\|all_of: \["invoices:read", "invoices:list"\]/public: true/' "api/$ORDERS"
  (cd api && buf build -o ../api.binpb)
  tool policy lock --descriptors api.binpb --lock policy/access.lock
  proposed "Loosen, in a folder"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=proto working-directory=api lock=../policy/access.lock
  outcome "protos in a folder, of which sekisho compiles them" 1 failed
  contains "protos in a folder: witness" 'a caller without a token can now call `orders.v1.Invoices/GetInvoice`' "$OUT"
  contains "protos in a folder: where the annotation is" "::error file=policy/access.lock::" "$OUT"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=proto working-directory=api lock=../policy/access.lock service=status.v1.Status
  absent "protos in a folder, one service" "GetInvoice" "$OUT"
  rm -rf "$folder"
}

base_unknown() {
  local folder="$WORK/unknown"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=api/proto lock=policy/access.lock base=nowhere
  outcome "a base that is not there" 2 unjudged
  contains "a base that is not there: said" "the base nowhere cannot be had" "$(grep '^::error' <<<"$OUT")"
  git -C "$folder" remote set-url origin "file://$WORK/gone.git"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=api/proto lock=policy/access.lock
  outcome "a host that does not answer" 2 unjudged
  rm -rf "$folder"
}

# Without protos the program judges its own, and a lock of these would pass for the team's.
nothing_named() {
  local folder="$WORK/nothing"
  checkout main "$folder"
  (cd "$folder" && "$SEKISHO" policy lock --lock own.lock >/dev/null)
  EVENT=push steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" lock=own.lock
  outcome "no protos are named" 2 unjudged
  contains "no protos are named: what to do" "set descriptors" "$OUT"
  rm -rf "$folder"
}

program_missing() {
  local folder="$WORK/missing"
  checkout main "$folder"
  steps "$REPOSITORY/action.yml" "$folder" sekisho=./nowhere proto=api/proto
  outcome "no such program" 2 unjudged
  contains "no such program: said" "./nowhere" "$ERR"
  cp "$SEKISHO" "$folder/api/here"
  EVENT=push steps "$REPOSITORY/action.yml" "$folder" sekisho=./here proto=proto working-directory=api lock=../policy/access.lock
  outcome "a program by a path from the folder" 0 passed
  EVENT=push steps "$REPOSITORY/action.yml" "$folder" sekisho=here proto=proto working-directory=api lock=../policy/access.lock
  outcome "a program by a name that is not on PATH" 2 unjudged
  POLICY_CACHE="$WORK/cache" steps "$REPOSITORY/action.yml" "$folder" proto=api/proto
  outcome "no program and no Rust" 2 unjudged
  contains "no program and no Rust: said" "there is no cargo" "$ERR"
  rm -rf "$folder"
}

# It would else be told by an exit code that nobody knows.
program_crashes() {
  local folder="$WORK/crashes"
  checkout main "$folder"
  printf '#!/bin/sh\ncase $1 in --version) ;; *) echo "it panicked" >&2; exit 101 ;; esac\n' >"$WORK/crashing"
  chmod +x "$WORK/crashing"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$WORK/crashing" proto=api/proto lock=policy/access.lock
  outcome "a program that crashes" 2 unjudged
  contains "a program that crashes: said" "sekisho ended with exit code 101" "$(grep '^::error' <<<"$OUT")"
  rm -rf "$folder"
}

# GitHub obeys lines of the log that begin with two colons, and shows the summary as a page.
hostile_files() {
  local line folder="$WORK/hostile" fence
  branch hostile
  printf '::add-mask::orders\n\r::error::forged\n<img src=x> | [x](y) `z` %%0A::notice::forged\n' >policy/access.ack
  edit 's/^rpc Get(/&/; s/  rpc Get(/  \/\/ ::warning::forged\n&/' api/proto/status/v1/status.proto
  proposed "Write what is obeyed"
  checkout "refs/pull/$REQUEST/merge" "$folder"
  steps "$REPOSITORY/action.yml" "$folder" sekisho="$SEKISHO" proto=api/proto lock=policy/access.lock
  outcome "hostile files" 2 unjudged
  fence="$(sed -n 's/^::stop-commands:://p' <<<"$OUT")"
  line="$(awk -v fence="::$fence::" '/^::stop-commands::/ { inside = 1; next } $0 == fence { inside = 0; next } !inside' <<<"$OUT" |
    grep -a '^::' | grep -vc '^::\(error\|warning\) file=policy/access')" || true
  equal "hostile files: no command but ours" 0 "$line"
  contains "hostile files: the summary quotes them, in a block of code" "<img" "$(grep '^    ' <<<"$SUMMARY")"
  absent "hostile files: nothing of a page in the summary" "<img" "$(grep -v '^    ' <<<"$SUMMARY")"
  equal "hostile files: no branch name was run" no "$([[ -e $WORK/obeyed ]] && echo yes || echo no)"
  rm -rf "$folder"
}
