//! A rule as a text of one line: as it would stand in a `.proto`, after `option (sekisho.v1.access) =`.
//!
//! ```
//! use sekisho_policy::{AccessRule, DeclaredRule, StreamEnd};
//!
//! let rule: DeclaredRule = r#"{ any_of: [{ all_of: "admin" }, { all_of: ["a", "b"] }], stream_end: NEVER }"#.parse()?;
//! assert_eq!(rule, AccessRule::any_of([vec!["admin"], vec!["a", "b"]])?.with_stream_end(StreamEnd::Never));
//! assert_eq!(
//!     rule.to_string(),
//!     r#"{ any_of: [{ all_of: ["admin"] }, { all_of: ["a", "b"] }] stream_end: NEVER }"#
//! );
//!
//! let refused = "{ public: true authenticated: true }".parse::<DeclaredRule>().expect_err("two kinds");
//! assert_eq!(
//!     refused.to_string(),
//!     "character 16 of the rule: the access rule has public and authenticated; write exactly one of them"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fields;
mod parse;
mod token;

use std::fmt;
use std::str::FromStr;

use super::option::setting::{MODE, STREAM_END};
use super::scope::ScopeSet;
use super::{AccessRule, DeclaredRule, FaultKind, Mode, StreamEnd};

/// How long the text of a rule may be, in bytes: enough for half a million alternatives.
pub(super) const MAX_LENGTH: usize = 16 << 20;

/// The option's own text, with the default of all that may stand beside a kind: `{ all_of: ["a", "b"] }`.
impl fmt::Display for AccessRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rule(f, self, Mode::default(), StreamEnd::default())
    }
}

/// The option's own text: `{ all_of: ["a", "b"] mode: REPORT_ONLY stream_end: NEVER }`. What is the default is left out.
impl fmt::Display for DeclaredRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rule(f, self.access(), self.mode(), self.stream_end())
    }
}

/// Reads the option's own text, which is what `Display` writes, and what else a person may write for it in a `.proto`:
/// other white space, one scope in place of a list, single quotes, commas or semicolons between fields, a default spelled
/// out. All else is refused: comments, escapes, numbers in place of names, and a field that is repeated.
impl FromStr for DeclaredRule {
    type Err = RuleTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::rule(text)
    }
}

fn write_rule(
    f: &mut fmt::Formatter<'_>,
    access: &AccessRule,
    mode: Mode,
    stream_end: StreamEnd,
) -> fmt::Result {
    f.write_str("{ ")?;
    match access {
        AccessRule::Public => f.write_str("public: true")?,
        AccessRule::Authenticated => f.write_str("authenticated: true")?,
        AccessRule::Optional => f.write_str("optional: true")?,
        AccessRule::Scopes(alternatives) => write_scopes(f, alternatives.iter())?,
    }
    if mode != Mode::default() {
        write!(f, " mode: {}", MODE.name_of(mode))?;
    }
    if stream_end != StreamEnd::default() {
        write!(f, " stream_end: {}", STREAM_END.name_of(stream_end))?;
    }
    f.write_str(" }")
}

fn write_scopes<'s>(
    f: &mut fmt::Formatter<'_>,
    mut sets: impl ExactSizeIterator<Item = &'s ScopeSet>,
) -> fmt::Result {
    if sets.len() == 1 {
        return sets.try_for_each(|set| write_set(f, set));
    }
    f.write_str("any_of: [")?;
    for (index, set) in sets.enumerate() {
        f.write_str(if index == 0 { "{ " } else { ", { " })?;
        write_set(f, set)?;
        f.write_str(" }")?;
    }
    f.write_str("]")
}

/// A scope has no character that would have to be escaped.
fn write_set(f: &mut fmt::Formatter<'_>, set: &ScopeSet) -> fmt::Result {
    f.write_str("all_of: [")?;
    for (index, scope) in set.iter().enumerate() {
        write!(f, "{}\"{scope}\"", if index == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

/// Why a text is no rule, and where.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {character} of the rule: {fault}")]
pub struct RuleTextError {
    character: usize,
    fault: RuleTextFault,
}

impl RuleTextError {
    /// The place in the text, in characters, counted from 1.
    pub fn character(&self) -> usize {
        self.character
    }

    /// What is wrong there.
    pub fn fault(&self) -> &RuleTextFault {
        &self.fault
    }
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for RuleTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is wrong with the text of a rule. What it quotes is escaped, and cut where it is long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleTextFault {
    /// Something else has to stand there.
    #[error("{found} stands where {expected} has to stand")]
    Expected {
        /// What has to stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A field that no rule has.
    #[error("a rule has no field {field}; {}", one_of(.known))]
    UnknownField {
        /// The field.
        field: String,
        /// The fields that may stand there.
        known: &'static [&'static str],
    },
    /// A value that the field cannot have.
    #[error("`{field}` cannot be {value}; {}", one_of(.known))]
    UnknownValue {
        /// The field.
        field: &'static str,
        /// The value.
        value: String,
        /// The values that it can have.
        known: Vec<&'static str>,
    },
    /// A field that was there before.
    #[error(
        "`{field}` stands twice in one rule; write it once, and several scopes or sets as a list: [X, Y]"
    )]
    Repeated {
        /// The field.
        field: &'static str,
    },
    /// A text that begins with a quote and has no other.
    #[error("the text that begins here has no closing quote; write it as \"SCOPE\"")]
    OpenText,
    /// What a `.proto` that says so would be refused for.
    #[error("{0}")]
    Rule(FaultKind),
    /// More than is read.
    #[error("the text of the rule goes on; at most {MAX_LENGTH} bytes are read")]
    TooLong,
}

fn one_of(known: &[&'static str]) -> String {
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("write {}", quoted.join(", "))
}

#[cfg(test)]
mod tests;
