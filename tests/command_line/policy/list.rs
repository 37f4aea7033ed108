//! `sekisho policy list`.

mod terminal;
mod undeclared;

use super::support::{Folder, as_asked, descriptor_set};
use crate::support::end;

const LIST: &str = "policy list --proto shop.proto --include .";

#[tokio::test]
async fn every_method_is_a_line_with_rule_origin_kind_and_place() {
    let listed = Folder::shop().run(LIST).await;
    assert_eq!(
        as_asked(&listed),
        r#"METHOD                RULE                                                                            FROM             KIND           PLACE
shop.v1.Front/Chat    { authenticated: true }                                                         method           bidi           shop.proto:22
shop.v1.Front/Hello   { optional: true }                                                              method           unary          shop.proto:21
shop.v1.Front/Ping    { public: true }                                                                method           unary          shop.proto:20
shop.v1.Items/Get     { all_of: ["items:read"] }                                                      service default  unary          shop.proto:11
shop.v1.Items/Import  { all_of: ["items:write"] mode: REPORT_ONLY }                                   method           client stream  shop.proto:16
shop.v1.Items/Put     { any_of: [{ all_of: ["items:read", "items:write"] }, { all_of: ["admin"] }] }  method           unary          shop.proto:13
shop.v1.Items/Watch   { all_of: ["items:read"] stream_end: NEVER }                                    method           server stream  shop.proto:12
"#
    );
}

#[tokio::test]
async fn a_token_may_call_what_its_scopes_allow_and_anyone_the_rest() {
    let listed = with(Folder::shop().command(LIST), &["--scopes", "items:read items:write"]).await;
    let first: Vec<&str> = as_asked(&listed).lines().filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(
        first,
        [
            "A token with items:read items:write may call 4 of 7 methods:",
            "METHOD",
            "shop.v1.Front/Chat",
            "shop.v1.Items/Get",
            "shop.v1.Items/Put",
            "shop.v1.Items/Watch",
            "",
            "Anyone may call 3 of 7 methods:",
            "METHOD",
            "shop.v1.Front/Hello",
            "shop.v1.Front/Ping",
            "shop.v1.Items/Import",
        ]
    );
    for (scopes, token) in [
        ("items:read", &["Front/Chat", "Items/Get", "Items/Watch"][..]),
        ("admin", &["Front/Chat", "Items/Put"]),
        ("items", &["Front/Chat"]),
        ("", &["Front/Chat"]),
    ] {
        let listed = with(Folder::shop().command(LIST), &["--format", "json", "--scopes", scopes]).await;
        let unknown = if scopes == "items" { "warning: no rule that was read names `items`\n" } else { "" };
        assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), unknown));
        let document: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
        let names = |of: &str| -> Vec<String> {
            let methods = document[of].as_array().unwrap().iter();
            methods.map(|method| method["method"].as_str().unwrap().replace("shop.v1.", "")).collect()
        };
        assert_eq!(names("token"), token, "{scopes}");
        assert_eq!(names("anyone"), ["Front/Hello", "Front/Ping", "Items/Import"], "{scopes}");
        assert_eq!(document["refused"], 7 - 3 - token.len(), "{scopes}");
    }
}

#[tokio::test]
async fn a_scope_that_no_rule_names_is_a_warning() {
    for (scopes, expected) in [
        ("items:read admin", ""),
        ("items:red", "warning: no rule that was read names `items:red`\n"),
        (
            "items:read,admin x",
            "warning: no rule that was read names `items:read,admin`, `x`; scopes have a space between them\n",
        ),
    ] {
        let listed = with(Folder::shop().command(LIST), &["--scopes", scopes]).await;
        assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), expected));
    }
}

