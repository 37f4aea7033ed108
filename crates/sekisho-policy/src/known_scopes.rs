//! The scopes that a policy names, numbered once, so that what a token has of them is a bit each.
//!
//! Good for a quick yes alone. A call that is not allowed by these bits is judged by the rule and the scopes' text,
//! which decide in any case and can tell what is missing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::scope::ScopeSet;
use super::{AccessRule, Method};

/// How many scopes of a policy have a number. A rule that asks for another one is judged by text alone.
const NUMBERED: usize = 64;

/// Which of a policy's scopes a token has. Made by [`Policy::known_scopes`](super::Policy::known_scopes).
#[derive(Debug, Clone, Copy)]
pub struct KnownScopes {
    /// The numbering that the bits are of.
    numbering: u64,
    bits: u64,
}

/// The numbers of a policy's scopes.
#[derive(Debug, Clone)]
pub(super) struct Numbering {
    id: u64,
    numbers: HashMap<Box<str>, u8, foldhash::fast::RandomState>,
}

/// The alternatives of a rule, each as the bits that it asks for. Follows from the rule: of two methods with one rule,
/// neither differs by it.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownRule {
    /// That of no policy, until the method is part of one.
    numbering: u64,
    alternatives: Box<[u64]>,
}

impl PartialEq for KnownRule {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KnownRule {}

impl Numbering {
    /// Numbers the scopes of all methods in order, and tells each method the bits of its rule.
    pub(super) fn of(methods: &mut [Arc<Method>]) -> Self {
        let mut this = Self { id: next_id(), numbers: HashMap::default() };
        for method in methods {
            let known = this.rule(method.rule());
            // They are nobody else's yet, so that none is copied.
            Arc::make_mut(method).known_rule = known;
        }
        this
    }

    fn rule(&mut self, rule: &AccessRule) -> KnownRule {
        let alternatives: Box<[u64]> = match rule {
            AccessRule::Public | AccessRule::Authenticated | AccessRule::Optional => [0].into(),
            AccessRule::Scopes(alternatives) => {
                alternatives.iter().filter_map(|scopes| self.number_all(scopes)).collect()
            }
        };
        KnownRule { numbering: self.id, alternatives }
    }

    /// The bits of the scopes; none where not each has a number.
    fn number_all(&mut self, scopes: &ScopeSet) -> Option<u64> {
        scopes.iter().try_fold(0, |bits, scope| Some(bits | self.number(scope)?))
    }

    fn number(&mut self, scope: &str) -> Option<u64> {
        let next = self.numbers.len();
        if !self.numbers.contains_key(scope) && next < NUMBERED {
            self.numbers.insert(scope.into(), u8::try_from(next).ok()?);
        }
        self.bit(scope)
    }

    fn bit(&self, scope: &str) -> Option<u64> {
        self.numbers.get(scope).map(|number| 1 << number)
    }

    pub(super) fn known(&self, granted: &ScopeSet) -> KnownScopes {
        let bits = granted.iter().filter_map(|scope| self.bit(scope)).fold(0, |bits, bit| bits | bit);
        KnownScopes { numbering: self.id, bits }
    }
}

impl KnownRule {
    /// Whether the bits are enough. Those of another policy never are.
    pub(super) fn is_met_by(&self, granted: KnownScopes) -> bool {
        self.numbering == granted.numbering
            && self.alternatives.iter().any(|asked| granted.bits & asked == *asked)
    }
}

/// No two are alike, so that bits are never taken for those of another policy. 0 is nobody's.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
