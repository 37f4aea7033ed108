#!/usr/bin/env bash
# Runs npm oidc-provider in the foreground and prints `READY oidc-provider issuer=…`; ends on SIGTERM.
# Environment: PORT (4460; 0 takes a free one), AUTH0=1 (Auth0's shape), AUDIENCE, TTL (seconds)
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
interop="$(cd "$here/../.." && pwd)"
[[ -d "$interop/node_modules/oidc-provider" ]] || npm ci --ignore-scripts --prefix "$interop" >&2
PORT="${PORT:-4460}" exec node "$here/provider.mjs"
