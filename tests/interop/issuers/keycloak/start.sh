#!/usr/bin/env bash
# Keycloak, whose realm (realm.json) is new at each start but for its keys. Needs a JDK of 17 or later, Maven and curl.
# environment: PORT (8180), WORK
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/interop/issuers/lib.sh
. "$HERE/../lib.sh"
needs java mvn curl
PORT="${PORT:-8180}"
WORK="${WORK:-$(mktemp -d)}"
VERSION="$(sed -n 's:.*<keycloak.version>\(.*\)</.*:\1:p' "$HERE/pom.xml")"
export KC_DB=dev-file KC_CACHE=local
# It runs for a minute: what quick starts cost later is never paid.
export JAVA_OPTS_KC_HEAP="-Xms64m -Xmx384m" JAVA_OPTS_APPEND="-XX:TieredStopAtLevel=1"

# What it works out of its options, its tables and the realm are kept as well: they are most of what a start takes.
build() {
  mvn -q -B -f "$HERE/pom.xml" -DbuildDirectory="$1" package
  mv "$1/keycloak-$VERSION"/* "$1"
  rm -r "$1/keycloak-$VERSION" "$1/dependency-maven-plugin-markers"
  "$1/bin/kc.sh" build
  "$1/bin/kc.sh" import --optimized --file "$HERE/realm.json"
  PASSWORD="admin" "$1/bin/kc.sh" bootstrap-admin user --optimized --username admin --password:env PASSWORD
}

built "$VERSION" "$HERE/pom.xml" "$HERE/realm.json"

# Keycloak writes beneath its own folder: it gets one of this run, whose parts are the other's.
mkdir -p "$WORK/bin"
cp "$CACHE/bin/kc.sh" "$WORK/bin/"
rm -rf "$WORK/data"
cp -r "$CACHE/data" "$WORK/"
for part in conf lib providers themes; do ln -sfn "$CACHE/$part" "$WORK/$part"; done

export KC_HTTP_ENABLED=true KC_HTTP_HOST=127.0.0.1 KC_HTTP_PORT="$PORT"
# Without a name of its own it would take whatever the Host header says for its issuer.
export KC_HOSTNAME="http://127.0.0.1:$PORT"
ready_when "http://127.0.0.1:$PORT/realms/sekisho"
exec "$WORK/bin/kc.sh" start --optimized
