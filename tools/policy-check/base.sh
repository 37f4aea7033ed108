# shellcheck shell=bash
# Sourced by check: the policy that a pull request is compared with, and where it is refused to guess.

EVERYTHING=2147483647 # commits: what git takes for all of them

base() {
  local name tip commit
  name="${POLICY_BASE:-${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CHANGE_TARGET:-${BITBUCKET_PR_DESTINATION_BRANCH:-}}}}}"
  [[ -n $name ]] || {
    ! requested || fail "this is a pull request, and nothing says what it is merged into: set base (POLICY_BASE)"
    note "This is no pull request: the protos are compared with $(in_code "$LOCK") alone."
    return
  }
  ! of_a_fork || fail "this pipeline runs in the fork, whose $name is what its owner likes: run it in the project that the merge request is for, or name that project's repository (POLICY_REMOTE)"
  [[ -n $TOP ]] || fail "this is no checkout of git, and $name cannot be had"
  reviewed
  tip="$(tip_of "$name")" ||
    fail "the base $name cannot be had: $(tail -n 1 "$WORK/git"); fetch it before this step (actions/checkout: fetch-depth: 0)"
  commit="$(started_from "$tip")" || {
    commit="$tip"
    note "No single commit was found that this change began from: compared with the newest one of $(in_code "$name")."
  }
  [[ ! $name =~ ^[A-Za-z0-9._/-]+$ ]] || NAME="$name"
  policy_of "$commit" "$tip"
}

# Whether the system says that this is a pull request, by whatever name.
requested() {
  case ${GITHUB_EVENT_NAME:-} in pull_request* | merge_group) return 0 ;; esac
  [[ ${CI_PIPELINE_SOURCE:-} == merge_request_event || -n ${CHANGE_ID:-}${BITBUCKET_PR_ID:-} ]]
}

# Whether GitLab runs this in another project than that of the target branch.
of_a_fork() {
  [[ -z ${POLICY_REMOTE:-} && -n ${CI_MERGE_REQUEST_PROJECT_ID:-} && $CI_MERGE_REQUEST_PROJECT_ID != "${CI_PROJECT_ID:-}" ]]
}

# --- the commit ---------------------------------------------------------------------------------------

