# shellcheck shell=bash
# Sourced by the suite: every JSON document is what docs/policy.schema.json says, as a validator reads it that we did not
# write.

documents() {
  local before=before.lock method=orders.v1.Orders/CancelOrder
  mkdir "$WORK/documents"
  cd "$WORK/documents"
  cp -R "$HERE/team/proto" .
  tool policy proto --out proto
  protoc -I proto --include_imports --descriptor_set_out=bare.binpb "$ORDERS"
  documented "list" 0 list --proto proto
  documented "list, by scope" 0 list --by scope --proto proto
  documented "list, of scopes" 0 list --scopes "orders:read x" --proto proto
  documented "list, without places" 0 list --descriptors bare.binpb
  documented "explain, without a token" 1 explain "$method" --proto proto
  documented "explain, granted" 0 explain "$method" --scopes admin --proto proto
  documented "explain, without the scopes" 1 explain "$method" --scopes orders:read --proto proto
  documented "explain, of no method" 1 explain orders.v1.Orders/Cancel --proto proto
  documented "explain, reported only" 0 explain "$method" --dangerous-report-only --proto proto
  printf 'e30.e30.AAAA' >token.txt
  documented "explain, of a token" 1 explain "$method" --token-file token.txt --proto proto \
    --issuer https://tenant.example/ --audience orders --jwks "$HERE/no-keys.json"
  documented "explain, of a token whose signature is not checked" 1 explain "$method" --token-file token.txt \
    --dangerous-skip-signature --proto proto --issuer https://tenant.example/ --audience orders
  documented "lock, a first one" 0 lock --lock "$before" --proto proto
  documented "lock, unchanged" 0 lock --lock "$before" --proto proto
  cp "$before" access.lock
  documented "check" 0 check --base "$before" --proto proto
  documented "diff, of equals" 0 diff "$before" access.lock
  changed
  documented "diff" 1 diff "$before" proto
  documented "check, fails" 1 check --base "$before" --proto proto
  acknowledged_line
  documented "lock, written anew" 0 lock --proto proto
  documented "check, acknowledged" 0 check --base "$before" --proto proto
  documented "lock, and lines that cover nothing" 0 lock --prune --base access.lock --proto proto
  undecided
  documented "list, of methods without a rule" 0 list --proto proto
  documented "list, beside a set that cannot be read" 2 list --proto proto --descriptors token.txt
  other_documents
}

# documented NAME CODE ARGUMENT…: of `policy`
documented() {
  tool policy "${@:3}" --format json
  equal "$1 as JSON: exit code" "$2" "$CODE"
  equal "$1 as JSON: by the schema" "valid" "$(judged_by_schema <<<"$OUT")"
}

judged_by_schema() {
  node "$HERE/documents.mjs" "$REPOSITORY/docs/policy.schema.json"
}

# Rules in every relation, a new name, a new method and one that is gone.
changed() {
  edit 's/"orders:read", "orders:cancel"/"orders:read"/; s/GetOrder(/FetchOrder(/' "$ORDERS"
  edit 's/{ authenticated: true }/{ any_of: [{ all_of: "billing" }, { all_of: "admin" }] mode: REPORT_ONLY }/' "$ORDERS"
  edit 's/rpc Watch(WatchRequest) returns (stream Order);/rpc Ping(WatchRequest) returns (WatchRequest) { option (sekisho.v1.access) = { optional: true }; }/' "$ORDERS"
}

# Each of the lines that the check printed.
acknowledged_line() {
  tool policy check --base before.lock --proto proto
  sed -n 's/^  \([a-z].* \(looser\|added\|incomparable\) .*\) REASON$/\1 agreed/p' <<<"$OUT" >access.ack
  [[ -s access.ack ]] || abort "no line to acknowledge in $OUT"
}

# A method without a rule.
undecided() {
  printf 'syntax = "proto3";\npackage other;\nmessage Empty {}\nservice Other { rpc Call(Empty) returns (Empty); }\n' >proto/other.proto
}

# What the schema would have to refuse, so that a document which it takes says something.
other_documents() {
  local change
  tool policy list --format json --proto proto
  for change in 's/"kind"/"sort"/' 's/"unary"/"one"/' '0,/{/s//{ "more": 1,/' 's/"version": 1/"version": 2/' \
    's/"position": {/"position": { "more": 1,/' 's/"line": \([0-9]*\)/"line": "\1"/'; do
    if [[ "$(sed "$change" <<<"$OUT")" == "$OUT" ]]; then abort "no change by $change"; fi
    equal "a document of another form ($change)" "refused" \
      "$(sed "$change" <<<"$OUT" | judged_by_schema | sed 's/^[^ ]* must .*/refused/')"
  done
}
