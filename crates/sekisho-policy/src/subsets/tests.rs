//! Each way to look for a set within another one, against a look at every pair.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::AccessRule;

/// Of more scopes than a word has bits, most of them rare; or of few.
fn sets() -> impl Strategy<Value = Vec<Vec<String>>> {
    let scope = prop_oneof![3 => 0..6_u8, 1 => 0..90_u8].prop_map(|n| format!("s{n}"));
    let fillers = prop_oneof![Just(0), Just(90_u8)];
    (vec(vec(scope, 1..8), 1..40), fillers).prop_map(|(mut sets, fillers)| {
        sets.extend((0..fillers).map(|n| vec![format!("s{n}"), format!("t{n}")]));
        sets
    })
}

fn alternatives(sets: &[Vec<String>]) -> Alternatives {
    let rule = AccessRule::any_of(sets).expect("no set is empty");
    rule.required().expect("scopes").clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn both_ways_find_what_is_there(sets in sets(), wanted in vec("s([0-9]|[1-8][0-9])|other", 0..12)) {
        let sets = alternatives(&sets);
        let index = Subsets::of(&sets);
        let wanted = ScopeSet::parse_each(&wanted).expect("scopes");
        let is_there = sets.iter().any(|set| set.is_subset_of(&wanted));
        let numbers = known(&index.numbers, &wanted);
        prop_assert_eq!(index.search(&numbers, usize::MAX, usize::MAX), Some(is_there));
        prop_assert_eq!(index.scan(&numbers, usize::MAX), is_there);
        prop_assert_eq!(index.has_subset_of(&wanted), is_there);
    }

    #[test]
    fn both_ways_find_what_is_superfluous(sets in sets()) {
        let sets = alternatives(&sets);
        let index = Subsets::of(&sets);
        let minimal: Vec<&ScopeSet> = index.minimal().collect();
        for row in &index.rows {
            let is_other = |set: &&ScopeSet| *set != row.set && set.is_subset_of(row.set);
            let is_superfluous = sets.iter().any(|set| is_other(&set));
            let below = row.numbers.len();
            prop_assert_eq!(index.search(&row.numbers, below, usize::MAX), Some(is_superfluous));
            prop_assert_eq!(index.scan(&row.numbers, below), is_superfluous);
            let is_kept = minimal.iter().any(|set| std::ptr::eq(*set, row.set));
            prop_assert_eq!(is_kept, !is_superfluous);
        }
    }

    /// However early a search is given up, the answer is the same.
    #[test]
    fn a_search_that_is_given_up_has_no_answer(sets in sets(), steps in 0..30_usize) {
        let sets = alternatives(&sets);
        let index = Subsets::of(&sets);
        for row in &index.rows {
            let all = index.search(&row.numbers, usize::MAX, usize::MAX);
            let some = index.search(&row.numbers, usize::MAX, steps);
            prop_assert!(some.is_none() || some == all);
        }
    }
}

/// Else a scan would look at every row in full.
#[test]
fn a_word_tells_the_most_frequent_scopes_apart() {
    assert_eq!([frequent(&[0], 2), frequent(&[1], 2), frequent(&[0, 1], 2)], [0b10, 0b01, 0b11]);
    // Of 66 scopes the two rarest have no bit.
    assert_eq!([frequent(&[0, 1], 66), frequent(&[1, 2], 66), frequent(&[65], 66)], [0, 1 << 63, 1]);
}

#[test]
fn no_search_goes_on_for_long() {
    let sets = alternatives(&[vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()]]);
    let index = Subsets::of(&sets);
    let wanted = known(&index.numbers, &"b".parse().expect("scopes"));
    assert_eq!(index.search(&wanted, usize::MAX, 0), None);
    assert_eq!(index.search(&wanted, usize::MAX, 3), Some(false));
}

/// With so few steps a set, a rule of many alternatives takes no time that grows with their square.
#[test]
fn among_many_sets_a_search_takes_a_few_steps() {
    let families: [fn(usize) -> Vec<String>; 5] = [
        |n| vec![format!("a{n}")],
        |n| vec![format!("a{}", n / 100), format!("b{}", n % 100)],
        |n| vec!["common".to_owned(), format!("a{n}")],
        |n| vec![format!("a{}", n % 7), format!("b{}", n % 11), format!("c{n}")],
        |n| {
            (0..13)
                .filter(|bit| n >> bit & 1 == 1)
                .map(|bit| format!("b{bit}"))
                .chain([format!("c{n}")])
                .collect()
        },
    ];
    for of in families {
        let sets = alternatives(&(0..10_000).map(of).collect::<Vec<_>>());
        let index = Subsets::of(&sets);
        assert_eq!(index.rows.len(), 10_000);
        for row in &index.rows {
            assert_eq!(index.search(&row.numbers, row.numbers.len(), 20), Some(false), "{:?}", row.set);
            assert_eq!(index.search(&row.numbers, usize::MAX, 20), Some(true), "{:?}", row.set);
        }
    }
}
