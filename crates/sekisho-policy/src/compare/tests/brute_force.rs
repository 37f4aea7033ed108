//! Each caller of a small world is asked of, by the contract's table and `AccessRule::evaluate`, and not by an `Admission`.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::{AccessRule, Mode, StreamEnd};

/// What a rule does for one caller. In the order of what the caller has of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Refused,
    /// Admitted, and cut when the token expires where there is a stream and a token.
    Admitted,
    /// Admitted with a token, for as long as the caller likes.
    ForGood,
}

/// The contract's table.
fn outcome((rule, is_streaming): (&DeclaredRule, bool), caller: &Caller) -> Outcome {
    let reports = rule.mode() == Mode::ReportOnly;
    let is_admitted = reports
        || match (rule.access(), caller) {
            (AccessRule::Public, _) | (AccessRule::Optional, Caller::NoToken) => true,
            (_, Caller::NoToken | Caller::InvalidToken) => false,
            (access, Caller::Token(scopes)) => access.evaluate(scopes).is_ok(),
        };
    // Streams are cut of callers who were verified. A public method verifies none, and one that reports cuts none.
    let is_cut = *rule.access() != AccessRule::Public
        && !reports
        && !(is_streaming && rule.stream_end() == StreamEnd::Never);
    match (is_admitted, caller) {
        (false, _) => Outcome::Refused,
        (true, Caller::Token(_)) if !is_cut => Outcome::ForGood,
        (true, _) => Outcome::Admitted,
    }
}

pub(super) const SCOPES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Every caller, the smallest first.
fn callers(scopes: &[&str]) -> Vec<Caller> {
    let mut tokens: Vec<Vec<&str>> = vec![Vec::new()];
    for scope in scopes {
        let with: Vec<Vec<&str>> = tokens.iter().map(|token| [&token[..], &[*scope]].concat()).collect();
        tokens.extend(with);
    }
    tokens.sort_by_key(Vec::len);
    let tokens = tokens.iter().map(|token| Caller::Token(self::scopes(&token.join(" "))));
    [Caller::NoToken, Caller::InvalidToken].into_iter().chain(tokens).collect()
}

fn rank(caller: &Caller) -> usize {
    match caller {
        Caller::NoToken => 0,
        Caller::InvalidToken => 1,
        Caller::Token(scopes) => 2 + scopes.len(),
    }
}

/// Checks a witness: it is there where it has to be, it is one, and there is no smaller one.
fn check_witness(
    witness: Option<&Witness>,
    less: &[Outcome],
    more: &[Outcome],
    callers: &[Caller],
    [on_call, on_stream]: [Effect; 2],
) {
    let differing = |is_call: bool| {
        let differs =
            move |(less, more): (&Outcome, &Outcome)| more > less && is_call == (*less == Outcome::Refused);
        less.iter().zip(more).zip(callers).filter(move |(pair, _)| differs(*pair)).map(|(_, caller)| caller)
    };
    let (smallest, effect) = match differing(true).next() {
        Some(caller) => (Some(caller), on_call),
        None => (differing(false).next(), on_stream),
    };
    assert_eq!(witness.map(|it| rank(it.caller())), smallest.map(rank), "{witness:?} and not {smallest:?}");
    if let Some(witness) = witness {
        assert_eq!(witness.effect(), effect);
        assert!(differing(effect == on_call).any(|caller| caller == witness.caller()), "{witness:?}");
    }
}

/// Compares two rules, and with it what each caller has of them.
pub(super) fn check(
    before: (&DeclaredRule, bool),
    after: (&DeclaredRule, bool),
    scopes: &[&str],
) -> Comparison {
    let callers = callers(scopes);
    let outcomes = |rule| callers.iter().map(|caller| outcome(rule, caller)).collect::<Vec<_>>();
    let (had, has) = (outcomes(before), outcomes(after));
    let change = compare(before, after);
    let gains = had.iter().zip(&has).any(|(had, has)| has > had);
    let loses = had.iter().zip(&has).any(|(had, has)| has < had);
    let verdict = match (gains, loses) {
        (false, false) => Verdict::Equivalent,
        (false, true) => Verdict::Tighter,
        (true, false) => Verdict::Looser,
        (true, true) => Verdict::Incomparable,
    };
    assert_eq!(change.verdict, verdict, "{before:?} -> {after:?}");
    let gained = [Effect::CanCall, Effect::StreamGoesOn];
    check_witness(change.gained.as_ref(), &had, &has, &callers, gained);
    check_witness(change.lost.as_ref(), &has, &had, &callers, [Effect::CannotCall, Effect::StreamEnds]);
    for (rule, outcomes) in [(before, &had), (after, &has)] {
        let admission = Admission::of(rule.0, rule.1);
        for (caller, outcome) in callers.iter().zip(outcomes) {
            assert_eq!(admission.admits(caller), *outcome > Outcome::Refused, "{rule:?}: {caller}");
        }
    }
    change
}

