//! `check --service`, and `check` where it was forgotten to name the protos.

use crate::policy::review::{Repository, SOURCE, ended, has};

#[tokio::test]
async fn lines_of_other_services_are_not_looked_at() {
    let repository = Repository::locked().await;
    let open = "rpc List(Item) returns (Item) { option (sekisho.v1.access) = { public: true }; }";
    repository.add_service(open);
    let line = repository.line_to_acknowledge().await.replace("REASON", "agreed");
    repository.write("access.ack", format!("{line}\n{}\n", line.replace("/List", "/Gone")));
    ended(&repository.check_change("--service orders.v1.Orders").await, 0, "");
    let checked = repository.check_change("--service orders.v1.Items").await;
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    has(&checked.stderr, &["warning: access.ack line 2: it covers no change from base.lock"]);
    assert_eq!(checked.stderr.lines().count(), 1);
}

/// Whether another method has the messages is a question to the whole, not to what is looked at.
#[tokio::test]
async fn an_open_method_passes_as_renamed_no_more_than_in_the_whole() {
    for (other, code) in [
        ("rpc List(Item) returns (Item) { option (sekisho.v1.access) = { public: true }; }", 0),
        ("rpc List(Order) returns (Item) { option (sekisho.v1.access) = { public: true }; }", 1),
        ("rpc List(stream Order) returns (Item) { option (sekisho.v1.access) = { public: true }; }", 1),
        // It has no rule yet, which is no fault of the service that is asked for.
        ("rpc List(Order) returns (Item);", 1),
    ] {
        let repository = Repository::locked().await;
        repository.add_service(other);
        let ping = "rpc Ping(google.protobuf.Empty) returns (google.protobuf.Empty)";
        repository.change(ping, "rpc Ping(Order) returns (Item)");
        let narrowed = "--service orders.v1.Orders";
        let lock = |file: &str| format!("lock {SOURCE} {narrowed} --lock {file}");
        ended(&repository.run(&lock("base.lock")).await, 0, "");
        repository.change("rpc Ping", "rpc Pong");
        ended(&repository.run(&lock("next.lock")).await, 0, "");
        let checked = repository.check(&format!("{narrowed} --lock next.lock --base base.lock")).await;
        let told = if code == 0 { "equivalent orders.v1.Orders/Pong" } else { "added orders.v1.Orders/Pong" };
        has(ended(&checked, code, ""), &[told]);
    }
}

#[tokio::test]
async fn where_no_protos_are_named_a_lock_of_others_is_told_as_what_it_is() {
    let repository = Repository::locked().await;
    let hint = "warning: no protos are named, so that this program's own APIs are read, and access.lock has none of them; name \
                yours by --proto, --descriptors or --server\n";
    has(
        ended(&repository.run("check").await, 1, hint),
        &["3 added, 4 removed", "What to do: name your protos by --proto, --descriptors or --server.\n"],
    );
    // Some of them are there, or these protos are named.
    ended(&repository.run("lock --lock own.lock").await, 0, "");
    let own = repository.read("own.lock");
    repository.write("some.lock", own.split_inclusive('\n').take(2).collect::<String>());
    has(ended(&repository.run("check --lock some.lock").await, 1, ""), &["2 added"]);
    repository.change("package orders.v1", "package orders.v2");
    ended(&repository.check("").await, 1, "");
}
