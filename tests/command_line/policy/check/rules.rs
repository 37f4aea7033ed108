//! Methods whose `.proto` has no rule: `--rules`, of the protos and of a base or a side that is a folder of protos or a set.

use crate::policy::review::{GET, Repository, SOURCE, ended, has};
use crate::policy::support::descriptor_set;

const RULES: &str = "orders.v1.Orders/Get { all_of: \"orders:read\" }\n";

/// `Orders/Get` has its rule by `rules`, before and after; `before` and `before.binpb` are what stood there.
async fn ruled() -> Repository {
    let repository = Repository::locked().await;
    repository.change(&format!("{{ option (sekisho.v1.access) = {GET}; }}"), ";");
    let proto = repository.read("proto/orders.proto");
    repository.write("rules", RULES);
    repository.write("before/orders.proto", &proto);
    repository.write("before.binpb", descriptor_set(&proto));
    repository
}

#[tokio::test]
async fn a_base_of_protos_has_the_same_rules_and_says_so() {
    let repository = ruled().await;
    for base in ["before", "before.binpb"] {
        let checked = repository.check(&format!("--rules rules --base {base}")).await;
        let warning = format!(
            "warning: {base}: for 1 method without a rule there, that of --rules is taken, so that a change of that file is not \
             seen; name the base's access.lock, which has its rules\n"
        );
        has(ended(&checked, 0, &warning), &["nothing fails: 4 equivalent"]);
        let markdown = repository.check(&format!("--rules rules --base {base} --format markdown")).await;
        has(&markdown.stdout, &["Warning: `before", "a change of that file is not seen"]);
    }
    // The base's lock has the rules of then.
    repository.write("rules", "orders.v1.Orders/Get { public: true }\n");
    ended(&repository.run(&format!("lock {SOURCE} --rules rules")).await, 0, "");
    has(
        ended(&repository.check("--rules rules --base base.lock").await, 1, ""),
        &["looser orders.v1.Orders/Get"],
    );
}

/// A rule that is there is that of the base.
#[tokio::test]
async fn a_rule_of_the_base_itself_is_kept() {
    let repository = ruled().await;
    let ruled_there = repository.read("before/orders.proto").replace(
        "returns (Order) ;",
        "returns (Order) { option (sekisho.v1.access) = { all_of: [\"orders:read\", \"x\"] }; }",
    );
    repository.write("before/orders.proto", ruled_there);
    has(
        ended(&repository.check("--rules rules --base before").await, 1, ""),
        &["looser orders.v1.Orders/Get"],
    );
}

#[tokio::test]
async fn without_a_rule_a_base_cannot_be_judged() {
    let repository = ruled().await;
    let checked = repository.check("--base before").await;
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(2), ""));
    let lines: Vec<&str> = checked.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{}", checked.stderr);
    let told = "orders.proto:12:3: orders.v1.Orders/Get: no access rule; ";
    has(lines[0], &[&format!("error: before: {told}"), "give the rule by --rules FILE"]);
    has(lines[1], &[&format!("error: {told}"), "give the rule by --rules FILE"]);
    // What is wrong with the rules is told once.
    repository.write("rules", "x");
    let checked = repository.check("--rules rules --base base.lock").await;
    has(checked.one_error(2), &["--rules rules: line 1: "]);
}

#[tokio::test]
async fn lines_are_pruned_by_a_base_with_rules() {
    let repository = ruled().await;
    repository.write("access.ack", "");
    let pruned = repository.run(&format!("lock {SOURCE} --rules rules --prune --base before")).await;
    assert_eq!(ended(&pruned, 0, ""), "access.lock: unchanged, 4 methods\n");
}

#[tokio::test]
async fn both_sides_of_a_diff_have_the_same_rules() {
    let repository = ruled().await;
    for (before, after) in
        [("before", "before.binpb"), ("before.binpb", "base.lock"), ("access.lock", "before")]
    {
        let compared = repository.run(&format!("diff {before} {after} --rules rules")).await;
        assert_eq!(ended(&compared, 0, ""), format!("{before} and {after} say the same: 4 methods\n"));
        let without = repository.run(&format!("diff {before} {after}")).await;
        assert_eq!((without.code, without.stdout.as_str()), (Some(2), ""));
        has(&without.stderr, &["orders.v1.Orders/Get: no access rule", "give the rule by --rules FILE"]);
    }
    // One that neither side needs says nothing.
    repository.write(
        "rules",
        format!("{RULES}orders.v1.Orders/None {{ public: true }}\norders.v1.Orders/Put {{ public: true }}\n"),
    );
    ended(&repository.run("diff before base.lock --rules rules").await, 0, "");
    repository.write("rules", "x");
    has(
        repository.run("diff base.lock access.lock --rules rules").await.one_error(2),
        &["--rules rules: line 1"],
    );
}