pub(super) type Sets = Vec<Vec<&'static str>>;

fn scope() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&SCOPES[..])
}

pub(super) fn sets() -> impl Strategy<Value = Sets> {
    vec(vec(scope(), 1..5), 1..6)
}

/// Most rules have scopes; of the others there are few.
fn declared(sets: Sets) -> impl Strategy<Value = DeclaredRule> {
    let scopes = AccessRule::any_of(sets).expect("no set is empty");
    let access = prop_oneof![
        7 => Just(scopes),
        1 => Just(AccessRule::Public),
        1 => Just(AccessRule::Authenticated),
        1 => Just(AccessRule::Optional),
    ];
    let mode = prop_oneof![7 => Just(Mode::Enforce), 1 => Just(Mode::ReportOnly)];
    let stream_end = prop_oneof![2 => Just(StreamEnd::AtExpiry), 1 => Just(StreamEnd::Never)];
    (access, mode, stream_end).prop_map(|(access, mode, end)| access.with_mode(mode).with_stream_end(end))
}

pub(super) fn any_rule() -> impl Strategy<Value = DeclaredRule> {
    sets().prop_flat_map(declared)
}

/// What an author does to alternatives: a scope more, a scope less, an alternative more, one less.
fn edited(sets: Sets) -> impl Strategy<Value = Sets> {
    let edit = (0..4_u8, any::<prop::sample::Index>(), any::<prop::sample::Index>(), scope());
    vec(edit, 0..4).prop_map(move |edits| {
        let mut sets = sets.clone();
        for (what, set, at, scope) in edits {
            let index = set.index(sets.len());
            match what {
                0 => sets[index].push(scope),
                1 if sets[index].len() > 1 => {
                    let at = at.index(sets[index].len());
                    sets[index].remove(at);
                }
                2 => sets.insert(index, vec![scope, SCOPES[at.index(6)]]),
                _ if sets.len() > 1 => drop(sets.remove(index)),
                _ => {}
            }
        }
        sets
    })
}

/// Two rules that have nothing to do with each other, or of which one was made of the other.
pub(super) fn two_rules() -> impl Strategy<Value = (DeclaredRule, DeclaredRule)> {
    let made_of_it =
        sets().prop_flat_map(|sets| (declared(sets.clone()), edited(sets).prop_flat_map(declared)));
    prop_oneof![1 => (any_rule(), any_rule()), 3 => made_of_it]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_verdict_is_what_every_caller_of_six_scopes_says((before, after) in two_rules(), streaming: (bool, bool)) {
        check((&before, streaming.0), (&after, streaming.0), &SCOPES);
        check((&before, streaming.0), (&after, streaming.1), &SCOPES);
    }
}

/// Every rule of two scopes.
pub(super) fn small_rules() -> Vec<(DeclaredRule, bool)> {
    let kinds = [
        "public: true",
        "authenticated: true",
        "optional: true",
        r#"all_of: "a""#,
        r#"all_of: "b""#,
        r#"all_of: ["a", "b"]"#,
        r#"any_of: [{ all_of: "a" }, { all_of: "b" }]"#,
    ];
    let mut rules = Vec::new();
    for kind in kinds {
        for settings in ["", "mode: REPORT_ONLY", "stream_end: NEVER", "mode: REPORT_ONLY stream_end: NEVER"]
        {
            let rule = rule(&format!("{{ {kind} {settings} }}"));
            rules.extend([(rule.clone(), false), (rule, true)]);
        }
    }
    rules
}

#[test]
fn every_pair_of_rules_of_two_scopes_is_compared_rightly() {
    let rules = small_rules();
    for (before, was_streaming) in &rules {
        for (after, is_streaming) in &rules {
            check((before, *was_streaming), (after, *is_streaming), &SCOPES[..2]);
        }
    }
}
