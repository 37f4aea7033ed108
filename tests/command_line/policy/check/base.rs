//! Against the target branch's policy.

use crate::policy::review::{GET, Repository, ended, has};

#[tokio::test]
async fn a_loosened_rule_fails_with_what_to_do() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let checked = repository.check_change("").await;
    let text = ended(&checked, 1, "");
    has(
        text,
        &[
            "Compared with base.lock, 1 change lets somebody in and is not acknowledged:\n\nlooser orders.v1.Orders/Get\n",
            "  before   { all_of: [\"orders:read\"] }\n  after    { authenticated: true }\n",
            "  witness  a token without scopes can now call `orders.v1.Orders/Get`\n",
            "add this to access.ack, with the reason in place of REASON",
            "a reviewer has to agree:\n  orders.v1.Orders/Get looser ",
        ],
    );
    assert!(!text.contains("does not say what the protos say"), "{text}");
}

#[tokio::test]
async fn both_are_told_where_the_lock_is_not_written_either() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let checked = repository.check("--base base.lock").await;
    has(
        ended(&checked, 1, ""),
        &["access.lock does not say", "Compared with base.lock, 1 change lets somebody in"],
    );
}

#[tokio::test]
async fn a_tightened_rule_passes_and_is_shown() {
    let repository = Repository::locked().await;
    repository.change(GET, r#"{ all_of: ["orders:read", "orders:list"] }"#);
    let checked = repository.check_change("").await;
    has(
        ended(&checked, 0, ""),
        &[
            "Compared with base.lock, these changes pass:\n\ntighter orders.v1.Orders/Get\n",
            "a token with only `orders:read` no longer can call `orders.v1.Orders/Get`",
            "nothing fails: 1 tighter, 3 equivalent\n",
        ],
    );
}

#[tokio::test]
async fn an_incomparable_rule_fails_with_both_witnesses() {
    let repository = Repository::locked().await;
    repository.change(GET, r#"{ all_of: "orders:see" }"#);
    let checked = repository.check_change("").await;
    has(
        ended(&checked, 1, ""),
        &[
            "incomparable orders.v1.Orders/Get",
            "a token with only `orders:see` can now call",
            "a token with only `orders:read` no longer can call",
        ],
    );
}

#[tokio::test]
async fn a_renamed_method_passes_unless_its_rule_is_looser() {
    let repository = Repository::locked().await;
    repository.change("rpc Get(", "rpc Fetch(");
    has(ended(&repository.check_change("").await, 0, ""), &["equivalent orders.v1.Orders/Fetch"]);
    repository.change(GET, "{ authenticated: true }");
    has(ended(&repository.check_change("").await, 1, ""), &["looser orders.v1.Orders/Fetch"]);
}

#[tokio::test]
async fn an_added_method_fails_where_it_admits_whoever_has_no_token() {
    for (rule, code) in [
        ("{ public: true }", 1),
        ("{ optional: true }", 1),
        (r#"{ all_of: "orders:read" mode: REPORT_ONLY }"#, 1),
        ("{ authenticated: true }", 0),
        (GET, 0),
    ] {
        let repository = Repository::locked().await;
        repository.add(&format!("rpc New(Order) returns (Order) {{ option (sekisho.v1.access) = {rule}; }}"));
        let checked = repository.check_change("").await;
        has(
            ended(&checked, code, ""),
            &["added orders.v1.Orders/New\n", " can now call `orders.v1.Orders/New`"],
        );
        assert_eq!(checked.stdout.contains("a caller without a token can now call"), code == 1, "{rule}");
    }
}

/// `Empty` says nothing of what a method does.
#[tokio::test]
async fn a_public_method_does_not_pass_as_the_new_name_of_another() {
    let repository = Repository::locked().await;
    repository.change("rpc Ping(", "rpc Wipe(");
    let checked = repository.check_change("").await;
    has(ended(&checked, 1, ""), &["added orders.v1.Orders/Wipe\n", "removed orders.v1.Orders/Ping\n"]);
}

#[tokio::test]
async fn a_removed_method_passes() {
    let repository = Repository::locked().await;
    let text = repository.read("proto/orders.proto");
    let ping = text.lines().find(|line| line.contains("rpc Ping")).unwrap();
    repository.change(ping, "");
    has(ended(&repository.check_change("").await, 0, ""), &["removed orders.v1.Orders/Ping\n"]);
}

#[tokio::test]
async fn to_report_only_is_looser_and_to_enforce_is_tighter() {
    let repository = Repository::locked().await;
    let reporting = r#"{ all_of: "orders:read" mode: REPORT_ONLY }"#;
    repository.change(GET, reporting);
    let checked = repository.check_change("").await;
    has(ended(&checked, 1, ""), &["looser orders.v1.Orders/Get", "a caller without a token can now call"]);
    repository.write("base.lock", repository.read("access.lock"));
    repository.change(reporting, GET);
    let checked = repository.check_change("").await;
    has(
        ended(&checked, 0, ""),
        &["tighter orders.v1.Orders/Get", "a caller without a token no longer can call"],
    );
}

/// Nobody is let in, and yet another rule would hold.
#[tokio::test]
async fn another_rule_that_only_reports_is_equivalent_and_shown() {
    let repository = Repository::locked().await;
    repository.change(GET, r#"{ all_of: "orders:read" mode: REPORT_ONLY }"#);
    repository.lock().await;
    repository.write("base.lock", repository.read("access.lock"));
    repository.change("\"orders:read\" mode", "\"orders:see\" mode");
    has(ended(&repository.check("").await, 1, ""), &["equivalent orders.v1.Orders/Get", "orders:see"]);
    has(ended(&repository.check_change("").await, 0, ""), &["equivalent orders.v1.Orders/Get", "orders:see"]);
}

#[tokio::test]
async fn a_stream_that_is_not_cut_is_looser() {
    let repository = Repository::locked().await;
    repository.change(r#"["orders:list"] }"#, r#"["orders:list"] stream_end: NEVER }"#);
    let checked = repository.check_change("").await;
    has(
        ended(&checked, 1, ""),
        &[
            "looser orders.v1.Orders/Watch\n",
            "a stream of `orders.v1.Orders/Watch` that a token with only `orders:list` began now goes on",
        ],
    );
    repository.write("base.lock", repository.read("access.lock"));
    repository.change(" stream_end: NEVER", "");
    has(ended(&repository.check_change("").await, 0, ""), &["tighter orders.v1.Orders/Watch\n"]);
}

#[tokio::test]
async fn the_base_may_be_a_folder_with_a_lock_or_with_protos() {
    let repository = Repository::locked().await;
    repository.write("main/access.lock", repository.read("access.lock"));
    // It is not looked at.
    repository.write("main/proto/broken.proto", "?");
    repository.write("protos/orders.proto", repository.read("proto/orders.proto"));
    repository.change(GET, "{ authenticated: true }");
    repository.lock().await;
    for base in ["main", "main/access.lock", "protos"] {
        let checked = repository.check(&format!("--base {base}")).await;
        has(ended(&checked, 1, ""), &[&format!("Compared with {base}, 1 change lets somebody in")]);
    }
}

#[tokio::test]
async fn a_branch_is_no_base_and_what_to_do_is_told() {
    let repository = Repository::locked().await;
    for base in ["main", "origin/main", "main:access.lock"] {
        let checked = repository.check(&format!("--base {base}")).await;
        let error = checked.one_error(2);
        assert!(
            error.starts_with(&format!("--base {base}: there is no such file or folder; of a branch")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_lock_itself_is_no_base_and_that_is_a_warning() {
    let repository = Repository::locked().await;
    for base in ["access.lock", "."] {
        let warning = format!(
            "warning: --base {base}: it is the lock that is checked, so that nothing is compared with the target branch's policy\n"
        );
        ended(&repository.check(&format!("--base {base}")).await, 0, &warning);
    }
    ended(&repository.check("--base base.lock").await, 0, "");
}
