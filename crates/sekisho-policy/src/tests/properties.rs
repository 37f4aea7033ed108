//! What holds of every rule, every grant and every input.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::scope::{ScopeSet, ScopeToken};

/// Few enough that sets overlap often.
fn scope() -> impl Strategy<Value = String> {
    "[a-e]{1,2}"
}

fn rule() -> impl Strategy<Value = AccessRule> {
    vec(vec(scope(), 1..4), 1..4).prop_map(|sets| AccessRule::any_of(sets).expect("no set is empty"))
}

/// A kind as it is written, and the rule that it is.
fn kind() -> impl Strategy<Value = (String, AccessRule)> {
    let set = || vec(scope(), 1..4);
    let all_of =
        set().prop_map(|set| (format!("all_of: {set:?}"), AccessRule::all_of(&set).expect("a rule")));
    let any_of = vec(set(), 1..4).prop_map(|sets| {
        let texts: Vec<String> = sets.iter().map(|set| format!("{{ all_of: {set:?} }}")).collect();
        (format!("any_of: [{}]", texts.join(", ")), AccessRule::any_of(&sets).expect("a rule"))
    });
    prop_oneof![
        Just(("public: true".to_owned(), AccessRule::Public)),
        Just(("authenticated: true".to_owned(), AccessRule::Authenticated)),
        Just(("optional: true".to_owned(), AccessRule::Optional)),
        all_of,
        any_of,
    ]
}

/// What stands beside a kind as it is written, and what it says.
fn settings() -> impl Strategy<Value = ((&'static str, Mode), (&'static str, StreamEnd))> {
    let mode = prop_oneof![
        Just(("", Mode::Enforce)),
        Just(("mode: ENFORCE", Mode::Enforce)),
        Just(("mode: REPORT_ONLY", Mode::ReportOnly)),
    ];
    let stream_end = prop_oneof![
        Just(("", StreamEnd::AtExpiry)),
        Just(("stream_end: AT_EXPIRY", StreamEnd::AtExpiry)),
        Just(("stream_end: NEVER", StreamEnd::Never)),
    ];
    (mode, stream_end)
}

fn granted() -> impl Strategy<Value = ScopeSet> {
    vec(scope(), 0..6)
        .prop_map(|scopes| scopes.iter().map(|scope| ScopeToken::parse(scope).expect("a scope")).collect())
}

fn union(one: &ScopeSet, other: &ScopeSet) -> ScopeSet {
    let mut all = one.clone();
    all.append(other.clone());
    all
}

/// A method with this rule, after some others; all but a tenth of those name two further scopes each.
fn policy_with(rule: AccessRule, others: usize) -> Policy {
    let methods = (0..others).map(|n| format!("rpc A{n:02}(M) returns (M);")).collect::<Vec<_>>().concat();
    let set = descriptor_set(&format!("service S {{ {methods} rpc Get(M) returns (M); }}"));
    let builder = Policy::builder().descriptor_set(&set).rule("test.v1.S/Get", rule);
    let rule_of = |n: usize| match n % 20 {
        0 => AccessRule::Authenticated,
        10 => AccessRule::Optional,
        _ => AccessRule::any_of([[format!("a{n}"), "b".to_owned()], [format!("b{n}"), "c".to_owned()]])
            .expect("a rule"),
    };
    let with_rule = |builder: PolicyBuilder, n| builder.rule(format!("test.v1.S/A{n:02}"), rule_of(n));
    (0..others).fold(builder, with_rule).build().expect("a policy")
}

