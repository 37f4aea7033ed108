# shellcheck shell=bash
# Sourced by the suite: where a base could seem to have no policy, or an older one than it has.

bases() {
  local case
  for case in behind_a_link in_a_bare_repository in_a_submodule folder_of_a_submodule without_a_repository not_committed \
    lock_is_a_link acknowledgements_behind_a_link lock_moved locks_moved another_lock request_without_target request_of_a_fork \
    line_used_up line_used_up_since tag_of_the_name other_files_in_the_tree lines_moved newer_commit_cut_off several_starts workflows_of_the_page; do
    "$case"
    cd "$DEV"
  done
}

# git tells nothing of a file in a folder that is a link, with exit code 0.
behind_a_link() {
  alone link real/access.lock
  git checkout --quiet main
  ln -s real api
  commit "Name it shorter"
  git checkout --quiet -B change
  loosen real/access.lock
  commit "Loosen"
  asked POLICY_LOCK=api/access.lock
  unjudged "a lock behind a link" "api/access.lock is not in git by this name"
  asked POLICY_LOCK=api/access.lock POLICY_FIRST_LOCK=true
  unjudged "a lock behind a link, said to be the first" "api/access.lock is not in git by this name"
  asked POLICY_LOCK=real/access.lock
  loosening "a lock behind a link, by its own name"
}

# A folder of the change that looks like a bare repository is the nearest one for git, and would be compared with itself.
in_a_bare_repository() {
  alone bare
  mkdir api
  cp -R proto access.lock api/
  commit "Have a folder"
  git branch --quiet --force main
  loosen
  cp -R proto access.lock api/
  commit "Loosen"
  git worktree add --quiet --detach ../worktree
  git worktree add --quiet --detach ../repository
  cd ../repository
  git checkout --quiet --detach
  a_bare_repository api
  git -C api update-ref refs/heads/main HEAD
  commit "Bring a repository along"
  cd api
  asked
  unjudged "a bare repository in the checkout" "is not the checkout's"
  nothing_ran "a bare repository in the checkout"
  asked GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.quotePath GIT_CONFIG_VALUE_0=false
  unjudged "a bare repository in the checkout, with settings for git" "is not the checkout's"
  by_an_older_git
  cd ../../worktree/api
  asked
  loosening "a folder of a worktree"
}

# It does not know safe.bareRepository.
by_an_older_git() {
  mkdir "$WORK/older"
  printf '#!/bin/sh\nunset GIT_CONFIG_COUNT\nexec %s "$@"\n' "$(command -v git)" >"$WORK/older/git"
  chmod +x "$WORK/older/git"
  asked PATH="$WORK/older:$PATH"
  unjudged "a bare repository, by an older git" "is not the checkout's"
  git config --file config core.bare false
  git config --file config core.worktree "$(dirname "$PWD")"
  asked PATH="$WORK/older:$PATH"
  unjudged "a repository with the checkout as its tree, by an older git" "keeps its repository elsewhere"
  nothing_ran "a bare repository, by an older git"
}

in_a_submodule() {
  alone submodule
  git checkout --quiet main
  mkdir api
  git mv access.lock other.lock
  git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),api"
  git commit --quiet --message "Keep the lock in a repository of its own"
  git checkout --quiet -B change
  loosen api/access.lock
  git commit --quiet --all --message "Loosen"
  asked POLICY_LOCK=api/access.lock
  unjudged "a lock in a submodule" "api/access.lock is not in git by this name"
}

# The folder that is judged has become a repository of its own, which is compared with its own main.
folder_of_a_submodule() {
  alone another-repository
  loosen
  git commit --quiet --all --message "Loosen"
  git branch --quiet --force main
  alone superproject
  mkdir api
  git mv proto access.lock api/
  commit "Have a folder"
  git branch --quiet --force main
  git rm --quiet -r api
  git -c protocol.file.allow=always submodule --quiet add "file://$WORK/alone/another-repository" api
  commit "Have a repository"
  cd api
  asked
  unjudged "the folder is a submodule" "is a submodule"
  cd ..
  mkdir below
  git mv api below/
  a_bare_repository below
  cd below/api
  asked
  unjudged "the folder is a submodule below a bare repository" "is a submodule"
  nothing_ran "the folder is a submodule below a bare repository"
  cp -R "$(git rev-parse --absolute-git-dir)" ../../kept
  rm .git
  mv ../../kept .git
  git config --unset core.worktree
  rm ../HEAD
  asked
  unjudged "the folder is a submodule with its repository in it" "is a submodule"
}

# Nothing is compared on a push, and some systems check out no repository for it.
without_a_repository() {
  alone unknown-to-git
  rm -rf .git
  asked
  unjudged "no repository" "this is no checkout of git"
  asked POLICY_BASE=
  equal "no repository, on a push: exit code" 0 "$CODE"
}

