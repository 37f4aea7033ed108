//! `sekisho policy check`.

mod acknowledged;
mod base;
mod form;
mod formats;
mod given_before;
mod moved;
mod narrowed;
mod rules;
mod unreadable;

use super::review::{GET, Repository, ended, has};

#[tokio::test]
async fn a_lock_that_says_what_the_protos_say_passes_in_one_line() {
    let repository = Repository::locked().await;
    let checked = repository.check("").await;
    assert_eq!(ended(&checked, 0, ""), "access.lock says what the protos say: 4 methods\n");
    let checked = repository.check("--base base.lock").await;
    assert_eq!(
        ended(&checked, 0, ""),
        "access.lock says what the protos say: 4 methods. Compared with base.lock, nothing fails: 4 equivalent\n"
    );
}

#[tokio::test]
async fn a_loosened_rule_fails_with_its_witness_until_the_lock_is_written() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let checked = repository.check("").await;
    assert_eq!(
        ended(&checked, 1, ""),
        r#"access.lock does not say what the protos say: 1 looser

looser orders.v1.Orders/Get
  in the lock    { all_of: ["orders:read"] }
  in the protos  { authenticated: true }
  witness        a token without scopes can now call `orders.v1.Orders/Get`

What to do: run `sekisho policy lock --proto proto/orders.proto --include proto`, and have the diff of access.lock reviewed.
"#
    );
    repository.lock().await;
    let checked = repository.check("").await;
    assert_eq!(ended(&checked, 0, ""), "access.lock says what the protos say: 4 methods\n");
}

#[tokio::test]
async fn a_tightened_rule_fails_without_the_lock_too() {
    let repository = Repository::locked().await;
    repository.change("{ public: true }", "{ authenticated: true }");
    let checked = repository.check("").await;
    has(
        ended(&checked, 1, ""),
        &[
            "1 tighter\n",
            "a caller without a token no longer can call `orders.v1.Orders/Ping`",
            "`sekisho policy lock --proto ",
        ],
    );
}

#[tokio::test]
async fn methods_that_are_missing_or_too_much_fail() {
    let repository = Repository::locked().await;
    repository.add(r#"rpc Count(Order) returns (GetRequest) { option (sekisho.v1.access) = { all_of: "orders:list" }; }"#);
    has(
        ended(&repository.check("").await, 1, ""),
        &[": 1 added\n", "added orders.v1.Orders/Count\n", "(no such method)"],
    );
    repository.lock().await;
    repository.change("rpc Count(Order)", "rpc Count(PutRequest)");
    repository.change("rpc Count", "rpc Sum");
    has(
        ended(&repository.check("").await, 1, ""),
        &["removed orders.v1.Orders/Count\n", "added orders.v1.Orders/Sum\n"],
    );
}

#[tokio::test]
async fn another_name_is_one_change() {
    let repository = Repository::locked().await;
    repository.change("rpc Get(", "rpc Fetch(");
    let checked = repository.check("").await;
    has(
        ended(&checked, 1, ""),
        &[
            ": 1 equivalent (1 renamed)\n",
            "equivalent orders.v1.Orders/Fetch\n  in the lock    orders.v1.Orders/Get { all_of: [\"orders:read\"] }\n",
        ],
    );
}

/// What says the same is the same, however it is written and wherever it stands.
#[tokio::test]
async fn what_is_written_otherwise_and_means_the_same_passes() {
    let repository = Repository::locked().await;
    repository
        .change(r#"["orders:write", "orders:read"]"#, r#"["orders:read", "orders:write", "orders:read"]"#);
    repository
        .change(r#"{ all_of: "admin" }]"#, r#"{ all_of: ["admin", "orders:read"] }, { all_of: "admin" }]"#);
    repository.change(GET, r#"{ any_of: [{ all_of: "orders:read" }] mode: ENFORCE stream_end: NEVER }"#);
    repository.change("{ public: true }", "{ public: true mode: REPORT_ONLY }");
    ended(&repository.check("--base base.lock").await, 0, "");
}

#[tokio::test]
async fn reordered_methods_pass() {
    let repository = Repository::locked().await;
    let get =
        r#"rpc Get(GetRequest) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }"#;
    repository.change(get, "");
    repository.change("  rpc Ping", &format!("  {get}\n  rpc Ping"));
    ended(&repository.check("--base base.lock").await, 0, "");
    let mut lines: Vec<String> = repository.read("access.lock").lines().map(str::to_owned).collect();
    lines[1..].reverse();
    repository.write("access.lock", lines.join("\r\n"));
    let checked = repository.check("").await;
    assert_eq!((checked.code, checked.stderr.lines().count()), (Some(0), 1), "{}", checked.stderr);
}

#[tokio::test]
async fn a_services_default_that_becomes_a_rule_of_the_method_passes() {
    let repository = Repository::locked().await;
    repository.change(&format!("{{ option (sekisho.v1.access) = {GET}; }}"), ";");
    repository.change(
        "service Orders {",
        &format!("service Orders {{ option (sekisho.v1.default_access) = {GET};"),
    );
    ended(&repository.check("--base base.lock").await, 0, "");
}

#[tokio::test]
async fn a_service_in_another_file_is_the_same_service() {
    let repository = Repository::locked().await;
    let text = repository.read("proto/orders.proto");
    let (messages, service) = text.split_once("service Orders").unwrap();
    repository.write("proto/messages.proto", messages);
    let header = messages.split("message").next().unwrap().to_owned() + "import \"messages.proto\";\n";
    repository.write("proto/moved/service.proto", format!("{header}service Orders{service}"));
    std::fs::remove_file(repository.path("proto/orders.proto")).unwrap();
    let checked =
        repository.run("check --proto proto/moved/service.proto --include proto --base base.lock").await;
    ended(&checked, 0, "");
}

#[tokio::test]
async fn other_messages_or_another_kind_of_call_are_a_warning() {
    let repository = Repository::locked().await;
    repository.change("rpc Get(GetRequest)", "rpc Get(stream PutRequest)");
    let warning = "warning: orders.v1.Orders/Get: its messages or its kind of call are others than in the lock; run \
                   `sekisho policy lock --proto proto/orders.proto --include proto`\n";
    assert_eq!(
        ended(&repository.check("").await, 0, warning),
        "access.lock says what the protos say: 4 methods\n"
    );
}

#[tokio::test]
async fn one_service_is_compared_with_its_part_of_the_lock() {
    let repository = Repository::locked().await;
    let text = repository.read("proto/orders.proto");
    let other =
        "service Other { rpc M(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; } }\n";
    repository.write("proto/orders.proto", text + other);
    has(ended(&repository.check("").await, 1, ""), &["added orders.v1.Other/M"]);
    ended(&repository.check("--service orders.v1.Orders").await, 0, "");
    repository.lock().await;
    ended(&repository.check("--service orders.v1.Orders").await, 0, "");
    has(
        ended(&repository.check("--service orders.v1.Other --base base.lock").await, 1, ""),
        &["added orders.v1.Other/M"],
    );
    ended(&repository.check("--service orders.v1.Orders --base base.lock").await, 0, "");
}
