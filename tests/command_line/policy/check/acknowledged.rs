//! Changes that a reviewer has agreed to.

use crate::policy::review::{GET, Repository, ended, has};

async fn loosened() -> (Repository, String) {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let line = repository.line_to_acknowledge().await;
    (repository, line)
}

#[tokio::test]
async fn a_line_with_a_reason_covers_its_change() {
    let (repository, line) = loosened().await;
    repository.write("access.ack", line.replace("REASON", "ticket 12: it is in the catalogue"));
    let checked = repository.check("--base base.lock").await;
    has(
        ended(&checked, 0, ""),
        &[
            "looser orders.v1.Orders/Get\n",
            "  acknowledged  line 1: ticket 12: it is in the catalogue\n",
            "nothing fails: 1 looser, 3 equivalent\n",
        ],
    );
}

#[tokio::test]
async fn a_line_covers_no_further_change_of_the_method() {
    let (repository, line) = loosened().await;
    let line = line.replace("REASON", "agreed");
    repository.write("access.ack", &line);
    repository.change("{ authenticated: true }", "{ public: true }");
    let idle = format!(
        "warning: access.ack line 1: it covers no change from base.lock; take it out, or have `sekisho policy lock \
         --prune` do so: {line}\n"
    );
    let checked = repository.check_change("").await;
    has(ended(&checked, 1, &idle), &["looser orders.v1.Orders/Get\n", "is not acknowledged"]);
}

#[tokio::test]
async fn a_line_that_covers_nothing_is_a_warning() {
    let (repository, line) = loosened().await;
    repository.write("access.ack", line.replace("REASON", "agreed"));
    repository.change("{ authenticated: true }", GET);
    let checked = repository.check_change("").await;
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    has(&checked.stderr, &["warning: access.ack line 1: it covers no change from base.lock"]);
    // Without a base nothing is acknowledged, and nothing is idle.
    ended(&repository.check("").await, 0, "");
}

#[tokio::test]
async fn a_line_that_is_none_cannot_be_judged() {
    let (repository, line) = loosened().await;
    for (text, fault) in [
        (line.clone(), "line 1: the line gives no reason"),
        (line.replace(" REASON", ""), "line 1: the line gives no reason"),
        (line.replace("looser", "loser").replace("REASON", "agreed"), "line 1: \"loser\" is no verdict"),
        (line.replace("..", ".").replace("REASON", "agreed"), "is no pair of fingerprints"),
        (format!("# agreed\n\n>>>>>>> main\n{line}"), "line 3: the conflict of a merge is not resolved"),
    ] {
        repository.write("access.ack", &text);
        let checked = repository.check("--base base.lock").await;
        assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""), "{text}");
        has(&checked.stderr, &["error: access.ack: line ", fault]);
    }
}

#[tokio::test]
async fn acknowledgements_may_stand_elsewhere_and_have_to_be_there_then() {
    let (repository, line) = loosened().await;
    repository.write("review/agreed", line.replace("REASON", "agreed"));
    ended(&repository.check("--base base.lock --ack review/agreed").await, 0, "");
    let checked = repository.check("--base base.lock --ack review/agrede").await;
    has(checked.one_error(2), &["review/agrede: "]);
}

#[tokio::test]
async fn acknowledgements_stand_beside_the_lock() {
    let (repository, line) = loosened().await;
    repository.write("policy/access.lock", repository.read("access.lock"));
    repository.write("policy/access.ack", line.replace("REASON", "agreed"));
    ended(&repository.check("--base base.lock --lock policy/access.lock").await, 0, "");
    has(ended(&repository.check("--base base.lock").await, 1, ""), &["is not acknowledged"]);
}
