# shellcheck shell=bash
# Sourced by the suite: what a team does to its protos, and what the pull request is told.

ORDERS=proto/orders/v1/orders.proto

requests() {
  first_lock
  loosened
  link_in_place_of_the_set
  tightened
  renamed
  public_method_added
  service_moved
  acknowledged
  acknowledgement_left_over
  lock_forgotten
  lock_in_conflict
}

# edit SCRIPT FILE: something has to change, or the pull request would show nothing
edit() {
  local before
  before="$(<"$2")"
  sed -i "$1" "$2"
  [[ "$(<"$2")" != "$before" ]] || abort "no change of $2 by $1"
}

first_lock() {
  branch first
  locked
  equal "first lock: exit code" 0 "$CODE"
  contains "first lock: a line for each method" \
    'orders.v1.Orders/Watch (orders.v1.WatchRequest) returns (stream orders.v1.Order) { all_of: ["orders:read"] }' "$(<access.lock)"
  proposed "Lock the access policy"
  judged
  outcome "a base without a lock" 2 unjudged
  contains "a base without a lock: what to do" "first-lock: true" "$(grep '^::error' <<<"$OUT")"
  judged first-lock=true
  outcome "first lock" 0 passed
  contains "first lock: said that nothing is compared" 'There is no `access.lock` in `main` at' "$OUT"
  contains "first lock: said in the summary" 'There is no `access.lock` in `main` at' "$SUMMARY"
  merged
}

# The case that all of it is for. The whole summary is as in a file, but for the name of a commit.
loosened() {
  branch loosened
  edit 's/"orders:read", "orders:cancel"/"orders:read"/' "$ORDERS"
  locked
  proposed "Let readers cancel"
  judged
  outcome "loosened" 1 failed
  contains "loosened: verdict and witness in the log" \
    'a token with only `orders:read` can now call `orders.v1.Orders/CancelOrder`' "$OUT"
  contains "loosened: an annotation of the lock" "::error file=access.lock::" "$OUT"
  contains "loosened: the witness in it" 'a token with only `orders:read` can now call' "$(grep '^::error' <<<"$OUT")"
  equal "loosened: the summary" "$(<"$HERE/summary.md")" "$(sed 's/commit [0-9a-f]\{12\}/commit COMMIT/' <<<"$SUMMARY")"
}

# What buf writes would go through the link, to wherever the author likes: to the scripts of the action.
link_in_place_of_the_set() {
  branch link
  edit 's/"orders:read", "orders:cancel"/"orders:read"/' "$ORDERS"
  locked
  rm api.binpb
  ln -s "$WORK/written" api.binpb
  git add --force api.binpb
  proposed "Let readers cancel, and link the set"
  judged
  outcome "a link where a set could be written" 1 failed
  equal "a link where a set could be written: nothing is written through it" no "$([[ -e $WORK/written ]] && echo yes || echo no)"
}

tightened() {
  branch tightened
  edit 's/authenticated: true/all_of: "invoices:read"/' "$ORDERS"
  locked
  proposed "Ask for a scope of invoices"
  judged
  outcome "tightened" 0 passed
  contains "tightened: verdict" tighter "$SUMMARY"
  contains "tightened: who loses access" 'a token without scopes no longer can call `orders.v1.Invoices/GetInvoice`' "$SUMMARY"
}

renamed() {
  branch renamed
  edit 's/rpc GetInvoice(/rpc FetchInvoice(/' "$ORDERS"
  locked
  proposed "Rename GetInvoice"
  judged
  outcome "renamed" 0 passed
  contains "renamed: told as that" '| `orders.v1.Invoices/FetchInvoice`, before `orders.v1.Invoices/GetInvoice` | `{ authenticated: true }` | `{ authenticated: true }` | equivalent |' "$SUMMARY"
  absent "renamed: nothing is added" "added" "$SUMMARY"
}

public_method_added() {
  branch public
  edit '/^service Status/a\  rpc Version(GetRequest) returns (GetResponse) {\n    option (sekisho.v1.access) = { public: true };\n  }' proto/status/v1/status.proto
  locked
  proposed "Tell the version to anyone"
  judged
  outcome "a public method is added" 1 failed
  contains "a public method is added: verdict" added "$SUMMARY"
  contains "a public method is added: witness" 'a caller without a token can now call `status.v1.Status/Version`' "$OUT"
}

# The positive twin of the above stands here too: a method is added that asks for a scope.
service_moved() {
  local lock
  branch moved
  lock="$(<access.lock)"
  sed -n '/^syntax/,/^import/p; /^service Invoices/,/^}/p' "$ORDERS" >proto/orders/v1/invoices.proto
  edit 's|^import .*|&\nimport "orders/v1/orders.proto";|' proto/orders/v1/invoices.proto
  edit '/^service Invoices/,/^}/d' "$ORDERS"
  locked
  equal "a service moves to another file: the lock stays as it is" "$lock" "$(<access.lock)"
  edit '/^service Status/a\  rpc Details(GetRequest) returns (GetResponse) {\n    option (sekisho.v1.access) = { all_of: "status:read" };\n  }' proto/status/v1/status.proto
  locked
  proposed "Give invoices a file"
  judged
  outcome "a service moves to another file, and a method with a scope is added" 0 passed
}

