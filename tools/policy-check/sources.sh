# shellcheck shell=bash
# Sourced by check: what is judged.

sources() {
  local path
  [[ -n ${POLICY_DESCRIPTORS:-}${POLICY_PROTO:-} ]] ||
    fail "no protos are named: set descriptors (POLICY_DESCRIPTORS) or proto (POLICY_PROTO)"
  while read -r path; do built "$path"; done < <(lines "${POLICY_DESCRIPTORS:-}")
  option --descriptors "${POLICY_DESCRIPTORS:-}"
  while read -r path; do proto "$path"; done < <(lines "${POLICY_PROTO:-}")
  while read -r path; do unlinked "$path"; done < <(lines "${POLICY_INCLUDE:-}"$'\n'"${POLICY_RULES:-}")
  option --include "${POLICY_INCLUDE:-}"
  option --rules "${POLICY_RULES:-}"
  option --service "${POLICY_SERVICE:-}"
  option --lock "$LOCK"
}

# option NAME LINES: once for each line
option() {
  local line
  while read -r line; do ARGUMENTS+=("$1=$line"); done < <(lines "$2")
}

# Without surrounding white space and empty lines.
lines() {
  sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d' <<<"$1"
}

# built PATH: a set comes from an earlier step. One that was committed says what its author likes, whatever the protos say.
built() {
  unlinked "$1"
  ! brought "$PLACE" ||
    fail "$1 is a file of the repository, and need not say what the protos say: build the set in an earlier step, outside of the checkout, and name that; a set that has no protos here can be copied there"
}

# proto PATH: a folder stands for the .proto files in it, and is where their imports are found
proto() {
  local file
  [[ $1 != -* ]] || set -- "./$1"
  if [[ ! -d $1 ]]; then
    unlinked "$1"
    ARGUMENTS+=("--proto=$1")
    [[ -n ${POLICY_INCLUDE:-} ]] || ARGUMENTS+=("--include=$(dirname -- "$1")")
    return
  fi
  [[ -n ${POLICY_INCLUDE:-} ]] || ARGUMENTS+=("--include=$1")
  protos_below "$1"
  unlinked "$1"
  submodules_below "$PLACE"
  while IFS= read -r -d '' file; do ARGUMENTS+=("--proto=$file"); done <"$WORK/found"
}

# protos_below FOLDER: writes their names to a file. A link would leave out what it stands for, and a service that is left out
# passes as one that was removed.
protos_below() {
  local link folder=$1
  while [[ $folder == ?*/ ]]; do folder="${folder%/}"; done
  [[ ! -L $folder ]] || fail "$1 is a symbolic link: name the folder itself"
  find "$1" \( -type l -o -name '*.proto' ! -type f ! -type d \) -print0 >"$WORK/links" 2>"$WORK/find" ||
    fail "$1 cannot be searched: $(tail -n 1 "$WORK/find")"
  while IFS= read -r -d '' link; do
    [[ $link != *.proto && ! -d $link ]] || fail "$(printf '%q' "$link") is a symbolic link: name the .proto files one by one"
  done <"$WORK/links"
  find "$1" -name '*.proto' -type f -print0 | LC_ALL=C sort -z >"$WORK/found"
  [[ -s $WORK/found ]] || fail "there is no .proto file in $1"
}

# submodules_below FOLDER: what was not checked out would be left out as well, and so would a link that git wrote as a text
submodules_below() {
  local top below file entry
  top="$(top_of "$1")" || return 0
  below="${1#"${top%/}"}"
  file="$(mktemp "$WORK/submodules.XXXXXX")"
  git -C "$top" ls-files -z --stage -- ":(top,literal)${below#/}" >"$file" 2>"$WORK/git" || fail "the files of $1 cannot be listed: $(<"$WORK/git")"
  while IFS= read -r -d '' entry; do
    if [[ $entry == 120000* && ! -L "$top/${entry#*$'\t'}" ]]; then
      fail "$(printf '%q' "${entry#*$'\t'}") is a symbolic link that git has written as a text: name the .proto files one by one"
    fi
    [[ $entry == 160000* ]] || continue
    entry="$top/${entry#*$'\t'}"
    [[ -e $entry/.git ]] || fail "$(printf '%q' "${entry#"$TOP"/}") is a submodule that is not checked out"
    submodules_below "$entry"
  done <"$file"
}
