//! What holds of all locks.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::ack::{Acknowledgements, line_for};

fn rule() -> impl Strategy<Value = String> {
    let scope = || prop_oneof![Just("a"), Just("b"), Just("c"), Just("`|<!--"), Just("(x)")];
    let set = move || vec(scope(), 1..3).prop_map(|set| format!("all_of: {set:?}"));
    let kind = prop_oneof![
        Just("public: true".to_owned()),
        Just("optional: true".to_owned()),
        Just("authenticated: true".to_owned()),
        set(),
        vec(set(), 1..4).prop_map(|sets| format!("any_of: [{{ {} }}]", sets.join(" }, { "))),
    ];
    let beside = prop::sample::select(vec!["", "mode: REPORT_ONLY", "stream_end: NEVER"]);
    (kind, beside).prop_map(|(kind, beside)| format!("{{ {kind} {beside} }}"))
}

fn line() -> impl Strategy<Value = String> {
    let message = || prop::sample::select(vec!["t.A", "stream t.A", "google.protobuf.Empty", "t.Order"]);
    (message(), message(), rule())
        .prop_map(|(request, response, rule)| format!("({request}) returns ({response}) {rule}"))
}

fn a_lock() -> impl Strategy<Value = Lock> {
    btree_map("[ab](\\.[ST])?/[MN]{1,2}", line(), 0..8).prop_map(|lines| {
        let lines: Vec<String> = lines.iter().map(|(name, line)| format!("{name} {line}")).collect();
        lock(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

proptest! {
    #[test]
    fn a_lock_comes_back_from_its_text(lock in a_lock()) {
        let text = lock.to_string();
        let back = Lock::parse(&text).expect("what was written");
        prop_assert_eq!(&back, &lock);
        prop_assert_eq!(back.to_string(), text);
    }

    #[test]
    fn the_order_of_the_lines_says_nothing(
        (lines, shuffled) in a_lock().prop_flat_map(|lock| {
            let lines: Vec<String> = lock.entries().iter().map(ToString::to_string).collect();
            (Just(lines.clone()), Just(lines).prop_shuffle())
        }),
    ) {
        let read = |lines: &[String]| lock(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(read(&lines), read(&shuffled));
    }

    /// Every method of either lock is told exactly once, and none changes between a lock and itself.
    #[test]
    fn each_method_is_told_once(before in a_lock(), after in a_lock()) {
        let changes = changes(&before, &after);
        let mut names: Vec<&str> = changes.iter().filter_map(|change| change.before().map(Entry::name)).collect();
        names.sort_unstable();
        prop_assert_eq!(names, before.entries().iter().map(Entry::name).collect::<Vec<_>>());
        let names: Vec<&str> = changes.iter().filter_map(|change| change.after().map(Entry::name)).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, after.entries().iter().map(Entry::name).collect::<Vec<_>>());
        for change in &changes {
            if change.is_rename() {
                let (old, new) = (change.before().expect("one"), change.after().expect("one"));
                prop_assert!(after.entry(old.name()).is_none() && before.entry(new.name()).is_none());
                prop_assert_eq!(old.signature(), new.signature());
            }
        }
        prop_assert!(super::changes(&after, &after).iter().all(|change| change.keeps_line()
            && change.verdict() == Verdict::Equivalent && change.witnesses().is_empty()));
    }

    /// To tell a rename as one hides no addition that would fail by itself, but where nothing but a rename can be meant.
    #[test]
    fn a_rename_hides_no_open_method(before in a_lock(), after in a_lock()) {
        for change in changes(&before, &after).iter().filter(|change| change.is_rename()) {
            let entry = change.after().expect("one");
            let is_open = super::changes(&Lock::default(), &lock(&[&entry.to_string()]))[0].needs_acknowledgement();
            let has_messages = |other: &&Entry| (other.request(), other.response()) == (entry.request(), entry.response());
            let same = |lock: &Lock| lock.entries().iter().filter(has_messages).count();
            prop_assert!(!is_open || change.needs_acknowledgement() || (same(&before), same(&after)) == (1, 1));
        }
    }

    #[test]
    fn it_fails_where_a_failing_change_is_uncovered_and_nowhere_else(
        before in a_lock(),
        after in a_lock(),
        which in vec(any::<bool>(), 16),
    ) {
        let changes = changes(&before, &after);
        let failing: Vec<&Change> = changes.iter().filter(|change| change.needs_acknowledgement()).collect();
        let lines = failing.iter().zip(&which).filter(|(_, is_covered)| **is_covered);
        let text: Vec<String> = lines.map(|(change, _)| line_for(change, "agreed")).collect();
        let acknowledgements = Acknowledgements::parse(&text.join("\n")).expect("lines");
        let judgement = judge(&changes, &acknowledgements);
        let uncovered = failing.iter().zip(&which).filter(|(_, is_covered)| !**is_covered).count();
        prop_assert_eq!(judgement.failing().len(), uncovered);
        prop_assert_eq!(judgement.passes(), uncovered == 0);
        prop_assert_eq!(judgement.acknowledged().len(), text.len());
        prop_assert!(judgement.idle().is_empty());
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", at in any::<prop::sample::Index>(), lock in a_lock()) {
        let _ = Lock::parse(&text);
        let _ = Acknowledgements::parse(&text);
        let mut damaged = lock.to_string();
        let at = (0..=at.index(damaged.len())).rev().find(|at| damaged.is_char_boundary(*at)).unwrap_or(0);
        damaged.insert_str(at, &text);
        let _ = Lock::parse(&damaged);
    }
}
