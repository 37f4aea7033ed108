# shellcheck shell=bash
# Sourced by the suite: the hooks of .pre-commit-hooks.yaml, by their entries as they stand there, and by pre-commit itself.
# None needs Rust where `sekisho` is on PATH, as it is in an environment that pre-commit has built.

PROTOS=(--proto "$ORDERS" proto/status/v1/status.proto --include proto)

hooks() {
  branch hooked
  git mv api/proto api/buf.yaml api/buf.gen.yaml .
  git mv policy/access.lock .
  commit "Move all of it back"
  mkdir "$WORK/hook"
  ln -s "$SEKISHO" "$WORK/hook/sekisho"
  entries 0
  edit 's/public: true/authenticated: true/' proto/status/v1/status.proto
  entries 1
  by_pre_commit
  edit 's/^syntax.*/syntax = /' proto/status/v1/status.proto
  hook sekisho-policy-check-buf
  equal "sekisho-policy-check-buf, a proto that does not compile: it fails" yes "$( ((CODE > 0)) && echo yes || echo no)"
  absent "sekisho-policy-check-buf, a proto that does not compile: nothing is checked" "status.v1.Status/Get" "$OUT$ERR"
  git reset --quiet --hard
}

# entries CODE: each hook ends with it, whoever builds `sekisho`
entries() {
  local id arguments
  for id in sekisho-policy-check{,-system,-buf,-buf-system}; do
    arguments=("${PROTOS[@]}")
    [[ $id != *-buf* ]] || arguments=()
    hook "$id" "${arguments[@]}"
    equal "$id: exit code" "$1" "$CODE"
    (($1 == 0)) || contains "$id: of which method" "status.v1.Status/Get" "$OUT$ERR"
  done
}

# hook ID [ARGUMENT…]: with the args of a team. Sets CODE, OUT and ERR.
hook() {
  local words=()
  mapfile -d '' words < <(node "$HERE/hook.mjs" "$1")
  ((${#words[@]} > 0)) || abort "no hook $1"
  ran env PATH="$WORK/hook:$PATH" "${words[@]}" "${@:2}"
}

# A commit is refused as long as the lock was forgotten. The hooks that build `sekisho` are not run: that takes minutes.
by_pre_commit() {
  local python="$WORK/python" id
  export PRE_COMMIT_HOME="$WORK/pre-commit"
  LOG="$WORK/pip.log"
  python3 -m venv "$python" >"$LOG" 2>&1 && "$python/bin/pip" install --quiet --require-hashes --requirement "$HERE/requirements.txt" >>"$LOG" 2>&1 ||
    abort "pre-commit cannot be installed"
  ran "$python/bin/pre-commit" validate-manifest "$REPOSITORY/.pre-commit-hooks.yaml"
  equal "pre-commit accepts the manifest: exit code" 0 "$CODE"
  configured
  echo '# none yet' >rules.txt
  ran "$python/bin/pre-commit" install
  git add --all
  ran env PATH="$WORK/hook:$PATH" git commit --message "Ask for a token"
  equal "pre-commit, the lock was forgotten: no commit" 1 "$CODE"
  for id in sekisho-policy-check-system sekisho-policy-check-buf-system; do
    contains "pre-commit, the lock was forgotten: $id" "hook id: $id" "$OUT$ERR"
  done
  contains "pre-commit, the lock was forgotten: of which method" "status.v1.Status/Get" "$OUT$ERR"
  locked
  git add --all
  ran env PATH="$WORK/hook:$PATH" git commit --message "Ask for a token"
  equal "pre-commit, with the lock: the commit is made" 0 "$CODE"
  of_any_name
  rm .git/hooks/pre-commit
}

# What counts need not have a name that a hook could know, nor be there any more.
of_any_name() {
  echo 'nowhere.Nowhere/Call { public: true }' >>rules.txt
  git add --all
  ran env PATH="$WORK/hook:$PATH" git commit --message "Give a rule to nothing"
  equal "pre-commit, a file of rules alone is changed: no commit" 1 "$CODE"
  contains "pre-commit, a file of rules alone is changed: said" "nowhere.Nowhere/Call" "$OUT$ERR"
  git reset --quiet --hard
  git rm --quiet proto/status/v1/status.proto
  ran env PATH="$WORK/hook:$PATH" git commit --message "Take the status away"
  equal "pre-commit, a .proto file is deleted: no commit" 1 "$CODE"
  contains "pre-commit, a .proto file is deleted: of which method" "status.v1.Status/Get" "$OUT$ERR"
  git reset --quiet --hard
}

# The repository that hooks come from has their manifest, and for those that build nothing that is enough.
configured() {
  local manifest="$WORK/manifest"
  git init --quiet "$manifest"
  cp "$REPOSITORY/.pre-commit-hooks.yaml" "$manifest"
  (cd "$manifest" && commit "Offer hooks")
  cat >.pre-commit-config.yaml <<CONFIGURATION
repos:
  - repo: file://$manifest
    rev: $(git -C "$manifest" rev-parse HEAD)
    hooks:
      - id: sekisho-policy-check-system
        args: [--proto, $ORDERS, proto/status/v1/status.proto, --include, proto, --rules, rules.txt]
      - id: sekisho-policy-check-buf-system
CONFIGURATION
}
