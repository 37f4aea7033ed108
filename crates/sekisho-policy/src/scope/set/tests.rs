//! Sets of few scopes and of many.

use proptest::prelude::*;

use super::*;

proptest! {
    /// Read from a text, one by one, or put together from two sets; few scopes and many.
    #[test]
    fn a_set_is_a_list_without_repetitions(scopes in proptest::collection::vec("[a-d/]{1,3}", 0..60), at in 0..60_usize) {
        let mut unique: Vec<&str> = Vec::new();
        for scope in &scopes {
            if !unique.contains(&scope.as_str()) {
                unique.push(scope);
            }
        }
        let set: ScopeSet = scopes.join(" ").parse()?;
        let (one, other) = scopes.split_at(at.min(scopes.len()));
        let mut joined = ScopeSet::parse_each(one)?;
        joined.append(ScopeSet::parse_each(other)?);
        for set in [&set, &joined] {
            prop_assert_eq!(&set.iter().collect::<Vec<_>>(), &unique);
            prop_assert_eq!((set.len(), set.is_empty()), (unique.len(), unique.is_empty()));
            prop_assert_eq!(set.to_string(), unique.join(" "));
            prop_assert!(set.heap_size() >= set.to_string().len());
        }
        let (prefix, each): (ScopePrefix, _) = ("a/".parse()?, |scope: &str| ScopeToken::parse(scope));
        let written: Vec<_> = unique.iter().map(|scope| Ok(prefix.put_on(&each(scope)?))).collect::<Result<_, InvalidScope>>()?;
        prop_assert_eq!(set.with_prefix(&prefix), written.into_iter().collect());
        let named: Vec<_> = unique.iter().map(|scope| Ok(prefix.take_off(&each(scope)?))).collect::<Result<_, InvalidScope>>()?;
        prop_assert_eq!(set.without_prefix(&prefix), named.into_iter().collect());
    }
}

#[test]
fn a_set_keeps_each_scope_once_in_order() {
    let set: ScopeSet = "b a  b c ".parse().expect("scopes");
    assert_eq!(set.to_string(), "b a c");
    assert_eq!("".parse::<ScopeSet>().map(|set| set.len()), Ok(0));
    assert!(ScopeSet::new().is_empty() && !ScopeSet::new().contains(""));
    assert_eq!(ScopeSet::parse_each(["a", "b c"]), Err(InvalidScope::Character { character: ' ' }));
}

#[test]
fn few_scopes_and_many_are_a_set_alike() {
    for count in [1, FEW - 1, FEW, FEW + 1, 40] {
        let names: Vec<String> = (0..count).map(|n| format!("s{n}")).collect();
        let set: ScopeSet = names.join(" ").parse().expect("scopes");
        assert_eq!(set.iter().collect::<Vec<_>>(), names, "in order");
        assert!(names.iter().all(|name| set.contains(name)), "{count}");
        for other in ["", " ", "s", "S0", "s0 ", "s0 s1", &format!("s{count}")] {
            assert!(!set.contains(other), "{other:?} of {count}");
        }
        let mut again: ScopeSet = names.iter().rev().map(|name| name.parse().expect("a scope")).collect();
        again.append(set.clone());
        again.shrink_to_fit();
        assert_eq!(again, set, "each once, in another order");
        again.insert(&"more".parse().expect("a scope"));
        assert_ne!(again, set, "{count}");
        assert!(set.is_subset_of(&again) && !again.is_subset_of(&set), "{count}");
    }
}

#[test]
fn what_is_missing_is_what_was_asked_for_less_what_was_granted() {
    let asked: ScopeSet = "a b c".parse().expect("scopes");
    let granted: ScopeSet = "b B".parse().expect("scopes");
    assert_eq!(asked.missing_from(&granted).to_string(), "a c");
    assert!(asked.missing_from(&asked).is_empty());
}
