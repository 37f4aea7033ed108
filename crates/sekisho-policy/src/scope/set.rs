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

/// Few are compared sooner than one is hashed, and take one allocation as a text.
#[derive(Clone)]
enum Repr {
    /// With a space between them, which stands in no scope.
    Few(String),
    Many(Box<IndexSet<ScopeToken>>),
}

/// How many are few.
const FEW: usize = 16;

impl Default for Repr {
    fn default() -> Self {
        Self::Few(String::new())
    }
}

impl ScopeSet {
    /// The set without a scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// The set of scopes that are written one by one.
    ///
    /// # Errors
    /// [`InvalidScope`] when a text is no scope.
    pub fn parse_each(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, InvalidScope> {
        Self::new().with_each(texts)
    }

    fn with_each(mut self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, InvalidScope> {
        for text in texts {
            let text = text.as_ref();
            ScopeToken::check(text)?;
            self.insert_checked(text);
        }
        Ok(self)
    }

    /// Whether exactly this scope is in the set.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        match &self.0 {
            Repr::Few(few) => names(few).any(|own| own == scope),
            Repr::Many(many) => many.contains(scope),
        }
    }

    /// Whether each of these scopes is among those that were `granted`.
    #[must_use]
    pub fn is_subset_of(&self, granted: &ScopeSet) -> bool {
        self.iter().all(|scope| granted.contains(scope))
    }

    /// Adds a scope; one that is there already stays as it is.
    pub fn insert(&mut self, scope: &ScopeToken) {
        self.insert_checked(scope.as_str());
    }

    /// Adds all scopes of another set.
    pub fn append(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else {
            other.iter().for_each(|scope| self.insert_checked(scope));
        }
    }

    /// Adds what is a scope.
    fn insert_checked(&mut self, scope: &str) {
        if self.contains(scope) {
            return;
        }
        let is_full = self.len() == FEW;
        match &mut self.0 {
            Repr::Few(few) if is_full => {
                let all = names(few).chain([scope]).map(|name| ScopeToken(name.into()));
                self.0 = Repr::Many(Box::new(all.collect()));
            }
            Repr::Few(few) => {
                if !few.is_empty() {
                    few.push(' ');
                }
                few.push_str(scope);
            }
            Repr::Many(many) => {
                many.insert(ScopeToken(scope.into()));
            }
        }
    }

    /// The number of scopes.
    pub fn len(&self) -> usize {
        match &self.0 {
            Repr::Few(few) => names(few).count(),
            Repr::Many(many) => many.len(),
        }
    }

    /// Whether the set is without a scope.
    pub fn is_empty(&self) -> bool {
        matches!(&self.0, Repr::Few(few) if few.is_empty())
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (few, many) = match &self.0 {
            Repr::Few(few) => (Some(names(few)), None),
            Repr::Many(many) => (None, Some(many.iter().map(ScopeToken::as_str))),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten())
    }

    /// The same scopes, by their text.
    pub(crate) fn sorted(&self) -> ScopeSet {
        let mut scopes: Vec<&str> = self.iter().collect();
        scopes.sort_unstable();
        let mut sorted = ScopeSet::new();
        for scope in scopes {
            sorted.insert_checked(scope);
        }
        sorted
    }

    /// Gives back memory that is set aside for further scopes.
    pub fn shrink_to_fit(&mut self) {
        match &mut self.0 {
            Repr::Few(few) => few.shrink_to_fit(),
            Repr::Many(many) => many.shrink_to_fit(),
        }
    }

    /// How many bytes it has allocated, about; for caches that are bounded by their size.
    pub fn heap_size(&self) -> usize {
        /// An allocator's steps.
        const STEP: usize = 16;
        // The sizes of allocators are four to a doubling.
        let block = |bytes: usize| bytes.next_multiple_of(STEP.max((1 << bytes.max(1).ilog2()) / 4));
        match &self.0 {
            Repr::Few(few) => block(few.capacity()),
            Repr::Many(many) => {
                let places = many.len() * (size_of::<ScopeToken>() + size_of::<u64>());
                // A table is full at seven eighths, and has a byte beside each place.
                let table = (many.len() * 8 / 7 + 1).next_power_of_two() * (size_of::<usize>() + 1);
                let texts: usize = many.iter().map(|scope| block(scope.as_str().len())).sum();
                block(size_of_val(many.as_ref())) + block(places) + block(table) + texts
            }
        }
    }

    /// Those of `self` that `granted` lacks.
    #[must_use]
    pub fn missing_from(&self, granted: &ScopeSet) -> ScopeSet {
        let mut missing = ScopeSet::new();
        self.iter().filter(|scope| !granted.contains(scope)).for_each(|scope| missing.insert_checked(scope));
        missing
    }

    /// The same scopes as their issuer writes them.
    #[must_use]
    pub fn with_prefix(&self, prefix: &ScopePrefix) -> ScopeSet {
        if prefix.as_str().is_empty() {
            return self.clone();
        }
        let mut written = ScopeSet::new();
        self.iter().for_each(|scope| written.insert_checked(&prefix.before(scope)));
        written
    }

    /// The same scopes without what their issuer writes before them: [`ScopePrefix::take_off`] of each.
    #[must_use]
    pub fn without_prefix(self, prefix: &ScopePrefix) -> ScopeSet {
        if prefix.as_str().is_empty() {
            return self;
        }
        let mut names = ScopeSet::new();
        self.iter().for_each(|scope| names.insert_checked(prefix.after(scope)));
        names
    }
}

/// The scopes of a text with spaces between them; runs of spaces count as one.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|name| !name.is_empty())
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
            self.insert(&scope);
        }
    }
}

/// Reads `scope-token *( SP scope-token )`; runs of spaces count as one, and no text at all is the
/// empty set, since issuers write both.
impl FromStr for ScopeSet {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self(Repr::Few(String::with_capacity(text.len()))).with_each(names(text))
    }
}

/// The form of RFC 6749 §3.3: tokens with one space between them.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = match &self.0 {
            Repr::Few(few) => return f.write_str(few),
            Repr::Many(many) => many,
        };
        for (index, scope) in many.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
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
mod tests;
