# shellcheck shell=bash
# Sourced by the suites beside it: cases and what they print, and the processes that a suite starts.
set -euo pipefail

INTEROP="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
WORK="$(mktemp -d)"
LOG="$WORK/no.log"
PASSED=0
FAILED=0
CODE=0
OUT=''
ERR=''

# The settings of whoever runs this would be the servers' too, and a proxy would stand between.
unset SEKISHO "${!SEKISHO_@}" "${!OIDC_@}" RUST_LOG
export NO_PROXY='127.0.0.1,localhost' no_proxy='127.0.0.1,localhost'

# --- the suite ----------------------------------------------------------------------------------------

# open_suite BINARY: what is needed is there, and nothing that was started stays
open_suite() {
  trap close_suite EXIT
  [[ -n ${1:-} ]] || abort "usage: ${0##*/} PATH_OF_SEKISHO"
  [[ -x $1 ]] || abort "$1 is no program; build it first: cargo build"
  SEKISHO="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
  require grpcurl "go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4"
  require node "Node.js 20 or later"
}

require() {
  command -v "$1" >/dev/null || abort "$1 is missing: $2"
}

# The children of this shell that still run, and no other process.
close_suite() {
  local pid
  for pid in $(jobs -pr); do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$WORK"
}

abort() {
  echo "${0##*/}: $*" >&2
  [[ ! -s $LOG ]] || tail -n 20 "$LOG" >&2
  exit 1
}

# The last line of a suite, and its exit code. No case at all is a failure.
finish() {
  echo "$PASSED passed, $FAILED failed"
  ((FAILED == 0 && PASSED > 0))
}

# --- cases --------------------------------------------------------------------------------------------

passed() {
  PASSED=$((PASSED + 1))
  echo "ok $1"
}

failed() {
  FAILED=$((FAILED + 1))
  printf 'not ok %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
  printf '  stderr of the last call: %s\n' "$ERR"
}

# equal NAME EXPECTED FOUND
equal() {
  if [[ $2 == "$3" ]]; then passed "$1"; else failed "$@"; fi
}

# contains NAME EXPECTED FOUND
contains() {
  if [[ $3 == *"$2"* ]]; then passed "$1"; else failed "$@"; fi
}

# absent NAME SECRET TEXT: what was found is told without the secret
absent() {
  if [[ $3 != *"$2"* ]]; then passed "$1"; else failed "$1" "nowhere" "in the text, $(grep -cF -- "$2" <<<"$3") lines"; fi
}

# no_jwt NAME TEXT: each JWT begins with eyJ. Within a word it is chance: key ids have been seen that contain it.
no_jwt() {
  equal "$1" 0 "$(grep -cE '(^|[^[:alnum:]_-])eyJ' <<<"$2")"
}

# json_equal NAME EXPECTED FOUND: equal as JSON values
json_equal() {
  local expected found
  expected="$(json canonical <<<"$2")"
  found="$(json canonical <<<"$3")"
  equal "$1" "$expected" "$found"
}

json() {
  node "$INTEROP/json.mjs" "$@"
}

# --- processes ----------------------------------------------------------------------------------------

# start_server ARGUMENT…: sets SERVER (the process) and GRPC (the address that it took)
start_server() {
  LOG="$WORK/server.log"
  # The log of the one before would be read as this one's, until this one has begun.
  : >"$LOG"
  "$SEKISHO" "$@" --grpc-listen 127.0.0.1:0 --log-format json >"$WORK/stdout" 2>"$LOG" &
  SERVER=$!
  eventually "the gRPC listener" "$SERVER" listening grpc
  GRPC="$(listening grpc)"
}

listening() {
  json listening "$1" <"$WORK/server.log"
}

# eventually WHAT PROCESS COMMAND…: asks until the command succeeds; gives up when the process has ended
eventually() {
  local what=$1 process=$2 deadline=$((SECONDS + 60))
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$process" 2>/dev/null || abort "waiting for $what: the process has ended"
    ((SECONDS < deadline)) || abort "waiting for $what: not there after 60 s"
    sleep 0.1
  done
}

# stop PROCESS: asks it to end by SIGTERM, and sets CODE to its exit code
stop() {
  local deadline=$((SECONDS + 30))
  kill -TERM "$1"
  while kill -0 "$1" 2>/dev/null; do
    ((SECONDS < deadline)) || abort "process $1 does not end on SIGTERM"
    sleep 0.1
  done
  CODE=0
  wait "$1" || CODE=$?
}

healthcheck() {
  "$SEKISHO" healthcheck --grpc-listen "$GRPC"
}

# --- calls --------------------------------------------------------------------------------------------

# call AUTHORIZATION METHOD [FLAG…]: sets CODE (64 + the gRPC code), OUT and ERR; no entry for an empty one
call() {
  local authorization=$1 method=$2
  shift 2
  local entry=()
  [[ -z $authorization ]] || entry=(-rpc-header "authorization: $authorization")
  plain_grpcurl -format-error "${entry[@]}" "$@" "$GRPC" "$method"
}

# plain_grpcurl ARGUMENT…: sets CODE, OUT and ERR
plain_grpcurl() {
  CODE=0
  grpcurl -plaintext -max-time 20 "$@" >"$WORK/out" 2>"$WORK/err" || CODE=$?
  OUT="$(<"$WORK/out")"
  ERR="$(<"$WORK/err")"
}

# allowed NAME TOKEN API
allowed() {
  call "Bearer $2" "$3.v1.${3^}/GetStatus"
  equal "$1: exit code" 0 "$CODE"
  json_equal "$1: answer" '{"name": "'"$3"'", "ok": true}' "$OUT"
}

# refused NAME AUTHORIZATION API EXIT_CODE REASON CHALLENGE [FLAG…]
refused() {
  local name=$1 authorization=$2 api=$3 code=$4 reason=$5 challenge=$6
  shift 6
  call "$authorization" "$api.v1.${api^}/GetStatus" -v "$@"
  equal "$name: exit code" "$code" "$CODE"
  equal "$name: reason" "$reason" "$(json reason <<<"$ERR")"
  equal "$name: challenge" "$challenge" "$(challenges)"
}

# The challenges of the last call, which was made with -v.
challenges() {
  sed -n 's/^www-authenticate: //p' <<<"$OUT"
}

# with_other_signature TOKEN: the same token, with one character of its signature changed
with_other_signature() {
  local head=${1%.*} signature=${1##*.} first=A
  [[ $signature != A* ]] || first=B
  echo "$head.$first${signature:1}"
}
