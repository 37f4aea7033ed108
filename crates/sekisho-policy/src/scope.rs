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
mod set;

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

pub use prefix::ScopePrefix;
pub use set::ScopeSet;

/// One scope token: `1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3). Compared byte for byte.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeToken(Box<str>);

impl ScopeToken {
    /// The token, if `text` is one.
    ///
    /// # Errors
    /// [`InvalidScope`] when `text` is empty or has a character outside the grammar.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        Self::check(text).map(|()| Self(text.into()))
    }

    /// Whether `text` is a scope token, without a copy of it.
    fn check(text: &str) -> Result<(), InvalidScope> {
        if text.is_empty() {
            return Err(InvalidScope::Empty);
        }
        match text.chars().find(|c| !is_scope_character(*c)) {
            Some(character) => Err(InvalidScope::Character { character }),
            None => Ok(()),
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
#[derive(Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
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
        // A terminal obeys more than control characters: what changes the direction of a text, too.
        c => format!("the character '{}' (U+{:04X})", c.escape_debug(), u32::from(c)),
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
}
