//! Lines that the base has already: they were given to an earlier change.

use crate::policy::review::{GET, Repository, SOURCE, ended, has};

/// A change, and its line that was merged with it. Then the rule was tightened again, and the line was left: so it stands in
/// the base, `main`. Now the same change is made once more.
async fn made_again() -> (Repository, String) {
    let repository = Repository::locked().await;
    repository.change(GET, "{ public: true }");
    let line = repository.line_to_acknowledge().await.replace("REASON", "agreed in ticket 12");
    repository.write("access.ack", &line);
    repository.write("main/access.lock", repository.read("base.lock"));
    repository.write("main/access.ack", &line);
    repository.lock().await;
    (repository, line)
}

#[tokio::test]
async fn the_same_change_again_is_not_covered_by_the_line_of_the_first_time() {
    let (repository, line) = made_again().await;
    for base in ["--base main", "--base main/access.lock --base-ack main/access.ack"] {
        let checked = repository.check(base).await;
        let name = base.split(' ').nth(1).unwrap();
        let warning = format!(
            "warning: access.ack line 1: it stands in main/access.ack too, so that it was given to an earlier change, and covers \
             nothing any more; take it out, or have `sekisho policy lock --prune` do so (a change that is to pass now needs a \
             line with a reason of its own): {line}\n"
        );
        has(
            ended(&checked, 1, &warning),
            &[&format!("Compared with {name}, 1 change lets somebody in and is not acknowledged")],
        );
    }
    // A line of its own covers it.
    repository.write("access.ack", format!("{line}, and again in ticket 13"));
    has(
        ended(&repository.check("--base main").await, 0, ""),
        &["acknowledged  line 1: agreed in ticket 12, and again in ticket 13"],
    );
}

#[tokio::test]
async fn such_a_line_is_taken_out() {
    let (repository, line) = made_again().await;
    repository.write("access.ack", format!("{line}\n{line} and 13\n"));
    let pruned = repository.run(&format!("lock {SOURCE} --prune --base main")).await;
    has(ended(&pruned, 0, ""), &[&format!("\ntaken out of access.ack: {line}\n")]);
    assert_eq!(repository.read("access.ack"), format!("{line} and 13\n"));
}

/// It may be the file of the change itself: one beside a lock that is named, or in a folder that is named.
#[tokio::test]
async fn a_file_of_the_base_is_not_guessed() {
    let (repository, line) = made_again().await;
    ended(&repository.check("--base base.lock").await, 0, "");
    ended(&repository.check("--base main/access.lock").await, 0, "");
    repository.write("next.lock", repository.read("access.lock"));
    repository.write("access.lock", repository.read("base.lock"));
    for ack in ["", "--ack access.ack", "--ack proto/../access.ack"] {
        ended(&repository.check(&format!("--lock next.lock --base . {ack}")).await, 0, "");
    }
    // Nor is one needed.
    std::fs::remove_file(repository.path("main/access.ack")).unwrap();
    ended(&repository.check("--lock next.lock --base main").await, 0, "");
    repository.write("main/access.ack", format!("# {line}\nx\n"));
    ended(&repository.check("--lock next.lock --base main").await, 0, "");
}

#[tokio::test]
async fn a_file_that_cannot_be_the_bases_cannot_be_judged() {
    let (repository, _) = made_again().await;
    for (ack, fault) in [
        ("./access.ack", "--base-ack: ./access.ack is the file of --ack itself; name the base's"),
        ("none", "none: "),
        ("main", "main: "),
    ] {
        let checked = repository.check(&format!("--base main --base-ack {ack}")).await;
        has(checked.one_error(2), &[fault]);
    }
    let alone = repository.check("--base-ack main/access.ack").await;
    assert_eq!((alone.code, alone.stdout.as_str()), (Some(2), ""));
    has(&alone.stderr, &["--base"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_the_base_that_cannot_be_read_is_not_passed_over() {
    let (repository, _) = made_again().await;
    std::fs::remove_file(repository.path("main/access.ack")).unwrap();
    std::os::unix::fs::symlink("nowhere", repository.path("main/access.ack")).unwrap();
    has(repository.check("--base main").await.one_error(2), &["main/access.ack: "]);
}