not_committed() {
  alone ignored
  git checkout --quiet main
  git rm --quiet --cached access.lock
  echo access.lock >.gitignore
  commit "Ignore it"
  git checkout --quiet -B change
  loosen
  commit "Loosen"
  asked
  unjudged "a lock that git ignores" "commit it"
}

lock_is_a_link() {
  alone linked
  git checkout --quiet main
  git mv access.lock policy.txt
  ln -s policy.txt access.lock
  commit "Call it policy"
  git checkout --quiet -B change
  loosen policy.lock
  mv policy.lock policy.txt
  commit "Loosen"
  asked
  unjudged "a lock that is a link" "access.lock is a symbolic link"
  rm access.lock
  cp policy.txt access.lock
  commit "Make a file of it"
  asked
  unjudged "a lock that was a link in the base" "access.lock of main is a symbolic link"
  asked POLICY_LOCK=policy.txt
  loosening "a lock that is a link, by its own name"
}

# agree FILE: writes the line that the check names
agree() {
  git show "main:$(git -C . ls-tree -r --name-only main | grep -m 1 'access\.lock$')" >"$WORK/before.lock"
  tool policy check --proto proto/notes.proto --include proto --lock "${2:-access.lock}" --base "$WORK/before.lock"
  sed -n 's/^ *\(notes\.Notes\/Write looser [0-9a-f.]*\) REASON$/\1 readers write, agreed in NOTES-1/p' <<<"$OUT" >>"$1"
  equal "agreed: the check names a line" yes "$([[ -s $1 ]] && echo yes)"
}

acknowledgements_behind_a_link() {
  alone agreed-by-link
  loosen
  agree notes.txt
  ln -s notes.txt access.ack
  commit "Loosen, as agreed"
  asked
  unjudged "acknowledgements behind a link" "access.ack is a symbolic link"
  mv notes.txt access.ack
  commit "Loosen, as agreed, in a file"
  asked
  equal "acknowledgements in a file: exit code" 0 "$CODE"
}

lock_moved() {
  alone moved
  git mv access.lock "policy: new.lock"
  loosen "policy: new.lock"
  commit "Loosen, and move the lock"
  asked POLICY_LOCK="policy: new.lock"
  loosening "a lock that moves"
  contains "a lock that moves: from where" 'The lock `access.lock` of `main` has become `policy: new.lock`' "$OUT"
  asked POLICY_LOCK="policy: new.lock" POLICY_FIRST_LOCK=true
  loosening "a lock that moves, said to be the first"
  tighten "policy: new.lock"
  commit "Only move it"
  asked POLICY_LOCK="policy: new.lock"
  equal "a lock that moves, and nothing else: exit code" 0 "$CODE"
}

locks_moved() {
  alone moves
  git checkout --quiet main
  mkdir ä
  cp access.lock ä/
  commit "Have two"
  git checkout --quiet -B change
  git rm --quiet ä/access.lock
  mkdir new
  git mv access.lock new/
  loosen new/access.lock
  commit "Loosen, and move both"
  asked POLICY_LOCK=new/access.lock POLICY_FIRST_LOCK=true
  unjudged "two locks that move" "more than one lock"
}

another_lock() {
  alone another
  mkdir new
  loosen new/access.lock
  commit "Loosen, by a lock of its own"
  asked POLICY_LOCK=new/access.lock
  unjudged "a new lock beside the base's" 'There is no `new/access.lock` in `main`'
  contains "a new lock beside the base's: names that" "other locks there: access.lock" "$OUT"
  asked POLICY_LOCK=new/access.lock POLICY_FIRST_LOCK=true
  equal "a new lock beside the base's, said to be the first: exit code" 0 "$CODE"
  contains "a new lock beside the base's, said to be the first: a warning" "warning: main has other locks" "$OUT"
  asked POLICY_LOCK=new/access.lock POLICY_FIRST_LOCK=yes
  unjudged "neither true nor false" 'There is no `new/access.lock` in `main`'
}

# Each system has a name for pull requests, and one for what they are merged into. Without the latter nothing would be compared.
request_without_target() {
  local variable
  alone target
  loosen
  commit "Loosen"
  for variable in GITHUB_EVENT_NAME=pull_request GITHUB_EVENT_NAME=merge_group CI_PIPELINE_SOURCE=merge_request_event CHANGE_ID=7 BITBUCKET_PR_ID=7; do
    asked POLICY_BASE= "$variable"
    unjudged "$variable without a target" "this is a pull request"
  done
  asked POLICY_BASE= GITHUB_EVENT_NAME=push
  equal "a push: exit code" 0 "$CODE"
}

