//! `sekisho policy diff`.

use super::review::{GET, Repository, SOURCE, ended, has};
use super::support::descriptor_set;

/// What stood there first, and after a change, each as a lock, a descriptor set and a folder of protos.
async fn changed(from: &str, to: &str) -> Repository {
    let repository = Repository::locked().await;
    let keep = |name: &str| {
        let proto = repository.read("proto/orders.proto");
        repository.write(&format!("{name}.binpb"), descriptor_set(&proto));
        repository.write(&format!("{name}/orders.proto"), proto);
    };
    keep("before");
    repository.change(from, to);
    keep("after");
    repository.write("before.lock", repository.read("base.lock"));
    ended(&repository.run(&format!("lock {SOURCE} --lock after.lock")).await, 0, "");
    repository
}

#[tokio::test]
async fn any_two_forms_are_compared() {
    let repository = changed(GET, "{ authenticated: true }").await;
    for (before, after) in [
        ("before.lock", "after.lock"),
        ("before.binpb", "after"),
        ("before", "after.binpb"),
        ("before.lock", "after"),
    ] {
        let compared = repository.run(&format!("diff {before} {after}")).await;
        assert_eq!(
            ended(&compared, 1, ""),
            r#"looser orders.v1.Orders/Get
  before   { all_of: ["orders:read"] }
  after    { authenticated: true }
  witness  a token without scopes can now call `orders.v1.Orders/Get`

1 looser, 3 equivalent. 1 change lets somebody in.
"#
        );
        let back = repository.run(&format!("diff {after} {before}")).await;
        has(
            ended(&back, 0, ""),
            &["tighter orders.v1.Orders/Get\n", "Nobody is let in who could not call before.\n"],
        );
        for same in [before, after] {
            let compared = repository.run(&format!("diff {same} {same}")).await;
            assert_eq!(ended(&compared, 0, ""), format!("{same} and {same} say the same: 4 methods\n"));
        }
    }
}

#[tokio::test]
async fn an_added_open_method_is_the_answer_no_and_an_added_scoped_one_is_not() {
    for (rule, code) in [("{ public: true }", 1), ("{ optional: true }", 1), ("{ authenticated: true }", 0)] {
        let method = format!("rpc New(Order) returns (Order) {{ option (sekisho.v1.access) = {rule}; }}");
        let repository = changed("service Orders {", &format!("service Orders {{ {method}")).await;
        let compared = repository.run("diff before after").await;
        has(ended(&compared, code, ""), &["added orders.v1.Orders/New\n", "(no such method)"]);
        has(ended(&repository.run("diff after before").await, 0, ""), &["removed orders.v1.Orders/New\n"]);
    }
}

#[tokio::test]
async fn one_service_is_compared_alone() {
    let other =
        "service Other { rpc M(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; } }\n";
    let repository = changed("service Orders {", &format!("{other}service Orders {{")).await;
    for (before, after) in
        [("before", "after"), ("before.binpb", "after.binpb"), ("before.lock", "after.lock")]
    {
        ended(&repository.run(&format!("diff {before} {after}")).await, 1, "");
        ended(&repository.run(&format!("diff {before} {after} --service orders.v1.Orders")).await, 0, "");
        let compared = repository.run(&format!("diff {before} {after} --service orders.v1.Other")).await;
        has(ended(&compared, 1, ""), &["added orders.v1.Other/M"]);
        // A name that is nowhere would say the same for ever.
        for service in ["orders.v1.Typo", "Orders", ""] {
            let compared = repository.run(&format!("diff {before} {after} --service={service}")).await;
            assert_eq!(
                compared.one_error(2),
                format!(
                    "--service {service}: neither side has a service of this name; write package.Service"
                )
            );
        }
    }
}

#[tokio::test]
async fn what_is_none_of_the_three_cannot_be_judged() {
    let repository = changed(GET, "{ authenticated: true }").await;
    repository.write("empty", "");
    repository.write("junk", b"\x0a\xff\xff\xff");
    repository.write("folder/README.md", "");
    repository.write(
        "undeclared/a.proto",
        "syntax = \"proto3\"; message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }",
    );
    for (side, fault) in [
        ("none", "none: "),
        ("empty", "empty: it is empty"),
        ("junk", "junk: the descriptor set: no complete descriptor set"),
        ("before/orders.proto", "it is neither a lock nor a descriptor set; of protos name the folder"),
        ("folder", "folder"),
        ("undeclared", "undeclared: a.proto:1:45: S/A: no access rule"),
    ] {
        for command in [format!("diff {side} after.lock"), format!("diff after.lock {side}")] {
            let compared = repository.run(&command).await;
            assert_eq!((compared.code, compared.stdout.as_str()), (Some(2), ""), "{command}");
            has(&compared.stderr, &["error: ", fault]);
        }
    }
    let compared = repository.run("diff undeclared none").await;
    assert_eq!(compared.stderr.lines().count(), 3, "{}", compared.stderr);
    let compared = repository.run("diff after.lock").await;
    assert_eq!((compared.code, compared.stdout.as_str()), (Some(2), ""));
}

#[tokio::test]
async fn the_other_formats_say_the_same() {
    let repository = changed("rpc Get(", "rpc Fetch(").await;
    let markdown = repository.run("diff before.lock after.lock --format markdown").await;
    assert_eq!(
        ended(&markdown, 0, ""),
        r#"### Access policy: `before.lock` to `after.lock`

4 equivalent (1 renamed). Nobody is let in who could not call before.

| Method | Before | After | Verdict | Witness |
|---|---|---|---|---|
| `orders.v1.Orders/Fetch`, before `orders.v1.Orders/Get` | `{ all_of: ["orders:read"] }` | `{ all_of: ["orders:read"] }` | equivalent |  |
"#
    );
    let json = repository.run("diff before.lock after.lock --format json").await;
    let document: serde_json::Value = serde_json::from_str(ended(&json, 0, "")).unwrap();
    assert_eq!((&document["version"], &document["command"]), (&1.into(), &"diff".into()));
    assert_eq!((&document["before"], &document["after"]), (&"before.lock".into(), &"after.lock".into()));
    let changes = document["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 4);
    assert_eq!(changes[0]["before"]["method"], "orders.v1.Orders/Get");
    assert_eq!(changes[0]["after"]["kind"], "unary");
}
