# shellcheck shell=bash
# Sourced by the suite: a newcomer does what docs/teams.md says, and sees what it shows.

tutorial() {
  local at name results="$WORK/results"
  mkdir "$WORK/newcomer"
  LOG="$WORK/tutorial.log"
  PATH="$WORK/hook:$PATH" node "$HERE/tutorial.mjs" "$REPOSITORY/docs/teams.md" "$WORK/newcomer" "$results" 2>"$LOG" ||
    abort "docs/teams.md cannot be followed"
  for ((at = 1; ; at++)); do
    [[ -f $results/$at.name ]] || break
    name="docs/teams.md: $(<"$results/$at.name")"
    ERR="$(tail -n 5 "$LOG")"
    [[ ! -f $results/$at.shown ]] || equal "$name: prints what the page shows" "$(<"$results/$at.shown")" "$(<"$results/$at.said")"
    equal "$name: exit code" "$([[ $name != *"git merge-base"* ]] && echo 0 || echo 1)" "$(<"$results/$at.code")"
  done
  equal "docs/teams.md: blocks of commands" 7 "$((at - 1))"
}
