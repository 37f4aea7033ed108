#!/usr/bin/env bash
# Spring Authorization Server, as Spring Boot sets it up; each start makes a new key. Needs a JDK of 17 or later, Maven
# and curl.   environment: PORT (9000)
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/interop/issuers/lib.sh
. "$HERE/../lib.sh"
needs java mvn curl
PORT="${PORT:-9000}"
VERSION="$(sed -n '/<parent>/,/<\/parent>/s:.*<version>\(.*\)</.*:\1:p' "$HERE/pom.xml")"

build() {
  mvn -q -B -f "$HERE/pom.xml" -DbuildDirectory="$1/target" package
  mv "$1/target/issuer.jar" "$1"
  rm -r "$1/target"
}

built "$VERSION" "$HERE/pom.xml" "$HERE"/src/main/java/issuer/*.java "$HERE/src/main/resources/application.yml"

ready_when "http://127.0.0.1:$PORT"
# It runs for a minute: what quick starts cost later is never paid.
exec java -Xmx192m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "$CACHE/issuer.jar" --server.port="$PORT"
