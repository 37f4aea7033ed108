# shellcheck shell=bash
# Sourced by the suite: a Java team's and a Python team's pull requests, by the workflows for them, and what docs/teams.md shows for
# any team: hooks that write what they check, and a comparison without the scripts.

INVOICE='a token without scopes can now call `orders.v1.Invoices/GetInvoice`'

builds() {
  local name
  branch builds
  git mv api/proto api/buf.yaml api/buf.gen.yaml .
  git mv policy/access.lock .
  cp "$HERE/pom.xml" .
  printf '/target\n' >>.gitignore
  PATH="$WORK/hook:$WORK/python/bin:$PATH" hooks_of_the_page
  git clean --quiet --force -d docs
  proposed "Build with Maven and with grpcio-tools"
  for name in github-maven github-python; do by_workflow "$name" 0 passed; done
  merged
  branch loosened-builds
  edit '/rpc GetInvoice/,/}/s/{ all_of: .* }/{ authenticated: true }/' "$ORDERS"
  locked
  proposed "Let anyone with a token see invoices"
  PATH="$WORK/hook:$PATH" without_the_scripts
  for name in github-maven github-python; do
    by_workflow "$name" 1 failed
    contains "$name.yml: witness" "$INVOICE" "$OUT"
  done
}

# by_workflow NAME CODE OUTCOME: the tools of its setup steps are there already
by_workflow() {
  PATH="$WORK/python/bin:$PATH" WORKFLOW="$1" judged
  outcome "$1.yml" "$2" "$3"
}

hooks_of_the_page() {
  hook_of_the_page "Maven" 'mvn -q process-sources;'
  hook_of_the_page "grpcio-tools" 'find proto -name "*.proto"'
  mkdir docs
  ran bash -euc "buf build -o api.binpb; $(block '--format markdown >docs/access.md')"
  equal "docs/teams.md, a document is written: exit code" 0 "$CODE"
  ran bash -euc "$(block 'set -o pipefail')"
  equal "docs/teams.md, the document is compared: exit code" 0 "$CODE"
  echo "An old line" >>docs/access.md
  ran bash -euc "$(block 'set -o pipefail')"
  equal "docs/teams.md, an old document is compared: exit code" 1 "$CODE"
  edit '$d' docs/access.md
  hook_of_the_page "a document" 'id: access-document'
}

# hook_of_the_page NAME TEXT: it says nothing, writes a set, and is not content with that set after a change of the protos
hook_of_the_page() {
  local before
  before="$(<proto/status/v1/status.proto)"
  block "$2" >.pre-commit-config.yaml
  git add .pre-commit-config.yaml
  ran "$WORK/python/bin/pre-commit" run --all-files
  equal "docs/teams.md, a hook for $1: exit code" 0 "$CODE"
  edit 's/public: true/authenticated: true/' proto/status/v1/status.proto
  ran "$WORK/python/bin/pre-commit" run --all-files
  equal "docs/teams.md, a hook for $1, the set is old: exit code" 1 "$CODE"
  contains "docs/teams.md, a hook for $1, the set is old: what is said" "authenticated: true" "$OUT$ERR"
  echo "$before" >proto/status/v1/status.proto
  git rm --quiet --force .pre-commit-config.yaml
}

# It can be run again.
without_the_scripts() {
  local run
  for run in first second; do
    ran bash -euc "$(block 'committed HEAD change')"
    equal "docs/teams.md, without the scripts, $run run: exit code" 1 "$CODE"
    contains "docs/teams.md, without the scripts, $run run: witness" "$INVOICE" "$OUT"
  done
}

# block TEXT: prints the one block of the page that has it
block() {
  TEXT="$1" awk '
    /^```/ { if (open && index(block, ENVIRON["TEXT"])) { printf "%s", block; found++ }; open = !open; block = ""; next }
    open { block = block $0 "\n" }
    # A shell that is given nothing is content.
    END { if (found != 1) print "echo docs/teams.md has " found + 0 " such blocks >&2; exit 99" }
  ' "$REPOSITORY/docs/teams.md"
}
