//! What becomes of each method between two locks.

use std::collections::HashSet;

use super::rename::renames;
use super::{Entry, Fingerprint, Lock};
use crate::compare::{Comparison, Verdict, Witness, added, compare, removed};

/// What becomes of one method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    verdict: Verdict,
    before: Option<Entry>,
    after: Option<Entry>,
    gained: Option<Witness>,
    lost: Option<Witness>,
}

/// What becomes of each method, the unchanged ones too: one change for each, by the name that it has now. A removed method
/// and an added one are told as one that is renamed where request, response and streaming agree.
///
/// An added method that admits whoever has no token is told as renamed only where no other method of either lock has its
/// request and response (as a stream or not; a method that [`Lock::only`] left out is one too), and neither is a message of Google's, such as `google.protobuf.Empty`: what is open to anyone is
/// not to pass as the new name of something else.
pub fn changes(before: &Lock, after: &Lock) -> Vec<Change> {
    let renames = renames(before, after);
    let of = |entry: &Entry| match before.entry(entry.name()).or_else(|| renames.get(entry.name()).copied()) {
        Some(before) => Change::between(before, entry),
        None => Change::added(entry),
    };
    let mut changes: Vec<Change> = after.entries().iter().map(of).collect();
    let former: HashSet<&str> = renames.values().map(|entry| entry.name()).collect();
    let is_removed = |entry: &&Entry| after.entry(entry.name()).is_none() && !former.contains(entry.name());
    changes.extend(before.entries().iter().filter(is_removed).map(Change::removed));
    changes.sort_by(|one, other| one.name().cmp(other.name()));
    changes
}

impl Change {
    fn between(before: &Entry, after: &Entry) -> Self {
        Self::of(Some(before), Some(after), compare(before.compared(), after.compared()))
    }

    fn added(after: &Entry) -> Self {
        Self::of(None, Some(after), added(after.compared()))
    }

    fn removed(before: &Entry) -> Self {
        Self::of(Some(before), None, removed(before.compared()))
    }

    fn of(before: Option<&Entry>, after: Option<&Entry>, comparison: Comparison) -> Self {
        let Comparison { verdict, gained, lost, .. } = comparison;
        Self { verdict, before: before.cloned(), after: after.cloned(), gained, lost }
    }

    /// What becomes of it.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The method as it was, if there was one.
    pub fn before(&self) -> Option<&Entry> {
        self.before.as_ref()
    }

    /// The method as it is, if there is one.
    pub fn after(&self) -> Option<&Entry> {
        self.after.as_ref()
    }

    /// A smallest caller who can call now and could not before.
    pub fn gained(&self) -> Option<&Witness> {
        self.gained.as_ref()
    }

    /// A smallest caller who could call before and cannot now.
    pub fn lost(&self) -> Option<&Witness> {
        self.lost.as_ref()
    }

    /// The method's name now; of a removed one, what it was.
    pub fn name(&self) -> &str {
        self.after().or(self.before()).map_or("", Entry::name)
    }

    /// Whether the method had another name.
    pub fn is_rename(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.name() != after.name())
    }

    /// Whether name and rule are what they were.
    pub fn keeps_rule(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after))
            if before.name() == after.name() && before.rule() == after.rule())
    }

    /// Whether the line of the lock is what it was: name, messages, streaming and rule.
    pub fn keeps_line(&self) -> bool {
        self.before == self.after
    }

    /// Whether somebody has to look at it: it is looser, incomparable, or an added method that admits whoever has no token.
    pub fn needs_acknowledgement(&self) -> bool {
        match self.verdict {
            Verdict::Looser | Verdict::Incomparable => true,
            Verdict::Added => self.after().is_some_and(Entry::admits_without_token),
            Verdict::Equivalent | Verdict::Tighter | Verdict::Removed => false,
        }
    }

    /// Of the method's line before and after.
    pub fn fingerprints(&self) -> (Option<Fingerprint>, Option<Fingerprint>) {
        (self.before().map(Entry::fingerprint), self.after().map(Entry::fingerprint))
    }

    /// The witnesses as sentences: first who can call now, then who no longer can.
    pub fn witnesses(&self) -> Vec<String> {
        let name = self.name();
        self.gained().into_iter().chain(self.lost()).map(|witness| witness.tell(name)).collect()
    }
}
