#!/usr/bin/env bash
# npm oauth2-mock-server; each start makes a new key. Needs Node and curl.   environment: PORT (8090)
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/interop/issuers/lib.sh
. "$HERE/../lib.sh"
needs node curl
[[ -d $HERE/../../node_modules/oauth2-mock-server ]] || die "npm ci --ignore-scripts --prefix tests/interop"
export PORT="${PORT:-8090}"

# It says localhost of itself, wherever it listens.
ready_when "http://localhost:$PORT"
exec node "$HERE/server.mjs"
