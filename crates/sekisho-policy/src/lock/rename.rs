//! Which removed method is told as the former name of which added one.
//!
//! A pair is judged by both of its rules, so that it can make an addition fail that would pass by itself: one that asks for
//! less than the method did whose name it takes. It must not do the opposite. By itself an added method fails only where it
//! admits whoever has no token; such a one is paired only where nothing but a rename can be meant ([`is_certain`]).

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use indexmap::IndexMap;

use super::Lock;
use super::entry::{Entry, Signature};
use crate::compare::compare;
use crate::nearest::{LONGEST, edits};

/// Former names by what they are called now.
pub(super) type Renames<'a> = HashMap<&'a str, &'a Entry>;

/// Each method of `after` that `before` has under another name. Request, response and streaming agree; of several
/// candidates the one with the same service and method in another package, else with the same method, else with a near
/// name. What is left says nothing of which was which: where the rules that are left are the same as before, those of one
/// rule; else one for which the change fails, so that to remove another method besides, of a name that is not near, hides no
/// looser rule.
pub(super) fn renames<'a>(before: &'a Lock, after: &'a Lock) -> Renames<'a> {
    let counts = (counts(before), counts(after));
    let is_alone = |entry: &Entry| before.others.lack(entry) && after.others.lack(entry);
    let is_candidate = |added: &Entry| {
        !added.admits_without_token() || is_certain(added.signature(), &counts) && is_alone(added)
    };
    let mut groups: BTreeMap<&str, Group<'a>> = BTreeMap::new();
    let mut by_signature: HashMap<&Signature, &str> = HashMap::new();
    let mut group = |entry: &'a Entry| *by_signature.entry(entry.signature()).or_insert(entry.name());
    for removed in before.entries().iter().filter(|entry| after.entry(entry.name()).is_none()) {
        groups.entry(group(removed)).or_default().removed.push(removed);
    }
    for added in after.entries().iter().filter(|entry| before.entry(entry.name()).is_none()) {
        let group = groups.entry(group(added)).or_default();
        if is_candidate(added) { group.added.push(added) } else { group.open.push(added) }
    }
    let mut work = Work::default();
    let pairs = groups.into_values().flat_map(|group| group.pairs(&mut work));
    pairs.map(|(removed, added)| (added.name(), removed)).collect()
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

/// How much is compared in all. Who renames more at once, with as many rules, is told in the order of the names.
struct Work {
    /// Letters with letters.
    names: Budget,
    /// Bytes of rules.
    rules: Budget,
}

impl Default for Work {
    fn default() -> Self {
        Self { names: Budget(10_000_000), rules: Budget(20_000_000) }
    }
}

struct Budget(usize);

impl Budget {
    /// Whether there was enough.
    fn spend(&mut self, cost: usize) -> bool {
        let left = self.0.checked_sub(cost);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Methods of one signature, by name.
#[derive(Default)]
struct Group<'a> {
    removed: Vec<&'a Entry>,
    added: Vec<&'a Entry>,
    /// Added methods that are told as added, whatever was removed.
    open: Vec<&'a Entry>,
}

type Pairs<'a> = Vec<(&'a Entry, &'a Entry)>;

impl<'a> Group<'a> {
    fn pairs(mut self, work: &mut Work) -> Pairs<'a> {
        let mut pairs = Pairs::new();
        self.pair_by(&mut pairs, |entry| (own_name(entry.service()), entry.method()));
        self.pair_by(&mut pairs, Entry::method);
        self.pair_near(&mut pairs, &mut work.names);
        if self.has_same_rules() {
            self.pair_by(&mut pairs, |entry| (entry.service(), entry.rule().to_string()));
            self.pair_by(&mut pairs, |entry| entry.rule().to_string());
        } else {
            self.pair_failing(&mut pairs, &mut work.rules);
        }
        self.pair_by(&mut pairs, Entry::service);
        self.pair_by(&mut pairs, |_| ());
        pairs
    }

    /// Pairs those of near names, the nearest first, and then those of one service.
    fn pair_near(&mut self, pairs: &mut Pairs<'a>, names: &mut Budget) {
        let letters =
            |entries: &[&Entry]| entries.iter().map(|entry| entry.method().len() + 8).sum::<usize>();
        if !names.spend(letters(&self.removed).saturating_mul(letters(&self.added))) {
            return;
        }
        let mut near = Vec::new();
        for removed in &self.removed {
            for added in &self.added {
                if let Some(distance) = distance(removed.method(), added.method()) {
                    near.push((distance, removed.service() != added.service(), *removed, *added));
                }
            }
        }
        // Those of one distance are in the order of their names.
        near.sort_by_key(|(distance, is_elsewhere, ..)| (*distance, *is_elsewhere));
        let mut paired = HashSet::new();
        for (.., removed, added) in near {
            if !paired.contains(removed.name()) && !paired.contains(added.name()) {
                paired.extend([removed.name(), added.name()]);
                pairs.push((removed, added));
            }
        }
        self.leave_out(&paired);
    }

    /// Whether as many were added as were removed, with the same rules.
    fn has_same_rules(&self) -> bool {
        let sorted = |entries: &mut dyn Iterator<Item = &&Entry>| {
            let mut rules: Vec<String> = entries.map(|entry| entry.rule().to_string()).collect();
            rules.sort_unstable();
            rules
        };
        self.removed.len() == self.added.len() + self.open.len()
            && sorted(&mut self.removed.iter()) == sorted(&mut self.added.iter().chain(&self.open))
    }

    /// Pairs added methods with those whose rules were not as loose. Methods of one rule are alike.
    fn pair_failing(&mut self, pairs: &mut Pairs<'a>, rules: &mut Budget) {
        /// Of a comparison, whatever the rules.
        const COST: usize = 1_000;
        let mut removed = by_rule(&self.removed);
        let mut paired = HashSet::new();
        'all: for (rule, mut added) in by_rule(&self.added) {
            while removed.front().is_some_and(|(_, left)| left.is_empty()) {
                removed.pop_front();
            }
            for (former, left) in removed.iter_mut().filter(|(_, left)| !left.is_empty()) {
                let (Some(before), Some(after)) = (left.front(), added.front()) else { break };
                if !rules.spend(COST + former.len() + rule.len()) {
                    break 'all;
                }
                if !fails(before, after) {
                    continue;
                }
                let count = left.len().min(added.len());
                for pair in left.drain(..count).zip(added.drain(..count)) {
                    paired.extend([pair.0.name(), pair.1.name()]);
                    pairs.push(pair);
                }
            }
        }
        self.leave_out(&paired);
    }

    /// What has a pair is no candidate any more.
    fn leave_out(&mut self, paired: &HashSet<&str>) {
        self.removed.retain(|entry| !paired.contains(entry.name()));
        self.added.retain(|entry| !paired.contains(entry.name()));
    }

    /// Pairs those of one key, the first with the first.
    fn pair_by<K: Hash + Eq>(&mut self, pairs: &mut Pairs<'a>, key: impl Fn(&'a Entry) -> K) {
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

/// Methods by their rules, in the order of the first one of each.
fn by_rule<'a>(entries: &[&'a Entry]) -> VecDeque<(String, VecDeque<&'a Entry>)> {
    let mut by_rule: IndexMap<String, VecDeque<&'a Entry>> = IndexMap::new();
    for entry in entries {
        by_rule.entry(entry.rule().to_string()).or_default().push_back(entry);
    }
    by_rule.into_iter().collect()
}

/// Whether the change lets somebody in who could not call before.
fn fails(before: &Entry, after: &Entry) -> bool {
    compare(before.compared(), after.compared()).gained.is_some()
}

/// How far two names are from each other, where that is near: few letters differ, or one is part of the other.
fn distance(one: &str, other: &str) -> Option<usize> {
    /// What is shorter is part of anything.
    const SHORTEST: usize = 3;
    if one.len().max(other.len()) > LONGEST {
        return None;
    }
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let is_part = one.len().min(other.len()) >= SHORTEST && (one.contains(&other) || other.contains(&one));
    edits(&one, &other).or_else(|| is_part.then(|| one.len().abs_diff(other.len())))
}

/// A service's name without its package.
fn own_name(service: &str) -> &str {
    service.rsplit_once('.').map_or(service, |(_, name)| name)
}
