//! Scopes: what a token carries and what a rule asks for (RFC 6749 §3.3).
//!
//! ```
//! use sekisho_policy::scope::ScopeSet;
//!
//! let granted: ScopeSet = "api1:read:status api2:read:status".parse()?;
//! assert!(granted.contains("api1:read:status"));
//! // Byte for byte: neither a prefix nor another case is the same scope.
//! assert!(!granted.contains("api1:read"));
//! assert!(!granted.contains("API1:read:status"));
//! # Ok::<(), sekisho_policy::scope::InvalidScope>(())
//! ```

mod prefix;

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use indexmap::IndexSet;

pub use prefix::ScopePrefix;

/// One scope token: `1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3). Compared byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeToken(Box<str>);

impl ScopeToken {
    /// The token, if `text` is one.
    ///
    /// # Errors
    /// [`InvalidScope`] when `text` is empty or has a character outside the grammar.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        if text.is_empty() {
            return Err(InvalidScope::Empty);
        }
        match text.chars().find(|c| !is_scope_character(*c)) {
            Some(character) => Err(InvalidScope::Character { character }),
            None => Ok(Self(text.into())),
        }
    }

    /// The token as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_scope_character(c: char) -> bool {
    matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e')
}

impl FromStr for ScopeToken {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Lets a set of tokens be asked with a `&str`.
impl Borrow<str> for ScopeToken {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Why a text is no scope (RFC 6749 §3.3).
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScope {
    /// A scope token has at least one character.
    #[error("a scope is empty")]
    Empty,
    /// A character outside `%x21 / %x23-5B / %x5D-7E`.
    #[error("{} may not stand in a scope", describe(*.character))]
    Character {
        /// The first character that may not stand there.
        character: char,
    },
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn describe(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        '"' => "a double quote".to_owned(),
        '\\' => "a backslash".to_owned(),
        c if c.is_control() => format!("the control character U+{:04X}", u32::from(c)),
        c => format!("the character '{c}' (U+{:04X})", u32::from(c)),
    }
}

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
    fn a_token_has_only_the_characters_of_the_grammar() {
        let character = |character| Err(InvalidScope::Character { character });
        let cases = [
            ("a letter", "a", Ok("a")),
            ("colons and slashes", "https://api/read:x", Ok("https://api/read:x")),
            ("the ends of the grammar", "!#[]~", Ok("!#[]~")),
            ("nothing", "", Err(InvalidScope::Empty)),
            ("a space", "a b", character(' ')),
            ("a double quote", "a\"b", character('"')),
            ("a backslash", "a\\b", character('\\')),
            ("NUL", "a\0", character('\0')),
            ("DEL", "a\x7f", character('\x7f')),
            ("outside ASCII", "é", character('é')),
        ];
        for (name, text, expected) in cases {
            let parsed = ScopeToken::parse(text);
            assert_eq!(parsed.as_ref().map(ScopeToken::as_str), expected.as_ref().copied(), "{name}");
        }
    }

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