proptest! {
    #[test]
    fn a_rule_allows_just_those_who_have_a_whole_set(rule in rule(), granted in granted()) {
        let alternatives = rule.required().expect("scopes");
        let fulfils = |set: &ScopeSet| set.iter().all(|scope| granted.contains(scope));
        prop_assert_eq!(rule.evaluate(&granted).is_ok(), alternatives.iter().any(fulfils));
    }

    #[test]
    fn more_scopes_never_lose_access(rule in rule(), granted in granted(), more in granted()) {
        if rule.evaluate(&granted).is_ok() {
            prop_assert!(rule.evaluate(&union(&granted, &more)).is_ok());
        }
    }

    #[test]
    fn no_scope_never_gains_access(rule in rule()) {
        prop_assert!(rule.evaluate(&ScopeSet::new()).is_err());
    }

    #[test]
    fn each_alternative_that_is_missing_suffices_once_granted(rule in rule(), granted in granted()) {
        let Err(missing) = rule.evaluate(&granted) else { return Ok(()) };
        let required = rule.required().expect("scopes");
        prop_assert_eq!(missing.iter().len(), required.iter().len());
        for (missing, required) in missing.iter().zip(required.iter()) {
            prop_assert!(!missing.is_empty());
            prop_assert!(missing.iter().all(|scope| required.contains(scope)));
            prop_assert!(missing.iter().all(|scope| !granted.contains(scope)));
            prop_assert!(rule.evaluate(&union(&granted, missing)).is_ok());
        }
    }

    #[test]
    fn the_order_of_the_sets_decides_nothing(sets in vec(vec(scope(), 1..4), 1..4), granted in granted()) {
        let forwards = AccessRule::any_of(&sets).expect("a rule");
        let backwards = AccessRule::any_of(sets.iter().rev()).expect("a rule");
        prop_assert_eq!(forwards.evaluate(&granted).is_ok(), backwards.evaluate(&granted).is_ok());
    }

    #[test]
    fn a_rule_comes_back_from_its_descriptor((kind, rule) in kind(), (mode, stream_end) in settings()) {
        let option = format!("option (sekisho.v1.access) = {{ {} {kind} {} }};", stream_end.0, mode.0);
        let policy = policy(&format!("service S {{ rpc Get(M) returns (M) {{ {option} }} }}"));
        let method = policy.method("/test.v1.S/Get").expect("the method");
        prop_assert_eq!(method.rule(), &rule);
        prop_assert_eq!((method.mode(), method.stream_end()), (mode.1, stream_end.1));
    }

    /// Whatever each of the two says.
    #[test]
    fn two_kinds_are_never_one_rule((one, _) in kind(), (other, _) in kind(), (mode, _) in settings()) {
        let name = |kind: &str| kind.split(':').next().unwrap_or_default().to_owned();
        prop_assume!(name(&one) != name(&other));
        let option = format!("option (sekisho.v1.access) = {{ {one} {} {other} }};", mode.0);
        let text = faults_of(&format!("service S {{ rpc Get(M) returns (M) {{ {option} }} }}"));
        prop_assert!(text.contains("write exactly one of them"), "{}", text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = Policy::from_descriptor_set(&bytes);
    }

    #[test]
    fn no_damage_to_a_descriptor_set_makes_it_panic(
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut set = descriptor_set(
            r#"service S {
                rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" mode: REPORT_ONLY stream_end: NEVER }; }
            }"#,
        );
        for (at, byte) in damage {
            let at = at.index(set.len());
            set[at] = byte;
        }
        let _ = Policy::from_descriptor_set(&set);
    }
}

proptest! {
    // Each reads a policy.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Where all scopes of the policy have a number, it allows no less either.
    #[test]
    fn what_is_known_allows_no_more_than_the_rule(
        rule in rule(),
        others in prop_oneof![Just(12), Just(40)],
        granted in vec("[a-e][1-3]?", 0..6),
    ) {
        let policy = policy_with(rule, others);
        let granted = ScopeSet::parse_each(&granted).expect("scopes");
        let known = policy.known_scopes(&granted);
        for method in policy.methods() {
            let is_allowed = method.rule().evaluate(&granted).is_ok();
            prop_assert!(is_allowed || !method.allows(known), "{}", method.path());
            prop_assert!(method.allows(known) == is_allowed || others == 40, "{}", method.path());
        }
        let another = policy_with(AccessRule::Authenticated, 0);
        prop_assert!(policy.methods().all(|method| !method.allows(another.known_scopes(&granted))));
        prop_assert!(another.methods().all(|method| method.allows(another.known_scopes(&granted))));
    }
}