# GitLab runs what a fork asks for in the fork, whose main is what its owner likes.
request_of_a_fork() {
  local fork=(POLICY_BASE= CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_MERGE_REQUEST_PROJECT_ID=1)
  alone upstream
  git clone --quiet --branch=main "file://$PWD" "$WORK/alone/fork"
  cd "$WORK/alone/fork"
  loosen
  commit "Loosen"
  git clone --quiet --branch=main "file://$PWD" clone
  cd clone
  asked "${fork[@]}" CI_PROJECT_ID=2
  unjudged "a merge request of a fork, in the fork" "runs in the fork"
  asked "${fork[@]}" CI_PROJECT_ID=2 POLICY_REMOTE="file://$WORK/alone/upstream"
  loosening "a merge request of a fork, with the remote of its target"
  git remote set-url origin "file://$WORK/alone/upstream"
  asked "${fork[@]}" CI_PROJECT_ID=1
  loosening "a merge request of a fork, in the project of its target"
}

# What was agreed to once is taken back later. The line is still there when somebody does it again.
line_used_up() {
  alone again
  loosen
  agree access.ack
  commit "Loosen, as agreed"
  asked
  equal "agreed to: exit code" 0 "$CODE"
  tighten
  commit "Take it back"
  git branch --quiet --force main
  loosen
  commit "Loosen again"
  asked
  loosening "a line that the base has already"
  absent "a line that the base has already: nothing of a temporary file" "$(dirname "$(mktemp -u)")/" "$OUT"
  asked POLICY_ACK=access.ack
  loosening "a line that the base has already, by name"
}

# The target has made this very change after the branch began, with this line, and has taken it back.
line_used_up_since() {
  local start first ours
  alone again-since
  start="$(git rev-parse HEAD)"
  loosen
  agree access.ack
  first="$(point "Loosen, as agreed" "$start")"
  ours="$(point "Loosen as well" "$start")"
  tighten
  remote "$(point "Take it back" "$first")" "$ours"
  asked
  loosening "a line that the target has got since"
}

# Where the remote cannot be asked, a tag is not the branch of its name.
tag_of_the_name() {
  alone tag
  loosen
  commit "Loosen"
  git tag main
  asked POLICY_REMOTE=nowhere
  loosening "a tag of the base's name, beside the branch"
  git branch --quiet -D main
  asked POLICY_REMOTE=nowhere
  unjudged "a tag of the base's name" "the base main cannot be had"
}

# .gitattributes say what a file in the tree has that is not in the commit, which is what was reviewed and is compared.
other_files_in_the_tree() {
  alone attributes
  loosen
  agree access.ack
  tighten
  edit 's/$/ $Id$/' access.ack
  commit "Have a line left"
  git branch --quiet --force main
  loosen
  echo 'access.ack ident' >.gitattributes
  commit "Loosen again, with another reason in the tree"
  rm access.ack
  git checkout --quiet access.ack
  asked
  unjudged "a line that git writes anew" "access.ack is not as this commit has it"
  printf 'access.* text eol=crlf\n' >.gitattributes
  rm access.ack access.lock
  git checkout --quiet access.ack access.lock
  contains "a file with the ends of lines of Windows: has them" $'\r' "$(<access.ack)"
  asked
  loosening "a file with the ends of lines of Windows"
  a_lock_in_the_tree
}

a_lock_in_the_tree() {
  git checkout --quiet --force main
  git checkout --quiet -B change
  edit 's/\["notes:read", "notes:write"\]/"notes:read"/' proto/notes.proto
  commit "Loosen, and let a filter write the lock"
  relocked
  asked
  unjudged "a lock that is not the commit's" "access.lock is not as this commit has it"
}

lines_moved() {
  alone again-moved
  loosen
  agree access.ack
  tighten
  commit "Have a line left"
  git branch --quiet --force main
  loosen
  git mv access.ack other.ack
  commit "Loosen again, with another file"
  asked POLICY_ACK=other.ack
  loosening "the base's line in another file"
  mkdir ä
  git mv other.ack ä/access.ack
  git mv access.lock ä/
  commit "Loosen again, and move both files"
  asked POLICY_LOCK=ä/access.lock
  loosening "the base's line in another folder"
  git branch --quiet --force main
  git mv ä/access.ack ä/access.lock .
  tighten
  git commit --quiet --all --message "Take it back"
  git branch --quiet --force main
  loosen
  commit "Loosen again"
  asked
  loosening "the base's line, moved before"
}

# Another target branch is an edit of the pull request, after which the default types of events run nothing.
workflows_of_the_page() {
  local name said
  for name in github github-maven github-python; do
    said="$(cd "$INTEROP" && node --input-type=module -e '
      import { readFileSync } from "node:fs";
      import { parse } from "yaml";
      const { on, jobs } = parse(readFileSync(process.argv[1], "utf8"));
      const steps = Object.values(jobs).flatMap(({ steps }) => steps);
      const caches = steps.some(({ uses, with: inputs }) => /cache/.test(uses) || inputs?.cache);
      console.log(on.pull_request?.types?.join(" "), on.pull_request?.branches?.join(" "), caches);
    ' "$REPOSITORY/examples/policy-check/$name.yml")"
    equal "$name.yml: events, branches, and whether it has a cache" "opened synchronize reopened edited main false" "$said"
  done
}
