# shellcheck shell=bash
# Sourced by the suite: histories in which an older policy of the target could be taken for the one that a change began from.

# point NAME PARENT…: a commit of what is in the tree. Prints it.
point() {
  local parent parents=()
  git add --all
  for parent in "${@:2}"; do parents+=(-p "$parent"); done
  git commit-tree "$(git write-tree)" "${parents[@]}" -m "$1"
}

# remote: the repository becomes one that a shallow clone is made of, with its branches main and change. The clone is `clone`.
remote() {
  git branch --quiet --force main "$1"
  git update-ref refs/heads/change "$2"
  git reset --quiet --hard
  git config uploadpack.allowAnySHA1InWant true
  git clone --quiet --depth=1 --branch=change "file://$PWD" clone
  cd clone
}

# Both have an old commit as a parent, and a newer one, in which the policy is tighter, a few steps further away.
newer_commit_cut_off() {
  local old new ours theirs
  alone shallow
  loosen
  old="$(point "Start")"
  tighten
  new="$(point "Tighten" "$old")"
  theirs="$(point "Go on" "$(point "Go on" "$new")")"
  theirs="$(point "Merge" "$old" "$theirs")"
  ours="$(point "Write" "$(point "Write more" "$new")")"
  loosen
  ours="$(point "Merge, and loosen" "$old" "$ours")"
  remote "$theirs" "$ours"
  asked
  loosening "a newer common commit is cut off"
  contains "a newer common commit is cut off: compared with it" "commit ${new:0:12}" "$OUT"
}

# Of two newest common commits the one that git names first is the looser one.
several_starts() {
  local tight loose start ours theirs
  alone several
  start="$(git rev-parse HEAD)"
  tight="$(GIT_COMMITTER_DATE='2030-01-01T00:00:00Z' point "Stay" "$start")"
  theirs="$tight"
  loosen
  loose="$(GIT_COMMITTER_DATE='2031-01-01T00:00:00Z' point "Loosen" "$start")"
  ours="$(point "Merge" "$loose" "$tight")"
  tighten
  theirs="$(point "Merge" "$tight" "$loose")"
  remote "$theirs" "$ours"
  asked
  loosening "two newest common commits"
  contains "two newest common commits: compared with the target" "commit ${theirs:0:12}" "$OUT"
}
