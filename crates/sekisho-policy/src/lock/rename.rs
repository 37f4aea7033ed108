//! Which removed method is told as the former name of which added one.
//!
//! A pair is judged by both of its rules, so that it can make an addition fail that would pass by itself: one that asks for
//! less than the method did whose name it takes. It must not do the opposite. By itself an added method fails only where it
//! admits whoever has no token; such a one is paired only where nothing but a rename can be meant ([`is_certain`]).

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::Lock;
use super::entry::{Entry, Signature};

/// Former names by what they are called now.
pub(super) type Renames<'a> = HashMap<&'a str, &'a Entry>;

/// Each method of `after` that `before` has under another name. Request, response and streaming agree; of several
/// candidates the one with the same service and method in another package, else with the same method, else in the same
/// service, else the first by name.
pub(super) fn renames<'a>(before: &'a Lock, after: &'a Lock) -> Renames<'a> {
    let counts = (counts(before), counts(after));
    let is_alone = |entry: &Entry| before.others.lack(entry) && after.others.lack(entry);
    let is_candidate = |added: &&Entry| {
        !added.admits_without_token() || is_certain(added.signature(), &counts) && is_alone(added)
    };
    let mut groups: HashMap<&Signature, Group<'a>> = HashMap::new();
    for removed in before.entries().iter().filter(|entry| after.entry(entry.name()).is_none()) {
        groups.entry(removed.signature()).or_default().removed.push(removed);
    }
    let added = after.entries().iter().filter(|entry| before.entry(entry.name()).is_none());
    for added in added.filter(is_candidate) {
        groups.entry(added.signature()).or_default().added.push(added);
    }
    groups.into_values().flat_map(Group::pairs).map(|(removed, added)| (added.name(), removed)).collect()
}

/// How many methods have a request and a response, as streams or not.
type Counts<'a> = HashMap<(&'a str, &'a str), usize>;

fn counts(lock: &Lock) -> Counts<'_> {
    let mut counts = Counts::new();
    for entry in lock.entries() {
        *counts.entry((entry.request(), entry.response())).or_default() += 1;
    }
    counts
}

/// Whether request and response belong to one method before and to one after, and are nobody else's: a method that takes and
/// answers `google.protobuf.Empty` may mean anything.
fn is_certain(signature: &Signature, (before, after): &(Counts<'_>, Counts<'_>)) -> bool {
    let is_own = |type_name: &str| !type_name.starts_with("google.");
    let messages = (signature.request.type_name.as_str(), signature.response.type_name.as_str());
    let is_only = |counts: &Counts<'_>| counts.get(&messages) == Some(&1);
    is_own(messages.0) && is_own(messages.1) && is_only(before) && is_only(after)
}

/// Methods of one signature, by name.
#[derive(Default)]
struct Group<'a> {
    removed: Vec<&'a Entry>,
    added: Vec<&'a Entry>,
}

impl<'a> Group<'a> {
    fn pairs(mut self) -> Vec<(&'a Entry, &'a Entry)> {
        let mut pairs = Vec::new();
        self.pair_by(&mut pairs, |entry| (own_name(entry.service()), entry.method()));
        self.pair_by(&mut pairs, Entry::method);
        self.pair_by(&mut pairs, Entry::service);
        self.pair_by(&mut pairs, |_| ());
        pairs
    }

    /// Pairs those of one key, the first with the first.
    fn pair_by<K: Hash + Eq>(
        &mut self,
        pairs: &mut Vec<(&'a Entry, &'a Entry)>,
        key: impl Fn(&'a Entry) -> K,
    ) {
        if self.removed.is_empty() || self.added.is_empty() {
            return;
        }
        let mut by_key: HashMap<K, VecDeque<&'a Entry>> = HashMap::new();
        for removed in &self.removed {
            by_key.entry(key(removed)).or_default().push_back(removed);
        }
        let mut paired = HashSet::new();
        self.added.retain(|added| {
            let Some(removed) = by_key.get_mut(&key(added)).and_then(VecDeque::pop_front) else {
                return true;
            };
            paired.insert(removed.name());
            pairs.push((removed, added));
            false
        });
        self.removed.retain(|removed| !paired.contains(removed.name()));
    }
}

/// A service's name without its package.
fn own_name(service: &str) -> &str {
    service.rsplit_once('.').map_or(service, |(_, name)| name)
}
