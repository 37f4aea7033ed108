# shellcheck shell=bash
# Sourced by the suite: a policy is the same whatever compiled it: buf, protoc, Maven, sekisho itself, or the team's running
# server, which tells it by reflection.

sets() {
  local version
  branch sets
  buf build -o "$WORK/buf.binpb"
  methods --descriptors "$WORK/buf.binpb"
  LISTED="$METHODS"
  contains "buf: a method and its rule" '"orders.v1.Orders/Watch"' "$LISTED"
  same "sekisho, of protos" --proto "$ORDERS" proto/status/v1/status.proto --include proto
  protoc -I proto --include_imports --include_source_info --descriptor_set_out="$WORK/protoc.binpb" "$ORDERS" status/v1/status.proto
  same "protoc" --descriptors "$WORK/protoc.binpb"
  protoc -I proto --descriptor_set_out="$WORK/bare.binpb" "$ORDERS" status/v1/status.proto
  tool policy list --descriptors "$WORK/bare.binpb"
  equal "protoc, without imports: exit code" 2 "$CODE"
  contains "protoc, without imports: what lacks" "it has to include its imports" "$ERR"
  one_set_a_library
  by_maven
  rules_of_others
  compiles
  for version in v1 v1alpha; do by_reflection "$version"; done
}

# methods ARGUMENT…: sets METHODS to what `list` says of each method, without where it stands in a file
methods() {
  tool policy list --format json "$@"
  METHODS="$(node -e '
    const { methods } = JSON.parse(require("fs").readFileSync(0));
    console.log(JSON.stringify((methods ?? []).map(({ position, ...rest }) => rest), null, 1));
  ' <<<"${OUT:-"{}"}")"
}

# same NAME ARGUMENT…
same() {
  methods "${@:2}"
  equal "$1: exit code" 0 "$CODE"
  equal "$1: the same policy" "$LISTED" "$METHODS"
}

# Bazel's proto_library writes a set with its own files alone. Sets are joined by writing one after the other.
one_set_a_library() {
  local file
  for file in google/protobuf/descriptor.proto sekisho/v1/access.proto orders/v1/orders.proto status/v1/status.proto; do
    protoc -I proto --include_source_info --descriptor_set_out="$WORK/one.bin" "$file"
    cat "$WORK/one.bin" >>"$WORK/joined.binpb"
  done
  same "a set a library, as of Bazel, joined" --descriptors "$WORK/joined.binpb"
}

# Protos of somebody else, which cannot be given the option.
rules_of_others() {
  mkdir proto/other
  printf 'syntax = "proto3";\npackage other;\nmessage Empty {}\nservice Other { rpc Call(Empty) returns (Empty); }\n' >proto/other/other.proto
  echo 'other.Other/Call { all_of: "other:call" }' >rules.txt
  locked --lock rules.lock
  equal "somebody else's protos: no lock without a rule" 2 "$CODE"
  contains "somebody else's protos: which method" "other/other.proto:4:17: other.Other" "$ERR"
  locked --lock rules.lock --rules rules.txt
  equal "somebody else's protos, with a file of rules: exit code" 0 "$CODE"
  contains "somebody else's protos, with a file of rules: the lock" 'other.Other/Call (other.Empty) returns (other.Empty) { all_of: ["other:call"] }' "$(<rules.lock)"
  EVENT=push steps "$REPOSITORY/action.yml" . sekisho="$SEKISHO" descriptors=api.binpb lock=rules.lock rules=rules.txt
  outcome "the action, with a file of rules" 0 passed
  rm -r proto/other
}

by_maven() {
  LOG="$WORK/maven.log"
  mvn --quiet --batch-mode process-sources >"$LOG" 2>&1 || abort "Maven does not compile the protos"
  same "Maven" --descriptors target/generated-resources/protobuf/descriptor-sets/api.binpb
}

by_reflection() {
  local server
  LOG="$WORK/server.log"
  rm -f "$WORK/address"
  ./orders "$1" >"$WORK/address" 2>"$LOG" &
  server=$!
  eventually "the team's server" "$server" test -s "$WORK/address"
  same "reflection $1" --server "$(<"$WORK/address")"
  stop "$server"
}
