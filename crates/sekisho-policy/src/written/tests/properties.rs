//! What holds of every rule and every text.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::tests::policy;

fn scope() -> impl Strategy<Value = String> {
    prop_oneof!["[a-e]{1,2}", "[!#-\\[\\]-~]{1,12}"]
}

fn access() -> impl Strategy<Value = AccessRule> {
    let sets = vec(vec(scope(), 1..20), 1..5);
    prop_oneof![
        Just(AccessRule::Public),
        Just(AccessRule::Authenticated),
        Just(AccessRule::Optional),
        sets.prop_map(|sets| AccessRule::any_of(sets).expect("a rule")),
    ]
}

fn declared() -> impl Strategy<Value = DeclaredRule> {
    let mode = prop_oneof![Just(Mode::Enforce), Just(Mode::ReportOnly)];
    let stream_end = prop_oneof![Just(StreamEnd::AtExpiry), Just(StreamEnd::Never)];
    (access(), mode, stream_end).prop_map(|(access, mode, end)| access.with_mode(mode).with_stream_end(end))
}

/// Pieces of which a text is made that is often nearly a rule.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        ";",
        " ",
        "\"a\"",
        "'b'",
        "\"",
        "\"a b\"",
        "public",
        "authenticated",
        "optional",
        "true",
        "false",
        "all_of",
        "any_of",
        "mode",
        "stream_end",
        "ENFORCE",
        "REPORT_ONLY",
        "NEVER",
        "1",
        "#",
        "<",
        "\\",
        "é",
        "public: true",
        "all_of: \"a\"",
        "any_of: [",
        "{ all_of: [\"a\", \"b\"] }",
        "mode: REPORT_ONLY",
        "stream_end: NEVER",
    ])
}

proptest! {
    #[test]
    fn every_rule_comes_back_from_its_text(rule in declared()) {
        let text = rule.to_string();
        let back: DeclaredRule = text.parse().expect("what was written");
        prop_assert_eq!(&back, &rule, "{}", text);
        // The order of the scopes too, of which the rule itself makes no difference.
        prop_assert_eq!(back.to_string(), text);
    }

    #[test]
    fn every_rule_is_written_as_a_proto_says_it(rule in declared()) {
        let option = format!("option (sekisho.v1.access) = {rule};");
        let policy = policy(&format!("service S {{ rpc Get(M) returns (M) {{ {option} }} }}"));
        let method = policy.method("/test.v1.S/Get").expect("the method");
        prop_assert_eq!(&method.rule, &rule);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = text.parse::<DeclaredRule>();
    }

    /// What the reader of options would refuse is refused, and what is not refused means the same to both.
    #[test]
    fn nothing_is_read_that_a_proto_could_not_say(
        rule in declared(),
        changes in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), piece()), 0..3),
    ) {
        let mut text = rule.to_string();
        for (from, length, piece) in changes {
            let from = from.index(text.len());
            let end = (from + length.index(8)).min(text.len());
            if text.is_char_boundary(from) && text.is_char_boundary(end) {
                text.replace_range(from..end, piece);
            }
        }
        if let Ok(rule) = text.parse::<DeclaredRule>() {
            prop_assert_eq!(from_proto(&text), Some(rule), "{}", text);
        }
    }
}
