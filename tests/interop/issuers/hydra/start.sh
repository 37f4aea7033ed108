#!/usr/bin/env bash
# Ory Hydra, with its database in memory: each start makes new keys. Needs Go, a C compiler, Node and curl.
# environment: PORT (4444), ADMIN_PORT (4445), APP_PORT (4446), SCOPE_CLAIM (list, string or both)
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/interop/issuers/lib.sh
. "$HERE/../lib.sh"
needs go cc node curl
PORT="${PORT:-4444}"
export ADMIN_PORT="${ADMIN_PORT:-4445}" APP_PORT="${APP_PORT:-4446}"
VERSION="$(cd "$HERE" && go list -m -f '{{.Version}}' github.com/ory/hydra/v2)"

build() {
  cd "$HERE"
  # Without what a debugger would want, which is half of it.
  CGO_ENABLED=1 go build -ldflags '-s -w' -tags sqlite,json1 -o "$1/hydra" github.com/ory/hydra/v2
}

built "$VERSION" "$HERE/go.mod" "$HERE/go.sum"

export DSN=memory SQA_OPT_OUT=true
export SERVE_PUBLIC_PORT="$PORT" SERVE_ADMIN_PORT="$ADMIN_PORT"
export URLS_SELF_ISSUER="http://127.0.0.1:$PORT"
export URLS_LOGIN="http://127.0.0.1:$APP_PORT/login" URLS_CONSENT="http://127.0.0.1:$APP_PORT/consent"
export STRATEGIES_JWT_SCOPE_CLAIM="${SCOPE_CLAIM:-list}"
# Clients, and the pages that Hydra leaves to others; it says READY, for without them Hydra is not.
HYDRA=$$ ISSUER="$URLS_SELF_ISSUER" node "$HERE/companion.mjs" &
exec "$CACHE/hydra" serve all --dev --config "$HERE/hydra.yml"
