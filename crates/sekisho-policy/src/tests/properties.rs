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

fn granted() -> impl Strategy<Value = ScopeSet> {
    vec(scope(), 0..6)
        .prop_map(|scopes| scopes.iter().map(|scope| ScopeToken::parse(scope).expect("a scope")).collect())
}

fn union(one: &ScopeSet, other: &ScopeSet) -> ScopeSet {
    one.iter().chain(other.iter()).cloned().collect()
}

proptest! {
    #[test]
    fn a_rule_allows_just_those_who_have_a_whole_set(rule in rule(), granted in granted()) {
        let alternatives = rule.required().expect("scopes");
        let fulfils = |set: &ScopeSet| set.iter().all(|scope| granted.contains(scope.as_str()));
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
            prop_assert!(missing.iter().all(|scope| required.contains(scope.as_str())));
            prop_assert!(missing.iter().all(|scope| !granted.contains(scope.as_str())));
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
    fn a_rule_comes_back_from_its_descriptor(sets in vec(vec(scope(), 1..4), 1..4)) {
        let sets_as_text: Vec<String> = sets.iter().map(|set| format!("{{ all_of: {set:?} }}")).collect();
        let option = format!("option (sekisho.v1.access) = {{ any_of: [{}] }};", sets_as_text.join(", "));
        let policy = policy(&format!("service S {{ rpc Get(M) returns (M) {{ {option} }} }}"));
        let method = policy.method("/test.v1.S/Get").expect("the method");
        prop_assert_eq!(method.rule(), &AccessRule::any_of(&sets).expect("a rule"));
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
            r#"service S { rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "a" }; } }"#,
        );
        for (at, byte) in damage {
            let at = at.index(set.len());
            set[at] = byte;
        }
        let _ = Policy::from_descriptor_set(&set);
    }
}
