//! What holds of every comparison, whatever a rule means.

use proptest::prelude::*;

use super::brute_force::{any_rule, small_rules, two_rules};
use super::*;
use crate::Mode;

fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Looser => Verdict::Tighter,
        Verdict::Tighter => Verdict::Looser,
        other => other,
    }
}

fn mirrored_effect(effect: Effect) -> Effect {
    match effect {
        Effect::CanCall => Effect::CannotCall,
        Effect::CannotCall => Effect::CanCall,
        Effect::StreamGoesOn => Effect::StreamEnds,
        Effect::StreamEnds => Effect::StreamGoesOn,
    }
}

fn mirrored_witness(witness: &Witness) -> Witness {
    Witness::new(witness.caller().clone(), mirrored_effect(witness.effect()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn the_way_back_is_the_mirror((one, other) in two_rules(), streaming: (bool, bool)) {
        let there = compare((&one, streaming.0), (&other, streaming.1));
        let back = compare((&other, streaming.1), (&one, streaming.0));
        prop_assert_eq!(back.verdict, mirrored(there.verdict));
        prop_assert_eq!(back.gained, there.lost.as_ref().map(mirrored_witness));
        prop_assert_eq!(back.lost, there.gained.as_ref().map(mirrored_witness));
    }

    #[test]
    fn a_rule_is_its_own_equal(rule in any_rule(), is_streaming: bool) {
        let same = Comparison { verdict: Verdict::Equivalent, gained: None, lost: None };
        prop_assert_eq!(&compare((&rule, is_streaming), (&rule, is_streaming)), &same);
        let form = rule.canonical(is_streaming);
        prop_assert_eq!(&compare((&rule, is_streaming), (&form, is_streaming)), &same, "{} and {}", rule, form);
    }

    /// A lock that is compared by its text says no other thing than this. Of what only reports, the form says more.
    #[test]
    fn one_form_is_one_meaning((one, other) in two_rules(), is_streaming: bool) {
        let (form, other_form) = (one.canonical(is_streaming), other.canonical(is_streaming));
        let is_equal = form.to_string() == other_form.to_string();
        let means_the_same = compare((&one, is_streaming), (&other, is_streaming)).verdict == Verdict::Equivalent;
        prop_assert!(means_the_same || !is_equal, "{}", form);
        let is_enforced = [&one, &other].iter().all(|rule| rule.mode() == Mode::Enforce);
        prop_assert!(!is_enforced || is_equal == means_the_same, "{} and {}", form, other_form);
    }

    /// Who gains by two changes gains by one of them.
    #[test]
    fn two_changes_give_no_more_than_each((one, second) in two_rules(), third in any_rule(), is_streaming: bool) {
        let gains = |before, after| compare((before, is_streaming), (after, is_streaming)).gained.is_some();
        prop_assert!(!gains(&one, &third) || gains(&one, &second) || gains(&second, &third));
    }
}

#[test]
fn two_looser_changes_are_a_looser_one() {
    let rules = small_rules();
    let is_at_most = |one: &(DeclaredRule, bool), other: &(DeclaredRule, bool)| {
        compare((&one.0, one.1), (&other.0, other.1)).lost.is_none()
    };
    let order: Vec<Vec<bool>> =
        rules.iter().map(|one| rules.iter().map(|other| is_at_most(one, other)).collect()).collect();
    for (first, row) in order.iter().enumerate() {
        for second in (0..rules.len()).filter(|second| row[*second]) {
            for third in (0..rules.len()).filter(|third| order[second][*third]) {
                assert!(row[third], "{:?}, {:?}, {:?}", rules[first], rules[second], rules[third]);
            }
        }
    }
}
