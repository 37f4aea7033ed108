//! The summary of a pull request, and the document for programs.

use crate::policy::review::{GET, Repository, ended, has};

/// Scopes and reasons are whatever somebody wrote.
#[tokio::test]
async fn a_summary_shows_what_others_wrote_as_code() {
    let repository = Repository::locked().await;
    repository.change(GET, r#"{ any_of: [{ all_of: "a|<img>`@team" }, { all_of: "orders:read" }] }"#);
    let line = repository.line_to_acknowledge().await;
    repository.write("access.ack", line.replace("REASON", "see @team, <b>`x`</b> | \u{202e}#12"));
    let checked = repository.check("--base base.lock --format markdown").await;
    assert_eq!(
        ended(&checked, 0, ""),
        r#"### Access policy: the check passes

`access.lock` says what the protos say: 4 methods.

Compared with `base.lock`: 1 looser, 3 equivalent.

| Method | Before | After | Verdict | Witness | Acknowledged |
|---|---|---|---|---|---|
| `orders.v1.Orders/Get` | `{ all_of: ["orders:read"] }` | ``{ any_of: [{ all_of: ["a\|<img>`@team"] }, { all_of: ["orders:read"] }] }`` | **looser** | a token with only ``a\|<img>`@team`` can now call `orders.v1.Orders/Get` | ``see @team, <b>`x`</b> \| \u{202e}#12`` |
"#
    );
}

#[tokio::test]
async fn a_warning_shows_what_others_wrote_as_code() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let line = repository.line_to_acknowledge().await;
    let line = line
        .replace("REASON", "see @team, https://a.example <b>`x`</b> \u{202e}#12")
        .replace("/Get", "/Gone");
    repository.write("access.ack", line);
    let checked = repository.check("--base base.lock --format markdown").await;
    assert_eq!(checked.code, Some(1));
    let warning = checked.stdout.lines().last().unwrap();
    assert!(
        warning.starts_with("Warning: ``access.ack line 1: it covers no change from base.lock; "),
        "{warning}"
    );
    assert!(warning.ends_with(r"see @team, https://a.example <b>`x`</b> \u{202e}#12``"), "{warning}");
}

#[tokio::test]
async fn a_summary_of_what_fails_says_what_to_do() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let line = repository.line_to_acknowledge().await;
    let checked = repository.check("--base base.lock --format markdown").await;
    let told = ended(&checked, 1, "");
    has(
        told,
        &["### Access policy: the check fails\n", "**1 change lets somebody in, and is not acknowledged**"],
    );
    has(
        told,
        &[&format!("\n```\n{line}\n```\n"), "a token without scopes can now call `orders.v1.Orders/Get`"],
    );
    repository.write("access.lock", repository.read("base.lock"));
    let checked = repository.check("--format markdown").await;
    has(
        ended(&checked, 1, ""),
        &["**`access.lock` does not say what the protos say**: 1 looser. Run `sekisho policy lock`"],
    );
}

#[tokio::test]
async fn a_document_has_every_method_and_what_covers_it() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    repository.change("rpc Watch(", "rpc Follow(");
    let line = repository.line_to_acknowledge().await;
    let document = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let checked = repository.check("--base base.lock --format json").await;
    let found = document(ended(&checked, 1, ""));
    assert_eq!((&found["version"], &found["command"]), (&1.into(), &"check".into()));
    assert_eq!((&found["is_current"], &found["methods"]), (&true.into(), &4.into()));
    assert_eq!(found["base"]["passes"], false);
    let changes = found["base"]["changes"].as_array().unwrap();
    let verdicts: Vec<&str> = changes.iter().map(|change| change["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["equivalent", "looser", "equivalent", "equivalent"]);
    assert_eq!(changes[0]["before"]["method"], "orders.v1.Orders/Watch");
    assert_eq!(changes[0]["after"]["method"], "orders.v1.Orders/Follow");
    let loosened = &changes[1];
    assert_eq!(loosened["before"]["rule"]["text"], r#"{ all_of: ["orders:read"] }"#);
    assert_eq!(loosened["gained"], "a token without scopes can now call `orders.v1.Orders/Get`");
    assert_eq!((&loosened["lost"], &loosened["acknowledgement"]), (&().into(), &().into()));
    assert_eq!(loosened["acknowledge_with"], line);
    repository.write("access.ack", line.replace("REASON", "agreed"));
    let checked = repository.check("--base base.lock --format json").await;
    let found = document(ended(&checked, 0, ""));
    assert_eq!(found["base"]["passes"], true);
    assert_eq!(
        found["base"]["changes"][1]["acknowledgement"],
        serde_json::json!({"line": 1, "reason": "agreed"})
    );
    repository.write("access.lock", repository.read("base.lock"));
    let checked = repository.check("--format json").await;
    let found = document(ended(&checked, 1, ""));
    assert_eq!((&found["is_current"], &found["base"]), (&false.into(), &().into()));
    assert_eq!(found["differences"].as_array().unwrap().len(), 2);
}