# tip_of NAME: prints the newest commit of a branch as the remote has it, else as it is known here; or a commit itself
tip_of() {
  local name=${1#refs/heads/} depth=()
  name=${name#"$REMOTE/"}
  ! shallow || depth=(--depth=1)
  if [[ $1 =~ ^[0-9a-f]{40}$ ]]; then
    commit_of "$1" || { fetch ${depth[@]+"${depth[@]}"} "$REMOTE" "$1" && commit_of "$1"; }
  elif fetch ${depth[@]+"${depth[@]}"} "$REMOTE" "refs/heads/$name"; then
    commit_of FETCH_HEAD
  else
    # Not whatever has this name: those who may push a tag need not be those who may push the branch.
    commit_of "refs/remotes/$REMOTE/$name" || commit_of "refs/heads/$name"
  fi
}

commit_of() {
  git rev-parse --verify --quiet --end-of-options "$1^{commit}"
}

fetch() {
  GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags --no-recurse-submodules "$@" >&2 2>"$WORK/git"
}

shallow() {
  [[ "$(git rev-parse --is-shallow-repository 2>"$WORK/git")" == true ]]
}

# started_from TIP: prints the newest commit that HEAD and TIP share. A branch that is behind its target would else seem to
# take back what was done there. A shallow history is deepened as far as is needed; GitHub's merge of a pull request needs
# one commit. Of several such commits none is right by itself, for the author chooses which ones to merge.
started_from() {
  local by
  for by in 1 50 1000 "$EVERYTHING"; do
    ! shared_with "$1" || break
    fetch --deepen="$by" "$REMOTE" "$(git rev-parse HEAD)" "$1" || return 1
  done
  shared_with "$1" || return 1
  [[ "$(wc -l <"$WORK/shared")" -eq 1 ]] && cat "$WORK/shared"
}

# shared_with TIP: writes the newest commits that HEAD and TIP share to a file, and succeeds where none can be missing. In a
# shallow history one is missing where a commit that is newer than those found has parents that were cut off.
shared_with() {
  local code=0 boundary
  git merge-base --all HEAD "$1" >"$WORK/shared" 2>"$WORK/git" || true
  shallow || return 0
  [[ -s $WORK/shared ]] || return 1
  [[ "$(<"$WORK/shared")" != "$1" ]] || return 0
  boundary="$(git rev-parse --git-path shallow)"
  git rev-list HEAD "$1" --not $(<"$WORK/shared") >"$WORK/newer" 2>"$WORK/git" || return 1
  grep -qxFf "$boundary" "$WORK/newer" || code=$?
  ((code == 1))
}

# --- its files ----------------------------------------------------------------------------------------

# What is judged by has to be what reviewers see: in a folder that is a link, in a submodule, or where git does not track
# them, neither file shows up under its name, and the base would seem to have none for ever.
reviewed() {
  entry HEAD "$LOCK"
  is_file || fail "$LOCK $(what_it_is), and has to be a file of this commit: write it (sekisho policy lock) and commit it; where it is behind a link, name the file itself"
  as_committed "$LOCK"
  [[ -e $ACK || -L $ACK ]] || return 0
  entry HEAD "$ACK"
  is_file || fail "$ACK $(what_it_is), and has to be a file of this commit: commit it; where it is behind a link, name the file itself"
  as_committed "$ACK"
}

# as_committed FILE: the object of ENTRY is what stands in the tree, but for the ends of its lines. With .gitattributes a file of
# the tree can say what no reviewer has seen, and what the base's, which comes from git, never says.
as_committed() {
  git cat-file blob "${ENTRY##* }" >"$WORK/blob" 2>"$WORK/git" || fail "$1 of HEAD cannot be read: $(<"$WORK/git")"
  without_returns "$WORK/blob" >"$WORK/committed"
  without_returns "$1" >"$WORK/here" 2>"$WORK/git" || fail "$1 cannot be read: $(<"$WORK/git")"
  cmp -s "$WORK/committed" "$WORK/here" ||
    fail "$1 is not as this commit has it: commit it, write it in no step before this one, and have .gitattributes not change it"
}

without_returns() {
  LC_ALL=C sed $'s/\r$//' <"$1"
}

# entry COMMIT FILE: sets ENTRY to the file's mode, kind and object, or to nothing where the commit has none of that name. What
# cannot be read is not taken for what is not there.
entry() {
  ENTRY="$(GIT_LITERAL_PATHSPECS=1 git ls-tree "$1" -- "$2" 2>"$WORK/git")" || fail "$2 of $1 cannot be looked for: $(<"$WORK/git")"
  ENTRY="${ENTRY%%$'\t'*}"
}

is_file() {
  [[ $ENTRY == 100*" blob "* ]]
}

what_it_is() {
  case $ENTRY in
    '') echo "is not in git by this name" ;;
    120000*) echo "is a symbolic link" ;;
    *) echo "is no file" ;;
  esac
}

# policy_of COMMIT TIP: its lock and its acknowledgements, in a folder for --base. A line that the base has already was agreed to
# for a change that has been made, and covers no other. Nor does one that the target branch has got since then.
policy_of() {
  local path=$LOCK
  mkdir "$WORK/base"
  entry "$1" "$LOCK"
  if [[ -z $ENTRY ]]; then
    moved "$1" || return 0
    path="$MOVED"
  fi
  is_file || fail "$path of $NAME $(what_it_is): name the file itself"
  written "$1" "$path" access.lock
  acknowledged_by "$1"
  [[ $2 == "$1" ]] || since "$2"
  BASE="$NAME:$(without_backticks "$path")"
  ARGUMENTS+=("--base=$WORK/base")
  option --ack "${POLICY_ACK:-}"
  note "Compared with $(in_code "$BASE"), which is that of commit ${1:0:12}."
}

