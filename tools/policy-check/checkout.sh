# shellcheck shell=bash
# Sourced by install and check: the checkout, and which of its files a pull request could have brought. None can be called .git.

LINKS=() # of the way that was asked for last
PLACE='' # and where it ends

# A folder of the checkout that looks like a bare repository would be asked in place of the checkout's, and its settings run
# commands.
no_bare_repositories() {
  local count=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$count=safe.bareRepository" "GIT_CONFIG_VALUE_$count=explicit" GIT_CONFIG_COUNT=$((count + 1))
}

# top_of FOLDER: prints the nearest folder, from this one upwards, that has a repository
top_of() {
  local folder=${1%/}
  until [[ -e $folder/.git ]]; do
    [[ -n $folder ]] || return 1
    folder="${folder%/*}"
  done
  echo "${folder:-/}"
}

# tracked FILE: whether a repository above it has a file of this name, in whatever case, or files below it. There are no links in
# the way to FILE. Exit code 2 where git cannot tell.
tracked() {
  local folder=${1%/*} found
  while folder="$(top_of "$folder")"; do
    found="$(git -C "$folder" ls-files -- ":(top,icase,literal)${1#"${folder%/}/"}" 2>/dev/null)" || return 2
    [[ -z $found ]] || return 0
    [[ $folder != / ]] || return 1
    folder="${folder%/*}"
  done
  return 1
}

# way PATH: sets LINKS to the links that it leads through, and PLACE to where it ends. No name among these has another link in it.
way() {
  local rest=$1 part
  ! command -v cygpath >/dev/null || rest="$(cygpath -u -- "$1")"
  LINKS=()
  PLACE=''
  [[ $rest == /* ]] || rest="$(pwd -P)/$rest"
  while [[ -n $rest ]]; do
    part="${rest%%/*}"
    rest="${rest#"$part"}"
    rest="${rest#/}"
    case $part in
      '' | .) ;;
      ..) PLACE="${PLACE%/*}" ;;
      *) step "$part" || return 1 ;;
    esac
  done
}

# step NAME: goes on from PLACE, or makes of `rest` what the link of this name says
step() {
  local target
  if [[ ! -L $PLACE/$1 ]]; then
    PLACE="$PLACE/$1"
    return
  fi
  LINKS+=("$PLACE/$1")
  ((${#LINKS[@]} <= 40)) || return 1
  target="$(readlink -- "$PLACE/$1")" || return 1
  [[ $target != /* ]] || PLACE=''
  rest="$target/$rest"
}

# --- called by check, which has `fail` ------------------------------------------------------------------

# unlinked PATH: no link in the way to it is of a repository. What lies behind one is not what reviewers see under this name. Sets
# PLACE.
unlinked() {
  local link
  way "$1" || fail "$1 leads through more links than can be followed"
  for link in ${LINKS[@]+"${LINKS[@]}"}; do
    ! brought "$link" || fail "$1 leads through the symbolic link $(printf '%q' "$link"), which is of the repository: name what lies behind it"
  done
}

# brought FILE: as tracked, where git can tell
brought() {
  local code=0
  tracked "$1" || code=$?
  ((code != 2)) || fail "git cannot tell whether $(printf '%q' "$1") is a file of the repository: see \`git ls-files\`"
  return "$code"
}

# repository: sets TOP to the top of the checkout, if there is one.
repository() {
  local top said=() line super
  top="$(top_of "$(pwd -P)")" || return 0
  git rev-parse --show-toplevel --absolute-git-dir >"$WORK/repository" 2>"$WORK/git" ||
    fail "the repository that git finds here is not the checkout's, of $top: $(tr '\n' ' ' <"$WORK/git")"
  while IFS= read -r line; do said+=("$line"); done <"$WORK/repository"
  [[ ${said[0]} -ef $top ]] || fail "the repository that git finds here is not the checkout's, of $top, but of ${said[0]}"
  belongs "${said[1]}" "$top/.git" || fail "$top is a submodule, or keeps its repository elsewhere: a pull request could name another one"
  super="$(git rev-parse --show-superproject-working-tree 2>"$WORK/git")" || fail "git cannot tell whether $top is a submodule: $(<"$WORK/git")"
  [[ -z $super ]] || fail "$top is a submodule of $super: a pull request could name another repository"
  TOP="$top"
}

# belongs REPOSITORY .GIT: it is this folder; or this is a file, and the repository is that of a worktree, which knows its file
belongs() {
  local file=''
  if [[ -d $2 ]]; then
    [[ $1 -ef $2 ]]
    return
  fi
  IFS= read -r file 2>/dev/null <"$1/gitdir" || return 1
  [[ $file == /* || $file == [A-Za-z]:* ]] || file="$1/$file"
  [[ $file -ef $2 ]]
}
