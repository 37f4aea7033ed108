//! `--prune`.

use crate::policy::review::{GET, Repository, SOURCE, ended, has};

/// What is said of the trap.
const NOTE: &str = "Without --base, the acknowledgements were compared with the lock that stood there: run once more, this takes out the lines \
                    of your own change too, so name the target branch's policy by --base.\n";

/// A change that is acknowledged, and three further lines: a comment, and two that cover nothing.
async fn acknowledged() -> (Repository, String, String) {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let line = repository.line_to_acknowledge().await.replace("REASON", "agreed");
    let idle = line.replace("orders.v1.Orders/Get", "orders.v1.Orders/Gone");
    repository.write("access.ack", format!("# why\n{idle}\n{line}\n{idle} too\n"));
    (repository, line, idle)
}

#[tokio::test]
async fn lines_that_cover_nothing_from_the_base_are_taken_out_and_printed() {
    let (repository, line, idle) = acknowledged().await;
    let pruned = repository.run(&format!("lock {SOURCE} --prune --base base.lock")).await;
    assert_eq!(
        ended(&pruned, 0, ""),
        format!(
            "access.lock: unchanged, 4 methods\ntaken out of access.ack: {idle}\ntaken out of access.ack: {idle} too\n"
        )
    );
    assert_eq!(repository.read("access.ack"), format!("# why\n{line}\n"));
    ended(&repository.check("--base base.lock").await, 0, "");
    let pruned = repository.run(&format!("lock {SOURCE} --prune --base base.lock")).await;
    assert_eq!(ended(&pruned, 0, ""), "access.lock: unchanged, 4 methods\n");
}

#[tokio::test]
async fn without_a_base_it_is_the_lock_that_stood_there() {
    let (repository, line, _) = acknowledged().await;
    repository.write("access.lock", repository.read("base.lock"));
    let pruned = repository.run(&format!("lock {SOURCE} --prune")).await;
    has(ended(&pruned, 0, ""), &["access.lock: written, 4 methods: 1 looser, 3 equivalent\n", NOTE]);
    assert_eq!(repository.read("access.ack"), format!("# why\n{line}\n"));
    // Merged: from now on nothing is left to cover.
    let pruned = repository.run(&format!("lock {SOURCE} --prune")).await;
    assert_eq!(
        ended(&pruned, 0, ""),
        format!("access.lock: unchanged, 4 methods\ntaken out of access.ack: {line}\n{NOTE}")
    );
    assert_eq!(repository.read("access.ack"), "# why\n");
    let markdown = repository.run(&format!("lock {SOURCE} --prune --format markdown")).await;
    has(
        ended(&markdown, 0, ""),
        &["unchanged, 4 methods\n\nWithout --base, the acknowledgements were compared"],
    );
}

#[tokio::test]
async fn nothing_is_written_where_it_cannot_be_judged() {
    let (repository, line, _) = acknowledged().await;
    repository.write("access.ack", format!("{line}\nx\n"));
    repository.change("{ authenticated: true }", "{ public: true }");
    let before = repository.read("access.lock");
    let pruned = repository.run(&format!("lock {SOURCE} --prune --base base.lock")).await;
    has(pruned.one_error(2), &["access.ack: line 2: \"x\" is no method"]);
    for (flags, fault) in [
        ("--prune --base none", "none: "),
        ("--prune --lock new.lock", "--prune: there is no lock yet to compare with; name one by --base"),
    ] {
        let pruned = repository.run(&format!("lock {SOURCE} {flags}")).await;
        assert_eq!((pruned.code, pruned.stdout.as_str()), (Some(2), ""), "{flags}");
        has(&pruned.stderr, &[fault, "access.ack: line 2"]);
    }
    let printed = repository.run(&format!("lock {SOURCE} --prune --lock -")).await;
    has(printed.one_error(2), &["--prune: name the lock"]);
    assert_eq!(repository.read("access.ack"), format!("{line}\nx\n"));
    assert_eq!(repository.read("access.lock"), before);
    assert!(!repository.has("new.lock"));
}
