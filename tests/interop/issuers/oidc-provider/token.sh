#!/usr/bin/env bash
# Prints an access token, by client credentials. usage: token.sh ISSUER [SCOPE…]
set -euo pipefail
exec node "$(dirname "${BASH_SOURCE[0]}")/token.mjs" "$@"