#[tokio::test]
async fn what_is_no_scope_is_a_fault() {
    for scopes in ["items:read \"", "items\\read", "items:read\titems:write", "名"] {
        let ended = with(Folder::shop().command(LIST), &["--scopes", scopes]).await;
        let error = ended.one_error(2);
        assert!(error.starts_with("--scopes: "), "{error}");
    }
    let both = with(Folder::shop().command(LIST), &["--scopes", "a", "--by", "scope"]).await;
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""));
}

#[tokio::test]
async fn each_scope_tells_what_it_lets_a_token_call() {
    let listed = Folder::shop().run(&format!("{LIST} --by scope")).await;
    assert_eq!(
        as_asked(&listed),
        "\
WHO                                             METHOD                TOGETHER WITH
admin                                           shop.v1.Items/Put
items:read                                      shop.v1.Items/Get
items:read                                      shop.v1.Items/Put     items:write
items:read                                      shop.v1.Items/Watch
items:write                                     shop.v1.Items/Import  (report-only: until then, anyone)
items:write                                     shop.v1.Items/Put     items:read
(public: anyone)                                shop.v1.Front/Ping
(optional: anyone, with a valid token or none)  shop.v1.Front/Hello
(any token)                                     shop.v1.Front/Chat
(report-only: anyone)                           shop.v1.Items/Import
"
    );
}

#[tokio::test]
async fn a_scope_that_is_enough_is_told_with_no_other() {
    let rule = r#"{ any_of: [{ all_of: ["a", "b"] }, { all_of: "a" }, { all_of: ["b", "c", "d"] }] }"#;
    let source = format!(
        "syntax = \"proto3\"; package few.v1; import \"sekisho/v1/access.proto\"; message M {{}}
        service Few {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {rule}; }} }}"
    );
    let folder = Folder::new(&[("few.proto", &source)]);
    for (format, rows) in [
        (
            "table",
            "a    few.v1.Few/Get\nb    few.v1.Few/Get  c d\nc    few.v1.Few/Get  b d\nd    few.v1.Few/Get  b c\n",
        ),
        ("markdown", "| `b` | `few.v1.Few/Get` | `c d` |\n"),
    ] {
        let listed = folder.run(&format!("policy list --proto few.proto --by scope --format {format}")).await;
        assert!(as_asked(&listed).contains(rows), "{format}: {}", listed.stdout);
    }
}

#[tokio::test]
async fn a_markdown_document_says_how_it_was_made() {
    let listed =
        with(Folder::shop().command(LIST), &["--service", "shop.v1.Front", "--format", "markdown"]).await;
    assert_eq!(
        as_asked(&listed),
        "\
# Who may call what

Generated by `sekisho policy list --proto shop.proto --include . --service shop.v1.Front --format markdown`; do not edit.

## shop.v1.Front

| Method | Who may call | Declared by | Kind | Place |
|---|---|---|---|---|
| `Chat` | `{ authenticated: true }` | method | bidi | `shop.proto:22` |
| `Hello` | `{ optional: true }` | method | unary | `shop.proto:21` |
| `Ping` | `{ public: true }` | method | unary | `shop.proto:20` |
"
    );
}

