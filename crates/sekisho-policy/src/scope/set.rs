//! A set of scopes.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexSet;

use super::{InvalidScope, ScopePrefix, ScopeToken};

/// A set of scope tokens, each once, in the order in which they were first named.
///
/// The order has no meaning, and is kept so that a message shows scopes as its author wrote them.
#[derive(Clone, Default)]
pub struct ScopeSet(Repr);

/// Few are compared sooner than one is hashed, and take less room without a table.
#[derive(Clone)]
enum Repr {
    Few(Vec<ScopeToken>),
    Many(Box<IndexSet<ScopeToken>>),
}

/// How many are few.
const FEW: usize = 16;

impl Default for Repr {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl ScopeSet {
    /// The set without a scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether exactly this scope is in the set.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        match &self.0 {
            Repr::Few(few) => few.iter().any(|own| own.as_str() == scope),
            Repr::Many(many) => many.contains(scope),
        }
    }

    /// Whether each of these scopes is among those that were `granted`.
    #[must_use]
    pub fn is_subset_of(&self, granted: &ScopeSet) -> bool {
        self.iter().all(|scope| granted.contains(scope.as_str()))
    }

    /// Adds a scope; one that is there already stays as it is.
    pub fn insert(&mut self, scope: ScopeToken) {
        match &mut self.0 {
            Repr::Few(few) if few.contains(&scope) => {}
            Repr::Few(few) if few.len() < FEW => few.push(scope),
            Repr::Few(few) => {
                let all = std::mem::take(few).into_iter().chain([scope]);
                self.0 = Repr::Many(Box::new(all.collect()));
            }
            Repr::Many(many) => {
                many.insert(scope);
            }
        }
    }

    /// The number of scopes.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Few(few) => few.len(),
            Repr::Many(many) => many.len(),
        }
    }

    /// Whether the set is without a scope.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ScopeToken> {
        (0..self.len()).map(|index| self.at(index))
    }

    /// The scope at a place that there is.
    fn at(&self, index: usize) -> &ScopeToken {
        match &self.0 {
            Repr::Few(few) => &few[index],
            Repr::Many(many) => &many[index],
        }
    }

    /// Gives back memory that is set aside for further scopes.
    pub fn shrink_to_fit(&mut self) {
        match &mut self.0 {
            Repr::Few(few) => few.shrink_to_fit(),
            Repr::Many(many) => many.shrink_to_fit(),
        }
    }

    /// Those of `self` that `granted` lacks.
    #[must_use]
    pub fn missing_from(&self, granted: &ScopeSet) -> ScopeSet {
        let lacks = |scope: &&ScopeToken| !granted.contains(scope.as_str());
        self.iter().filter(lacks).cloned().collect()
    }

    /// The same scopes as their issuer writes them.
    #[must_use]
    pub fn with_prefix(&self, prefix: &ScopePrefix) -> ScopeSet {
        self.iter().map(|scope| prefix.put_on(scope)).collect()
    }
}

/// The same scopes, in whatever order.
impl PartialEq for ScopeSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.is_subset_of(other)
    }
}

impl Eq for ScopeSet {}

impl FromIterator<ScopeToken> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = ScopeToken>>(scopes: I) -> Self {
        let mut set = Self::new();
        set.extend(scopes);
        set
    }
}

impl Extend<ScopeToken> for ScopeSet {
    fn extend<I: IntoIterator<Item = ScopeToken>>(&mut self, scopes: I) {
        for scope in scopes {
            self.insert(scope);
        }
    }
}

/// Reads `scope-token *( SP scope-token )`; runs of spaces count as one, and no text at all is the
/// empty set, since issuers write both.
impl FromStr for ScopeSet {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let tokens = text.split(' ').filter(|token| !token.is_empty());
        tokens.map(ScopeToken::parse).collect()
    }
}

/// The form of RFC 6749 §3.3: tokens with one space between them.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            fmt::Display::fmt(scope, f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_keeps_each_scope_once_in_order() {
        let set: ScopeSet = "b a  b c ".parse().expect("scopes");
        assert_eq!(set.to_string(), "b a c");
        assert_eq!("".parse::<ScopeSet>().map(|set| set.len()), Ok(0));
    }

    #[test]
    fn few_scopes_and_many_are_a_set_alike() {
        for count in [1, FEW - 1, FEW, FEW + 1, 40] {
            let names: Vec<String> = (0..count).map(|n| format!("s{n}")).collect();
            let set: ScopeSet = names.join(" ").parse().expect("scopes");
            assert_eq!(set.iter().map(ScopeToken::as_str).collect::<Vec<_>>(), names, "in order");
            assert!(names.iter().all(|name| set.contains(name)), "{count}");
            for other in ["s", "S0", "s0 ", &format!("s{count}")] {
                assert!(!set.contains(other), "{other:?} of {count}");
            }
            let mut again: ScopeSet = names.iter().rev().map(|name| name.parse().expect("a scope")).collect();
            again.extend(set.iter().cloned());
            again.shrink_to_fit();
            assert_eq!(again, set, "each once, in another order");
            again.insert("more".parse().expect("a scope"));
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
}
