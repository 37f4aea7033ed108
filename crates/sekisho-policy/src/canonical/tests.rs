//! What the one form is.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::Mode;
use crate::tests::scopes;

fn canonical(text: &str, is_streaming: bool) -> String {
    text.parse::<DeclaredRule>().expect(text).canonical(is_streaming).to_string()
}

#[test]
fn a_rule_has_one_form_however_it_is_written() {
    let cases = [
        ("scopes in another order", r#"{ all_of: ["b", "a"] }"#, r#"{ all_of: ["a", "b"] }"#),
        ("more scopes than a text is kept of", &many(20), &sorted(20)),
        ("sorted by bytes", r#"{ all_of: ["b", "B", "a:b", "a"] }"#, r#"{ all_of: ["B", "a", "a:b", "b"] }"#),
        (
            "alternatives in another order",
            r#"{ any_of: [{ all_of: "b" }, { all_of: ["c", "a"] }] }"#,
            r#"{ any_of: [{ all_of: ["a", "c"] }, { all_of: ["b"] }] }"#,
        ),
        (
            "an alternative twice",
            r#"{ any_of: [{ all_of: ["a", "b"] }, { all_of: ["b", "a"] }] }"#,
            r#"{ all_of: ["a", "b"] }"#,
        ),
        (
            "superfluous ones before and behind",
            r#"{ any_of: [{ all_of: ["c", "a", "b"] }, { all_of: "b" }, { all_of: ["a", "b"] }, { all_of: ["a", "c"] }] }"#,
            r#"{ any_of: [{ all_of: ["a", "c"] }, { all_of: ["b"] }] }"#,
        ),
        (
            "those that only overlap stay",
            r#"{ any_of: [{ all_of: ["a", "b"] }, { all_of: ["b", "c"] }] }"#,
            r#"{ any_of: [{ all_of: ["a", "b"] }, { all_of: ["b", "c"] }] }"#,
        ),
        (
            "a prefix is another scope",
            r#"{ any_of: [{ all_of: "a" }, { all_of: "ab" }] }"#,
            r#"{ any_of: [{ all_of: ["a"] }, { all_of: ["ab"] }] }"#,
        ),
        ("public refuses nobody", "{ public: true mode: REPORT_ONLY stream_end: NEVER }", "{ public: true }"),
        (
            "what would hold stays",
            r#"{ any_of: [{ all_of: ["b", "a"] }, { all_of: "a" }] mode: REPORT_ONLY }"#,
            r#"{ all_of: ["a"] mode: REPORT_ONLY }"#,
        ),
        (
            "authenticated",
            "{ authenticated: true mode: REPORT_ONLY }",
            "{ authenticated: true mode: REPORT_ONLY }",
        ),
        (
            "optional refuses some",
            "{ optional: true mode: REPORT_ONLY }",
            "{ optional: true mode: REPORT_ONLY }",
        ),
    ];
    for (name, text, form) in cases {
        assert_eq!(canonical(text, false), form, "{name}");
        assert_eq!(canonical(text, true), form, "{name}, streaming");
    }
}

fn names(count: usize) -> impl DoubleEndedIterator<Item = String> {
    (0..count).map(|n| format!("\"s{n:02}\""))
}

fn many(count: usize) -> String {
    format!("{{ all_of: [{}] }}", names(count).rev().collect::<Vec<_>>().join(", "))
}

fn sorted(count: usize) -> String {
    format!("{{ all_of: [{}] }}", names(count).collect::<Vec<_>>().join(", "))
}

#[test]
fn the_end_of_a_stream_counts_where_there_is_one() {
    for kind in
        [r#"all_of: ["a"]"#, "authenticated: true", "optional: true", "authenticated: true mode: REPORT_ONLY"]
    {
        let text = format!("{{ {kind} stream_end: NEVER }}");
        assert_eq!(canonical(&text, true), text);
        assert_eq!(canonical(&text, false), format!("{{ {kind} }}"));
    }
}

/// Of few scopes, so that sets are often within each other.
fn rule() -> impl Strategy<Value = DeclaredRule> {
    // Rules of two scopes often mean the same.
    let sets = prop_oneof![vec(vec("[a-f]", 1..5), 1..7), vec(vec("[ab]", 1..3), 1..4)];
    let access = sets.prop_map(|sets| AccessRule::any_of(sets).expect("a rule"));
    let mode = prop_oneof![4 => Just(Mode::Enforce), 1 => Just(Mode::ReportOnly)];
    let stream_end = prop_oneof![Just(StreamEnd::AtExpiry), Just(StreamEnd::Never)];
    (access, mode, stream_end).prop_map(|(access, mode, end)| access.with_mode(mode).with_stream_end(end))
}

/// Every set of the six scopes that rules here name.
fn tokens() -> impl Iterator<Item = ScopeSet> {
    (0..64).map(|bits: u32| {
        scopes(
            &["a", "b", "c", "d", "e", "f"]
                .iter()
                .enumerate()
                .filter(|(bit, _)| bits >> bit & 1 == 1)
                .map(|(_, scope)| *scope)
                .collect::<Vec<_>>()
                .join(" "),
        )
    })
}

fn admitted(rule: &DeclaredRule) -> Vec<bool> {
    tokens().map(|token| rule.access().evaluate(&token).is_ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_form_means_what_the_rule_means_and_is_its_own(rule in rule(), is_streaming: bool) {
        let form = rule.canonical(is_streaming);
        prop_assert_eq!(admitted(&rule), admitted(&form));
        prop_assert_eq!(rule.mode(), form.mode());
        prop_assert!(!is_streaming || rule.stream_end() == form.stream_end());
        prop_assert_eq!(form.canonical(is_streaming).to_string(), form.to_string());
        let sets: Vec<&ScopeSet> = form.access().required().expect("scopes").iter().collect();
        for (index, set) in sets.iter().enumerate() {
            let others = sets.iter().enumerate().filter(|(other, _)| *other != index);
            prop_assert!(others.clone().all(|(_, other)| !other.is_subset_of(set)), "{}", form);
        }
    }

    #[test]
    fn one_meaning_has_one_form(one in rule(), other in rule(), is_streaming: bool) {
        let meaning = |rule: &DeclaredRule| (admitted(rule), rule.mode(), is_streaming.then(|| rule.stream_end()));
        let form = |rule: &DeclaredRule| rule.canonical(is_streaming).to_string();
        prop_assert_eq!(meaning(&one) == meaning(&other), form(&one) == form(&other), "{} and {}", one, other);
    }
}
