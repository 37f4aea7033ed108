//! Rules as texts, there and back; and texts that are no rule.

mod properties;

use super::*;
use crate::tests::descriptor_set;
use crate::{AccessRule, Policy};

fn read(text: &str) -> Result<String, String> {
    text.parse::<DeclaredRule>().map(|rule| rule.to_string()).map_err(|error| error.to_string())
}

#[test]
fn a_rule_is_written_as_in_a_proto() {
    let all_of = |scopes: &[&str]| DeclaredRule::from(AccessRule::all_of(scopes).expect("a rule"));
    let any_of = AccessRule::any_of([vec!["a"], vec!["c", "b"]]).expect("a rule");
    let cases = [
        (DeclaredRule::from(AccessRule::Public), "{ public: true }"),
        (AccessRule::Authenticated.into(), "{ authenticated: true }"),
        (AccessRule::Optional.into(), "{ optional: true }"),
        (all_of(&["a"]), r#"{ all_of: ["a"] }"#),
        (all_of(&["b", "a"]), r#"{ all_of: ["b", "a"] }"#),
        (any_of.into(), r#"{ any_of: [{ all_of: ["a"] }, { all_of: ["c", "b"] }] }"#),
        (all_of(&["a"]).with_mode(Mode::ReportOnly), r#"{ all_of: ["a"] mode: REPORT_ONLY }"#),
        (all_of(&["a"]).with_stream_end(StreamEnd::Never), r#"{ all_of: ["a"] stream_end: NEVER }"#),
        (
            AccessRule::Public.with_mode(Mode::ReportOnly).with_stream_end(StreamEnd::Never),
            "{ public: true mode: REPORT_ONLY stream_end: NEVER }",
        ),
    ];
    for (rule, text) in cases {
        assert_eq!(rule.to_string(), text);
        assert_eq!(rule.access().to_string(), rule.access().clone().with_mode(Mode::Enforce).to_string());
        assert_eq!(text.parse::<DeclaredRule>(), Ok(rule));
    }
}

#[test]
fn a_rule_may_be_written_as_people_write_it() {
    let cases = [
        ("no white space", r#"{all_of:["a","b"]}"#, r#"{ all_of: ["a", "b"] }"#),
        ("all of it", "\t{\nall_of\r\n:\x0b[ \"a\"\x0c] }\n", r#"{ all_of: ["a"] }"#),
        ("one scope", r#"{ all_of: "a" }"#, r#"{ all_of: ["a"] }"#),
        ("a scope twice, as in a .proto", r#"{ all_of: ["a", "b", "a"] }"#, r#"{ all_of: ["a", "b"] }"#),
        ("single quotes", r"{ all_of: 'a' }", r#"{ all_of: ["a"] }"#),
        ("a quote within", r#"{ all_of: "it's" }"#, r#"{ all_of: ["it's"] }"#),
        ("signs within", r#"{ all_of: "{}[]:,;#" }"#, r#"{ all_of: ["{}[]:,;#"] }"#),
        ("one set", r#"{ any_of: { all_of: ["a", "b"] } }"#, r#"{ all_of: ["a", "b"] }"#),
        ("a set without a colon", r#"{ any_of { all_of: "a" } }"#, r#"{ all_of: ["a"] }"#),
        (
            "a list of sets",
            r#"{ any_of: [{ all_of: "a" }, {all_of: "b";}] }"#,
            r#"{ any_of: [{ all_of: ["a"] }, { all_of: ["b"] }] }"#,
        ),
        ("commas", "{ public: true, mode: ENFORCE, }", "{ public: true }"),
        ("semicolons", "{ optional: true; stream_end: AT_EXPIRY; }", "{ optional: true }"),
        ("what is not said", "{ mode: MODE_UNSPECIFIED public: true }", "{ public: true }"),
        (
            "another order",
            r#"{ stream_end: NEVER mode: REPORT_ONLY all_of: "a" }"#,
            r#"{ all_of: ["a"] mode: REPORT_ONLY stream_end: NEVER }"#,
        ),
    ];
    for (name, text, written) in cases {
        assert_eq!(read(text), Ok(written.to_owned()), "{name}");
        // What is read here is read from a `.proto`, too, and says the same.
        assert_eq!(from_proto(text).expect("a rule").to_string(), written, "{name}");
    }
}

/// What the option says that has this text.
fn from_proto(text: &str) -> Option<DeclaredRule> {
    let option = format!("option (sekisho.v1.access) = {text};");
    let policy = Policy::from_descriptor_set(&descriptor_set(&format!(
        "service S {{ rpc Get(M) returns (M) {{ {option} }} }}"
    )));
    policy.ok().and_then(|policy| policy.methods().next().map(|method| method.rule.clone()))
}

#[test]
fn what_is_no_rule_is_refused_with_its_place() {
    let no_kind = "the access rule does not say who may call; write one of";
    let no_scopes = "a set of scopes is empty; a method that needs none says";
    let cases = [
        ("nothing", "", 1, "the end of the text stands where the `{` that a rule begins with has to stand"),
        ("no brace", "public: true", 1, "`public` stands where the `{`"),
        ("no field", "{ }", 1, no_kind),
        ("no kind", "{ mode: ENFORCE }", 1, no_kind),
        ("false", "{ public: false }", 11, no_kind),
        ("false beside a kind", r#"{ all_of: "a" optional: false }"#, 15, "all_of and optional"),
        ("another truth", "{ public: 1 }", 11, "`public` cannot be `1`; write `true`"),
        ("a text for a truth", r#"{ public: "true" }"#, 11, r#"`public` cannot be "true"; write `true`"#),
        (
            "two kinds",
            "{ public: true authenticated: true }",
            16,
            "has public and authenticated; write exactly one",
        ),
        (
            "two kinds with scopes",
            r#"{ all_of: "a" any_of: [] }"#,
            15,
            "has all_of and any_of; write exactly one",
        ),
        ("a kind twice", "{ public: true public: true }", 16, "`public` stands twice in one rule"),
        (
            "scopes twice",
            r#"{ all_of: "a" all_of: "b" }"#,
            15,
            "`all_of` stands twice in one rule; write it once",
        ),
        ("sets twice", r#"{ any_of { all_of: "a" } any_of { all_of: "a" } }"#, 26, "`any_of` stands twice"),
        ("scopes of a set twice", r#"{ any_of { all_of: "a" all_of: "b" } }"#, 24, "`all_of` stands twice"),
        ("a mode twice", "{ public: true mode: ENFORCE mode: ENFORCE }", 30, "`mode` stands twice"),
        (
            "an end twice",
            "{ stream_end: NEVER stream_end: AT_EXPIRY public: true }",
            21,
            "`stream_end` stands twice",
        ),
        ("an empty list", "{ all_of: [] }", 11, no_scopes),
        ("a list of no sets", "{ any_of: [] }", 11, no_scopes),
        ("an empty set", r#"{ any_of: [{ all_of: "a" }, {}] }"#, 29, no_scopes),
        ("an empty list in a set", r"{ any_of: [{ all_of: [] }] }", 22, no_scopes),
        ("an empty scope", r#"{ all_of: "" }"#, 11, "\"\" is no scope: a scope is empty"),
        ("two scopes in one text", r#"{ all_of: "a b" }"#, 11, "write each scope as a string of its own"),
        ("a scope of other characters", "{ all_of: [\"a\", \"é\"] }", 17, "write printable ASCII"),
        ("an escape", r#"{ all_of: "\x61" }"#, 11, "a backslash may not stand in a scope"),
        ("two texts for one", r#"{ all_of: ["a" "b"] }"#, 16, r#""b" stands where a `,` or the `]`"#),
        ("a comma at the end of a list", r#"{ all_of: ["a",] }"#, 16, "`]` stands where a scope"),
        ("a list in a list", r#"{ all_of: [["a"]] }"#, 12, "`[` stands where a scope"),
        ("sets where scopes belong", r#"{ all_of: [{ all_of: "a" }] }"#, 12, "`{` stands where a scope"),
        ("scopes where sets belong", r#"{ any_of: ["a"] }"#, 12, "\"a\" stands where a set of scopes as {"),
        (
            "sets in sets",
            r#"{ any_of { any_of { all_of: "a" } } }"#,
            12,
            "a rule has no field `any_of`; write `all_of`",
        ),
        ("no colon", r#"{ all_of ["a"] }"#, 10, "`[` stands where the `:`"),
        ("no colon before a list of sets", r#"{ any_of [{ all_of: "a" }] }"#, 10, "`[` stands where the `:`"),
        ("two colons", "{ public:: true }", 10, "`public` cannot be `:`"),
        (
            "another's field",
            "{ publik: true }",
            3,
            "a rule has no field `publik`; write `public`, `authenticated`",
        ),
        ("another case", "{ Public: true }", 3, "a rule has no field `Public`"),
        ("a field's number", "{ 1: true }", 3, "a rule has no field `1`"),
        (
            "a mode of no version",
            "{ public: true mode: WARN }",
            22,
            "`mode` cannot be `WARN`; write `ENFORCE`, `REPORT_ONLY`",
        ),
        ("a mode by number", "{ public: true mode: 2 }", 22, "`mode` cannot be `2`"),
        ("the other enum's", "{ public: true stream_end: ENFORCE }", 28, "write `AT_EXPIRY`, `NEVER`"),
        ("two commas", "{ public: true,, }", 16, "`,` stands where a field, or the `}`"),
        ("a comma first", "{ , public: true }", 3, "`,` stands where a field"),
        ("no end", "{ public: true", 15, "the end of the text stands where a field, or the `}`"),
        ("no end of a list", r#"{ all_of: ["a""#, 15, "the end of the text stands where a `,` or the `]`"),
        ("no end of a text", r#"{ all_of: "a }"#, 11, "no closing quote"),
        ("more behind it", "{ public: true } }", 18, "`}` stands where the end of the text"),
        ("two rules", "{ public: true }{ public: true }", 17, "`{` stands where the end of the text"),
        ("a comment", "{ public: true } # for now", 18, "`#` stands where the end of the text"),
        ("pointed brackets", "< public: true >", 1, "`<` stands where the `{`"),
        ("a space of another kind", "{\u{a0}public: true }", 2, "`\\u{a0}` stands where a field"),
        ("what a terminal obeys", "{ \u{1b}[2J }", 3, "`\\u{1b}` stands where a field"),
    ];
    for (name, text, character, told) in cases {
        let error = text.parse::<DeclaredRule>().expect_err(name);
        assert!(error.to_string().contains(told), "{name}: {error}");
        assert_eq!(error.character(), character, "{name}: {error}");
        assert_eq!(format!("{error:?}"), error.to_string(), "{name}");
        assert!(error.to_string().starts_with(&format!("character {character} of the rule: ")), "{error}");
    }
}

#[test]
fn nothing_that_an_error_quotes_is_long_or_obeyed() {
    let long = "\u{202e}\u{1b}é".repeat(1000);
    for text in [
        format!("{{ all_of: \"{long}\" }}"),
        format!("{{ public: \"{long}\" }}"),
        format!("{{ mode: \"{long}\" }}"),
        format!("{{ all_of: [\"a\" \"{long}\"] }}"),
        format!("{{ {} }}", "x".repeat(3000)),
        format!("{{ mode: {} }}", "x".repeat(3000)),
    ] {
        let told = text.parse::<DeclaredRule>().expect_err("no rule").to_string();
        assert!(told.len() < 700, "{told}");
        assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told:?}");
    }
}

#[test]
fn a_strangers_text_is_bounded_in_length_and_nests_as_deep_as_it_likes() {
    for opening in ["{", "[", "{ any_of: ", "{ any_of: [", "{ any_of { all_of: ["] {
        assert!(opening.repeat(1 << 20).parse::<DeclaredRule>().is_err(), "{opening}");
    }
    let rule = r#"{ all_of: "a" }"#;
    let fits = format!("{rule}{}", " ".repeat(MAX_LENGTH - rule.len()));
    assert!(fits.parse::<DeclaredRule>().is_ok());
    let error = format!("{fits} ").parse::<DeclaredRule>().expect_err("too long");
    assert_eq!((error.fault(), error.character()), (&RuleTextFault::TooLong, MAX_LENGTH + 1));
    let error = "é".repeat(MAX_LENGTH).parse::<DeclaredRule>().expect_err("too long");
    assert_eq!(error.fault(), &RuleTextFault::TooLong);
}
