#!/usr/bin/env bash
# zitadel/oidc's example OP (main.go); each start makes a new key. Needs Go and curl.   environment: PORT (9998)
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/interop/issuers/lib.sh
. "$HERE/../lib.sh"
needs go curl
export PORT="${PORT:-9998}"
VERSION="$(cd "$HERE" && go list -m -f '{{.Version}}' github.com/zitadel/oidc/v3)"

build() {
  cd "$HERE"
  go build -o "$1/op" .
}

built "$VERSION" "$HERE/go.mod" "$HERE/go.sum" "$HERE/main.go"

ready_when "http://127.0.0.1:$PORT/"
exec "$CACHE/op"
