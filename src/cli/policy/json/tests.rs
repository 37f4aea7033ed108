use super::*;

const SCHEMA: &str = "docs/policy.schema.json";

/// To write it anew: `SEKISHO_WRITE_SCHEMA=1 cargo test --lib policy::json`.
#[test]
fn the_schema_is_that_of_what_is_printed() {
    let mut schema = schemars::schema_for!(Document<'static>);
    schema.insert("$id".to_owned(), "policy.schema.json".into());
    let schema = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SCHEMA);
    if std::env::var_os("SEKISHO_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), schema, "{SCHEMA} is not that of the types");
}

#[test]
fn nothing_in_a_document_is_obeyed_by_a_terminal() {
    let faults = ["a\u{202e}b\u{e0041}\u{1b}[2Jé".to_owned()];
    let list = Output::List(List::Methods { methods: Vec::new() });
    let text = document(&list, &[], &faults);
    assert!(text.chars().all(|c| c == '\n' || is_shown(c)), "{text}");
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["faults"][0], faults[0]);
    assert!(text.contains('é'), "{text}");
}
