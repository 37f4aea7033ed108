//! Changes of rules: in words, against an evaluator of another kind, and by their laws.

mod brute_force;
mod laws;
mod table;

use super::*;
use crate::tests::scopes;

fn rule(text: &str) -> DeclaredRule {
    text.parse().expect(text)
}

#[test]
fn a_verdict_comes_back_from_its_word() {
    let words = ["equivalent", "tighter", "looser", "incomparable", "added", "removed"];
    for word in words {
        let verdict: Verdict = word.parse().expect(word);
        assert_eq!((verdict.as_str(), verdict.to_string().as_str()), (word, word));
    }
    assert_eq!(format!("{:>8}|{:<8}|", Verdict::Looser, Verdict::Added), "  looser|added   |");
    for word in ["", "Looser", "looser ", "loose"] {
        assert_eq!(word.parse::<Verdict>(), Err(UnknownVerdict), "{word:?}");
    }
}

#[test]
fn callers_are_told_in_words() {
    let cases = [
        (Caller::NoToken, "a caller without a token"),
        (Caller::InvalidToken, "a caller with an invalid token"),
        (Caller::Token(scopes("")), "a token without scopes"),
        (Caller::Token(scopes("a")), "a token with only `a`"),
        (Caller::Token(scopes("b a")), "a token with only `b` and `a`"),
        (Caller::Token(scopes("a b c")), "a token with only `a`, `b` and `c`"),
    ];
    for (caller, words) in cases {
        assert_eq!(caller.to_string(), words);
    }
}

#[test]
fn an_admission_is_asked_for_one_caller() {
    let cases = [
        ("{ public: true }", [true, true, true, true]),
        ("{ authenticated: true }", [false, false, true, true]),
        ("{ optional: true }", [true, false, true, true]),
        ("{ all_of: \"a\" }", [false, false, false, true]),
        ("{ any_of: [{ all_of: [\"a\", \"x\"] }, { all_of: \"a\" }] }", [false, false, false, true]),
        ("{ all_of: \"x\" }", [false, false, false, false]),
        ("{ all_of: \"x\" mode: REPORT_ONLY }", [true, true, true, true]),
        ("{ optional: true mode: REPORT_ONLY }", [true, true, true, true]),
    ];
    let token = |text| Caller::Token(scopes(text));
    let callers = [Caller::NoToken, Caller::InvalidToken, token(""), token("b a")];
    for (text, admits) in cases {
        let rule = rule(text);
        for is_streaming in [false, true] {
            let admission = Admission::of(&rule, is_streaming);
            assert_eq!(callers.each_ref().map(|caller| admission.admits(caller)), admits, "{text}");
            assert_eq!(admission.admits_without_token(), admits[0], "{text}");
        }
    }
}

#[test]
fn an_added_and_a_removed_method_are_told_by_a_smallest_caller() {
    for (rule_text, who) in [
        ("{ public: true }", "a caller without a token"),
        ("{ optional: true }", "a caller without a token"),
        (r#"{ all_of: "a" mode: REPORT_ONLY }"#, "a caller without a token"),
        ("{ authenticated: true }", "a token without scopes"),
        (
            r#"{ any_of: [{ all_of: ["a", "b"] }, { all_of: "z" }, { all_of: "y" }] }"#,
            "a token with only `y`",
        ),
    ] {
        let rule = rule(rule_text);
        let told = |witness: Option<Witness>| witness.map(|witness| witness.tell("t.S/M"));
        let new = added((&rule, true));
        assert_eq!((new.verdict, told(new.lost)), (Verdict::Added, None), "{rule_text}");
        assert_eq!(told(new.gained), Some(format!("{who} can now call `t.S/M`")), "{rule_text}");
        let gone = removed((&rule, true));
        assert_eq!((gone.verdict, told(gone.gained)), (Verdict::Removed, None), "{rule_text}");
        assert_eq!(told(gone.lost), Some(format!("{who} no longer can call `t.S/M`")), "{rule_text}");
    }
}