#[tokio::test]
async fn a_json_document_has_all_of_a_method() {
    let listed = Folder::shop().run(&format!("{LIST} --format json --service shop.v1.Items")).await;
    let document: serde_json::Value = serde_json::from_str(as_asked(&listed)).unwrap();
    assert_eq!((&document["version"], &document["command"]), (&1.into(), &"list".into()));
    assert_eq!(
        document["methods"][2],
        serde_json::json!({
            "method": "shop.v1.Items/Put",
            "request": "shop.v1.Item",
            "response": "shop.v1.Item",
            "kind": "unary",
            "rule": {
                "text": r#"{ any_of: [{ all_of: ["items:read", "items:write"] }, { all_of: ["admin"] }] }"#,
                "access": "scopes",
                "mode": "enforce",
                "stream_end": "at_expiry",
                "any_of": [["items:read", "items:write"], ["admin"]],
            },
            "origin": "method",
            "position": { "file": "shop.proto", "line": 13, "column": 3 },
        })
    );
    assert_eq!(
        (&document["warnings"], &document["faults"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
}

/// A set without source positions, as protoc writes it.
#[tokio::test]
async fn a_place_that_a_set_does_not_tell_is_a_dash() {
    let folder = Folder::shop();
    as_asked(&folder.run("policy proto --out .").await);
    let mut compiler = protox::Compiler::new([folder.path()]).unwrap();
    compiler.include_imports(true).include_source_info(false).open_file("shop.proto").unwrap();
    folder.write("set.binpb", compiler.encode_file_descriptor_set());
    for (format, shown) in [
        ("table", "\nshop.v1.Front/Ping   { public: true }         method  unary  -\n"),
        ("markdown", "| `Ping` | `{ public: true }` | method | unary | - |\n"),
        ("json", "\"position\": null"),
    ] {
        let list = format!("policy list --descriptors set.binpb --service shop.v1.Front --format {format}");
        let listed = folder.run(&list).await;
        assert!(as_asked(&listed).contains(shown), "{}", listed.stdout);
    }
}

/// Four thousand methods of a set, in all of their forms.
#[tokio::test]
async fn four_thousand_methods_are_listed() {
    let rpc = |index: usize| {
        let rule = format!("option (sekisho.v1.access) = {{ all_of: \"s{}\" }};", index % 50);
        format!("rpc M{index}(Item) returns (Item) {{ {rule} }}")
    };
    let rpcs = (0..4000).map(rpc).collect::<Vec<_>>().join("\n");
    let source = format!(
        "syntax = \"proto3\"; package many.v1; import \"sekisho/v1/access.proto\"; message Item {{}} service Many {{ {rpcs} }}"
    );
    let folder = Folder::new(&[]);
    folder.write("many.binpb", descriptor_set(&source));
    for arguments in ["", "--by scope", "--format json", "--format markdown", "--scopes s7"] {
        let listed = folder.run(&format!("policy list --descriptors many.binpb {arguments}")).await;
        let count = as_asked(&listed)
            .matches(if arguments.contains("markdown") { "| `M" } else { "many.v1.Many/M" })
            .count();
        assert_eq!(count, if arguments.contains("scopes") { 80 } else { 4000 }, "{arguments}");
    }
}

/// A rule that is larger than any that people write makes no list that fills a disk.
#[tokio::test]
async fn a_rule_of_thousands_of_scopes_is_listed_within_bounds() {
    let scopes: Vec<String> = (0..3000).map(|index| format!("\"scope:{index}\"")).collect();
    let source = format!(
        "syntax = \"proto3\"; package long.v1; import \"sekisho/v1/access.proto\"; message M {{}} service Long {{
        rpc Long(M) returns (M) {{ option (sekisho.v1.access) = {{ all_of: [{}] }}; }}
        rpc Short(M) returns (M) {{ option (sekisho.v1.access) = {{ all_of: \"a\" }}; }} }}",
        scopes.join(", ")
    );
    let folder = Folder::new(&[]);
    folder.write("long.binpb", descriptor_set(&source));
    let listed = folder.run("policy list --descriptors long.binpb").await;
    let short = as_asked(&listed).lines().find(|line| line.contains("Long/Short"));
    assert!(short.is_some_and(|line| line.len() < 2000), "{short:?}");
    assert!(listed.stdout.contains("\"scope:0\"") && listed.stdout.contains("\"scope:2999\""));
    let by_scope = folder.run("policy list --descriptors long.binpb --by scope").await;
    assert_eq!(
        by_scope.one_error(2),
        "--by scope: the rules name too many scopes together; narrow the list by --service"
    );
}

pub(super) async fn with(mut command: tokio::process::Command, arguments: &[&str]) -> crate::support::Ended {
    command.args(arguments);
    end(command).await
}