# acknowledged_by COMMIT: by the file that is named, or else by the one beside its lock, which this change may have left behind
acknowledged_by() {
  entry "$1" "$ACK"
  [[ -n $ENTRY ]] || entry "$1" "$(beside_lock)"
  if [[ -z $ENTRY && -n $MOVED ]]; then
    files_named "$1" access.ack access.ack >"$WORK/before" || fail "the files of $1 cannot be listed: $(<"$WORK/git")"
    ENTRY="$(in_folder_of "$MOVED" <"$WORK/before" | cut -f 1)"
  fi
  [[ -n $ENTRY ]] || return 0
  is_file || fail "$ACK of $NAME $(what_it_is): name the file itself"
  written "$1" "$ACK" access.ack
}

# since TIP: the lines of the target branch's newest commit, too
since() {
  entry "$1" "$ACK"
  [[ -n $ENTRY ]] || entry "$1" "$(beside_lock)"
  is_file || return 0
  { echo && git cat-file blob "${ENTRY##* }"; } >>"$WORK/base/access.ack" 2>"$WORK/git" || fail "$ACK of $1 cannot be read: $(<"$WORK/git")"
}

# written COMMIT PATH FILE: the object of ENTRY
written() {
  git cat-file blob "${ENTRY##* }" >"$WORK/base/$3" 2>"$WORK/git" || fail "$2 of $1 cannot be read: $(<"$WORK/git")"
}

# --- a base without the lock --------------------------------------------------------------------------

# moved COMMIT: sets ENTRY and MOVED to the one lock that COMMIT has elsewhere and HEAD has no longer. Without one this is
# the first lock: what can be compared with nothing passes only where somebody says so.
moved() {
  local count others
  files_named "$1" access.lock "${LOCK##*/}" >"$WORK/before" || fail "the files of $1 cannot be listed: $(<"$WORK/git")"
  files_named HEAD access.lock "${LOCK##*/}" >"$WORK/after" || fail "the files of HEAD cannot be listed: $(<"$WORK/git")"
  awk -F '\t' 'NR == FNR { kept[$2]; next } !($2 in kept)' "$WORK/after" "$WORK/before" >"$WORK/gone"
  count="$(wc -l <"$WORK/gone")"
  others="$(cut -f 2 "$WORK/before" | head -n 5 | tr '\n' ' ')"
  ((count <= 1)) || fail "$LOCK is not in $NAME at ${1:0:12}, and this change takes away more than one lock ($others): move them one by one"
  if ((count == 1)); then
    IFS=$'\t' read -r ENTRY MOVED <"$WORK/gone"
    note "The lock $(in_code "$MOVED") of $(in_code "$NAME") has become $(in_code "$LOCK")."
    return
  fi
  first "$1" "$others"
  return 1
}

# first COMMIT OTHERS
first() {
  local there="There is no $(in_code "$LOCK") in $(in_code "$NAME") at ${1:0:12}: this change brings the first one, and can be compared with nothing."
  [[ ${POLICY_FIRST_LOCK:-} == true ]] ||
    fail "$there Merge the lock first, with all of it reviewed; or say that this may be: first-lock: true (POLICY_FIRST_LOCK)${2:+; other locks there: $2}"
  note "$there"
  [[ -z $2 ]] || warn "$NAME has other locks, with which nothing is compared: $2"
}

# files_named COMMIT NAME NAME: MODE KIND OBJECT, a tab, and the path as git quotes it, of each file of either name
files_named() {
  git -c core.quotePath=true ls-tree -r --full-tree "$1" 2>"$WORK/git" | FIRST="$2" SECOND="$3" LC_ALL=C awk -F '\t' '
    { name = $2; gsub(/^"|"$/, "", name); sub(/.*\//, "", name) }
    name == ENVIRON["FIRST"] || name == ENVIRON["SECOND"]
  '
}

# in_folder_of PATH: those of the files that stand in the same folder
in_folder_of() {
  BESIDE="$1" LC_ALL=C awk -F '\t' '
    function folder(path) { gsub(/^"|"$/, "", path); return sub(/\/[^\/]*$/, "", path) ? path "/" : "" }
    folder($2) == folder(ENVIRON["BESIDE"])
  '
}
