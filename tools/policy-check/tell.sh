# shellcheck shell=bash
# Sourced by check: what is told of the judgement, to whom.

TABLE_LIMIT=800000 # bytes; GitHub shows no summary of more than 1 MiB
ERRORS_LIMIT=100000
ANNOTATIONS=20 # errors, and as many warnings; GitHub shows ten of each

# note SENTENCE: it begins with a word of ours, and has names in code
note() {
  tell - <<<"$*"
  NOTES+=("$*")
}

# in_code NAME: prints it for a sentence, which is part of a page of Markdown as well
in_code() {
  printf '`%s`' "$(without_backticks "$1")"
}

without_backticks() {
  tr '`' "'" <<<"$1"
}

warn() {
  echo "warning: $*" >>"$WORK/warnings"
}

# tell FILE…: GitHub obeys lines of the output that begin with two colons; what is told may have a stranger's words in it.
tell() {
  local fence=''
  if [[ -n ${GITHUB_ACTIONS:-} ]]; then
    fence="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    echo "::stop-commands::$fence"
  fi
  cat "$@"
  [[ -z $fence ]] || echo "::$fence::"
}

# annotations CODE: errors and warnings of `sekisho`, at the lock; and of a change that fails, all up to those that pass
annotations() {
  local failing file
  file="$([[ -z $TOP ]] || git ls-files --full-name -- "$LOCK" 2>/dev/null || true)"
  file="file=$(property "${file:-$LOCK}")"
  if (($1 == 1)); then
    failing="$(sed '/, these changes pass:$/,$d' "$WORK/table")"
    echo "::error $file::$(escaped "${failing:0:8000}")"
  fi
  annotated error "$file"
  annotated warning "$file"
}

# annotated KIND FILE: the first of its lines, and how many more there are
annotated() {
  local line more
  while IFS= read -r line; do
    line="${line#"$1": }"
    echo "::$1 $2::$(escaped "${line:0:2000}")"
  done < <(grep -a -m "$ANNOTATIONS" "^$1:" "$WORK/errors")
  more=$(($(grep -a -c "^$1:" "$WORK/errors" || true) - ANNOTATIONS))
  ((more <= 0)) || echo "::$1 $2::$more more of the kind: the log has them"
}

# As the text of GitHub's workflow commands is written; and a property of theirs, which a comma or a colon would end.
escaped() {
  local text=${1//%/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

property() {
  local text
  text="$(escaped "$1")"
  text=${text//:/%3A}
  printf '%s' "${text//,/%2C}"
}

# summary_file NAME: sets SUMMARY. In a repository this is a file that it does not have, and no link: what is appended would go to
# where the link leads.
summary_file() {
  local link
  [[ -n $1 ]] || return 0
  SUMMARY=''
  way "$1" || fail "$1 leads through more links than can be followed"
  for link in ${LINKS[@]+"${LINKS[@]}"}; do
    ! top_of "${link%/*}" >/dev/null || fail "$1 is no file to write the summary to: it is behind the link $(printf '%q' "$link")"
  done
  if top_of "${PLACE%/*}" >/dev/null; then
    [[ ! -e $PLACE || -f $PLACE ]] || fail "$1 is no file to write the summary to"
    ! brought "$PLACE" || fail "$1 is no file to write the summary to: the repository has it"
  fi
  SUMMARY="$1"
}

# summarized CODE: what was judged and cannot be shown counts as not judged
summarized() {
  [[ -n $SUMMARY ]] || return 0
  summary "$1" >"$WORK/summary"
  if ! cat "$WORK/summary" 2>"$WORK/write" >>"$SUMMARY"; then
    echo "error: the summary cannot be written to $SUMMARY: $(<"$WORK/write")" >"$WORK/errors"
    tell "$WORK/errors"
    return 1
  fi
}

# summary CODE: Markdown. What `sekisho` writes is escaped by it, its warnings among it; its errors are shown as a block of
# code.
summary() {
  local note besides="$WORK/errors"
  if (($1 < 2)); then
    besides="$WORK/warnings"
    checked markdown again --format=markdown || true
    shortened "$TABLE_LIMIT" <"$WORK/markdown"
    echo
  else
    printf '### Access policy: it could not be judged\n\n'
  fi
  [[ ! -s $besides ]] || { tr '\r' ' ' <"$besides" | sed 's/^/    /' | shortened "$ERRORS_LIMIT" && echo; }
  for note in ${NOTES[@]+"${NOTES[@]}"}; do printf '%s\n\n' "$note"; done
}

# shortened LIMIT: whole lines, as many as fit. The rest is read as well, or whoever writes it would fail.
shortened() {
  LC_ALL=C awk -v limit="$1" '
    { size += length($0) + 1 }
    size <= limit { print; next }
    !told { print "\n… and more: the log has all of it."; told = 1 }
  '
}
