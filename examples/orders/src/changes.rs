//! What has happened to orders, as long as it is kept.

use std::collections::VecDeque;

use crate::proto::FollowOrdersResponse;
use crate::proto::follow_orders_response::Change;

/// How many changes are kept, of all owners together. What callers can fill needs a bound.
const KEPT: usize = 10_000;

/// How many changes are read at a time, which is what a stream holds for a client that reads slowly.
const BATCH: usize = 100;

/// The latest changes. Each has a number, which rises by one.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Up to the one of the number `last`.
    kept: VecDeque<(String, Change)>,
    last: u64,
}

/// Changes of one owner's orders, and up to which number there is no other.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) changes: VecDeque<FollowOrdersResponse>,
    pub(crate) seen: u64,
}

impl Changes {
    /// The number of the latest one.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    pub(crate) fn add(&mut self, owner: String, change: Change) {
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((owner, change));
        self.last += 1;
    }

    /// The next ones of `owner`; none where one after `after` may have been forgotten, or where there is no such number.
    pub(crate) fn after(&self, owner: &str, after: u64) -> Option<Batch> {
        let forgotten = self.last - self.kept.len() as u64;
        let known = usize::try_from(after.checked_sub(forgotten)?).ok()?;
        if after > self.last {
            return None;
        }
        let numbered = (after + 1..).zip(self.kept.range(known..));
        let own = numbered.filter(|(_, (of, _))| of == owner);
        let changes: VecDeque<_> = own
            .map(|(number, (_, change))| FollowOrdersResponse { number, change: Some(change.clone()) })
            .take(BATCH)
            .collect();
        let is_full = changes.len() == BATCH;
        let seen = changes.back().filter(|_| is_full).map_or(self.last, |change| change.number);
        Some(Batch { changes, seen })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: usize) -> Changes {
        let mut all = Changes::default();
        for number in 1..=changes {
            let owner = if number % 2 == 0 { "even" } else { "odd" };
            all.add(owner.to_owned(), Change::Deleted(number.to_string()));
        }
        all
    }

    fn numbers(batch: &Batch) -> Vec<u64> {
        batch.changes.iter().map(|change| change.number).collect()
    }

    #[test]
    fn each_owner_gets_those_after_the_marker() {
        let changes = with(6);
        for (owner, after, expected) in
            [("even", 0, vec![2, 4, 6]), ("even", 2, vec![4, 6]), ("odd", 2, vec![3, 5]), ("odd", 6, vec![])]
        {
            let batch = changes.after(owner, after).expect("a batch");
            assert_eq!((numbers(&batch), batch.seen), (expected, 6), "{owner} after {after}");
        }
        let change = changes.after("odd", 4).expect("a batch").changes.pop_front();
        assert_eq!(change.and_then(|change| change.change), Some(Change::Deleted("5".to_owned())));
    }

    #[test]
    fn batches_are_bounded_and_leave_none_out() {
        let changes = with(1_000);
        let (mut seen, mut found) = (0, Vec::new());
        while seen < changes.last() {
            let batch = changes.after("odd", seen).expect("a batch");
            assert!(batch.changes.len() <= BATCH);
            found.extend(numbers(&batch));
            seen = batch.seen;
        }
        assert_eq!(found, (1..1_000).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn a_marker_is_refused_where_a_change_after_it_is_forgotten_or_none_was_made() {
        let changes = with(KEPT + 3);
        assert_eq!(changes.kept.len(), KEPT);
        assert!(changes.after("odd", 2).is_none(), "the change 3 is forgotten");
        assert_eq!(numbers(&changes.after("even", 3).expect("a batch"))[0], 4);
        let last = changes.last();
        assert!(changes.after("odd", last).is_some_and(|batch| batch.changes.is_empty()));
        assert!(changes.after("odd", last + 1).is_none());
        assert!(changes.after("odd", u64::MAX).is_none());
    }
}
