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

# a_bare_repository FOLDER: what git takes for one, with the history of this repository. Whoever asks it for more runs a command.
a_bare_repository() {
  git clone --quiet --bare . "$WORK/bare"
  git -C "$WORK/bare" config remote.origin.uploadpack "touch $WORK/ran; git-upload-pack"
  git -C "$WORK/bare" config core.fsmonitor "touch $WORK/ran"
  touch "$WORK/bare/objects/.keep" "$WORK/bare/refs/.keep"
  cp -R "$WORK/bare/." "$1"
  rm -rf "$WORK/bare"
}

# nothing_ran NAME: of what such a repository says
nothing_ran() {
  equal "$1: no command of it was run" no "$([[ -e $WORK/ran ]] && echo yes || echo no)"
  rm -f "$WORK/ran"
}
