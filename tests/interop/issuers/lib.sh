# shellcheck shell=bash
# Sourced by the start.sh of each issuer beside it, which runs in the foreground, prints `READY NAME issuer=…` once
# discovery answers, and ends on SIGTERM. What is downloaded and built stays in SEKISHO_CI_TOOLS, by a name that
# has version and sources in it; what an issuer writes while it runs goes to WORK.
set -euo pipefail

NAME="$(basename "$HERE")"
BUILT="${SEKISHO_CI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/sekisho-ci}/issuers"

die() {
  echo "$NAME: $*" >&2
  exit 1
}

needs() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || die "$program is missing"; done
}

# built VERSION SOURCE…: sets CACHE to a folder in which `build FOLDER` has succeeded. It is built aside and moved, so
# that none is ever there by half.
built() {
  local version=$1 hash building
  shift
  hash="$(cat "$HERE/start.sh" "$@" | sha256sum | cut -c1-12)"
  CACHE="$BUILT/$NAME-$version-$hash"
  [[ ! -d $CACHE ]] || return 0
  mkdir -p "$BUILT"
  building="$(mktemp -d "$BUILT/building-$NAME.XXXXXX")"
  (build "$building") >"$building.log" 2>&1 || {
    tail -n 30 "$building.log" >&2
    rm -rf "$building" "$building.log"
    die "could not be built"
  }
  rm -f "$building.log"
  chmod 755 "$building"
  # Where another run was faster, its folder is as good.
  mv -T "$building" "$CACHE" 2>/dev/null || rm -rf "$building"
}

# ready_when ISSUER: to be said before exec, which keeps the process and its id
ready_when() {
  local issuer=$1 process=$$
  (
    while kill -0 "$process" 2>/dev/null; do
      if curl -sf -o /dev/null --max-time 5 "${issuer%/}/.well-known/openid-configuration"; then
        echo "READY $NAME issuer=$issuer"
        exit 0
      fi
      sleep 0.1
    done
  ) &
}
