//! What cannot be judged.

use crate::policy::review::{GET, Repository, has};

#[tokio::test]
async fn without_a_lock_nothing_can_be_judged() {
    let repository = Repository::locked().await;
    std::fs::remove_file(repository.path("access.lock")).unwrap();
    has(
        repository.check("").await.one_error(2),
        &["access.lock: ", "; write it by `sekisho policy lock` with the same files"],
    );
}

#[tokio::test]
async fn a_lock_that_is_none_cannot_be_judged() {
    let repository = Repository::locked().await;
    let lock = repository.read("access.lock");
    let twice = lock.lines().nth(1).unwrap();
    for (text, faults) in [
        (String::new(), &["access.lock: line 1: the lock is empty"][..]),
        ("{}".to_owned(), &["access.lock: line 1: this is no lock"]),
        (lock.replace("version 1", "version 2"), &["has version 2 of its format"]),
        (
            format!("{lock}x\n{twice}\n"),
            &[
                "access.lock: line 6: \"x\" is no line",
                "access.lock: line 7: orders.v1.Orders/Get is in line 2 too",
            ],
        ),
        (format!("{lock}=======\n"), &["access.lock: line 6: the conflict of a merge is not resolved"]),
        (
            lock.replace("{ public: true }", "{ public: true acr: \"x\" }"),
            &["the rule of orders.v1.Orders/Ping cannot be read"],
        ),
    ] {
        repository.write("access.lock", &text);
        let checked = repository.check("").await;
        assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""), "{text}");
        assert_eq!(checked.stderr.lines().count(), faults.len(), "{}", checked.stderr);
        has(&checked.stderr, faults);
    }
    repository.write("access.lock", b"# sekisho access.lock, version 1\n\xff");
    has(repository.check("").await.one_error(2), &["access.lock: it is not valid UTF-8"]);
}

#[tokio::test]
async fn a_method_without_a_rule_cannot_be_judged() {
    let repository = Repository::locked().await;
    repository.change(&format!("{{ option (sekisho.v1.access) = {GET}; }}"), ";");
    has(
        repository.check("").await.one_error(2),
        &[
            "orders.proto:12:3: orders.v1.Orders/Get: no access rule; write `option (sekisho.v1.access)",
            "if anyone may call it; for a .proto that is not yours to change, give the rule by --rules FILE",
        ],
    );
}

#[tokio::test]
async fn a_base_without_a_lock_is_left_out() {
    let repository = Repository::locked().await;
    repository.write("empty.lock", "");
    repository.write("main/README.md", "");
    for base in ["none", "empty.lock", "main"] {
        let checked = repository.check(&format!("--base {base}")).await;
        assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""), "{base}");
        has(&checked.stderr, &["where the base has none yet", "leave --base out"]);
    }
    // A lock with a fault is one.
    repository.write("base.lock", "# sekisho access.lock, version 1\nx\n");
    has(
        repository.check("--base base.lock").await.one_error(2),
        &["base.lock: line 2: \"x\" is no line of a lock"],
    );
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let repository = Repository::locked().await;
    repository.change(&format!("{{ option (sekisho.v1.access) = {GET}; }}"), ";");
    repository.write("access.lock", "x");
    repository.write("base.lock", "y");
    repository.write("access.ack", "z");
    let checked = repository.check("--base base.lock").await;
    assert_eq!((checked.code, checked.stderr.lines().count()), (Some(2), 4), "{}", checked.stderr);
    has(&checked.stderr, &["no access rule", "access.lock: line 1", "base.lock: ", "access.ack: line 1"]);
}

#[tokio::test]
async fn acknowledgements_without_a_base_are_no_question() {
    let repository = Repository::locked().await;
    let checked = repository.check("--ack access.ack").await;
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""));
    has(&checked.stderr, &["--base"]);
}
