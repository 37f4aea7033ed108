# shellcheck shell=bash
# Sourced by the suite: a small repository for one case, and the script of the action in it, as any system calls it.

CHECK="$REPOSITORY/tools/policy-check/check"
INSTALL="$REPOSITORY/tools/policy-check/install"

# alone NAME [LOCK]: a repository on its branch `change`, which `main` is the base of, with the lock in that place
alone() {
  local lock=${2:-access.lock}
  mkdir -p "$WORK/alone/$1/proto/sekisho/v1" && cd "$WORK/alone/$1"
  git init --quiet --initial-branch=main
  cp "$REPOSITORY/crates/sekisho-policy/proto/sekisho/v1/access.proto" proto/sekisho/v1/
  cat >proto/notes.proto <<'PROTO'
syntax = "proto3";
package notes;
import "sekisho/v1/access.proto";
message Note {}
service Notes {
  rpc Read(Note) returns (Note) { option (sekisho.v1.access) = { all_of: "notes:read" }; }
  rpc Write(Note) returns (Note) { option (sekisho.v1.access) = { all_of: ["notes:read", "notes:write"] }; }
}
PROTO
  mkdir -p "$(dirname "$lock")"
  relocked "$lock"
  commit "Keep notes"
  git checkout --quiet -b change
}

# relocked [LOCK]
relocked() {
  "$SEKISHO" policy lock --proto proto/*.proto --include proto --lock "${1:-access.lock}" >/dev/null
}

# loosen [LOCK]: readers may write
loosen() {
  edit 's/\["notes:read", "notes:write"\]/"notes:read"/' proto/notes.proto
  relocked "${1:-access.lock}"
}

# tighten [LOCK]: takes it back
tighten() {
  edit 's/Write\(.*\)all_of: "notes:read"/Write\1all_of: ["notes:read", "notes:write"]/' proto/notes.proto
  relocked "${1:-access.lock}"
}

# asked [VARIABLE=VALUE…]: the script is run against main. Sets CODE, OUT and ERR.
asked() {
  ran env SEKISHO="$SEKISHO" POLICY_PROTO=proto POLICY_BASE=main "$@" "$CHECK"
}

# unjudged NAME TEXT: the last one, which said so
unjudged() {
  equal "$1: exit code" 2 "$CODE"
  contains "$1: said" "$2" "$OUT"
}

# loosening NAME: the last one, which was seen to loosen
loosening() {
  equal "$1: exit code" 1 "$CODE"
  contains "$1: witness" 'a token with only `notes:read` can now call `notes.Notes/Write`' "$OUT"
}