# acknowledge: writes the line that the failed check names
acknowledge() {
  buf build -o api.binpb
  git show origin/main:access.lock >"$WORK/before.lock"
  tool policy check --descriptors api.binpb --base "$WORK/before.lock"
  sed -n 's/^.*\(orders\.v1\.Orders\/CancelOrder looser [0-9a-f]\{32\}\.\.[0-9a-f]\{32\}\).*$/\1/p' <<<"$OUT$ERR" | head -n 1 >"$WORK/line"
  equal "acknowledged: the check names the line" 1 "$(grep -c . "$WORK/line")"
  printf '%s %s\n' "$(<"$WORK/line")" "$1" >>access.ack
}

# With the loosening of above, and a reason; but not with a line for less than that.
acknowledged() {
  branch acknowledged
  edit 's/"orders:read", "orders:cancel"/"orders:read"/' "$ORDERS"
  locked
  acknowledge "support cancels for customers, agreed in ORD-17"
  proposed "Let readers cancel, as agreed"
  judged
  outcome "acknowledged" 0 passed
  contains "acknowledged: shown all the same" looser "$SUMMARY"
  contains "acknowledged: the reason is shown" "ORD-17" "$SUMMARY"
  edit 's/all_of: "orders:read"/all_of: "orders:list"/' "$ORDERS"
  edit 's/all_of: \["orders:read"\] }, { all_of: "admin" }/all_of: ["orders:list"] }, { all_of: "admin" }/' "$ORDERS"
  locked
  proposed "Let listers cancel"
  judged
  outcome "acknowledged, but for another change" 1 failed
}

acknowledgement_left_over() {
  branch left-over
  edit 's/"orders:read", "orders:cancel"/"orders:read"/' "$ORDERS"
  locked
  acknowledge "agreed in ORD-17"
  proposed "Let readers cancel, as agreed"
  merged
  branch next
  echo >>buf.yaml
  proposed "Change nothing of the policy"
  judged
  outcome "a line that covers nothing" 0 passed
  contains "a line that covers nothing: a warning" "::warning file=access.lock::" "$OUT"
  equal "a line that covers nothing: once in the summary" 1 "$(grep -c 'it was given to an earlier change' <<<"$SUMMARY")"
  contains "a line that covers nothing: names it" "orders.v1.Orders/CancelOrder" "$(grep '^::warning' <<<"$OUT")"
  git show origin/main:access.lock >"$WORK/before.lock"
  git checkout --quiet next
  locked --prune --base "$WORK/before.lock"
  equal "lock --prune: exit code" 0 "$CODE"
  contains "lock --prune: prints the line" "agreed in ORD-17" "$OUT$ERR"
  absent "lock --prune: the line is gone" "ORD-17" "$(cat access.ack 2>/dev/null || true)"
  proposed "Take the line out"
  judged
  outcome "after lock --prune" 0 passed
  absent "after lock --prune: no warning" "::warning" "$OUT"
  merged
}

lock_forgotten() {
  branch forgotten
  edit 's/authenticated: true/all_of: "invoices:read"/' "$ORDERS"
  proposed "Ask for a scope of invoices"
  judged
  outcome "the lock was forgotten" 1 failed
  contains "the lock was forgotten: what to do" "sekisho policy lock" "$OUT"
  contains "the lock was forgotten: of which method" "orders.v1.Invoices/GetInvoice" "$OUT"
  EVENT=push judged
  outcome "the lock was forgotten, on a push" 1 failed
  locked
  proposed "Lock it"
  judged
  outcome "the lock was brought" 0 passed
}

# Two changes of one line; whoever resolves the conflict commits the markers. GitHub itself runs nothing before that.
lock_in_conflict() {
  local theirs
  branch theirs
  edit 's/authenticated: true/all_of: "invoices:read"/' "$ORDERS"
  locked
  proposed "Ask for a scope of invoices"
  theirs="$(git rev-parse HEAD)"
  branch conflict
  edit 's/authenticated: true/all_of: ["invoices:read", "invoices:list"]/' "$ORDERS"
  locked
  commit "Ask for two scopes of invoices"
  git push --quiet origin "$theirs:main"
  git fetch --quiet origin
  git merge --quiet origin/main >/dev/null 2>&1 && abort "there is no conflict"
  git checkout --quiet --ours "$ORDERS"
  contains "a conflict: git marks the lock" '<<<<<<<' "$(<access.lock)"
  proposed "Merge main, with the markers"
  judged
  outcome "conflict markers in the lock" 2 unjudged
  contains "conflict markers in the lock: said" "conflict" "$(grep '^::error' <<<"$OUT")"
  contains "conflict markers in the lock: the summary" "could not be judged" "$SUMMARY"
  git checkout --quiet conflict
  git merge --quiet --ff-only "$(git -C "$ORIGIN" rev-parse "refs/pull/$REQUEST/head")"
  locked
  equal "a conflict is resolved by lock: exit code" 0 "$CODE"
  proposed "Merge main"
  judged
  outcome "a conflict, resolved by lock" 0 passed
}
