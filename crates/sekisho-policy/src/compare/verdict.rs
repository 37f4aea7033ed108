//! What a change of a method is, in one word.

use std::fmt;
use std::str::FromStr;

/// What a change of a method is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Each caller may do what it could do before.
    Equivalent,
    /// Some callers may do less, and none may do more.
    Tighter,
    /// Some callers may do more, and none may do less.
    Looser,
    /// Some callers may do more, and some may do less.
    Incomparable,
    /// The method was not there before.
    Added,
    /// The method is not there any more.
    Removed,
}

impl Verdict {
    const ALL: [Verdict; 6] = [
        Verdict::Equivalent,
        Verdict::Tighter,
        Verdict::Looser,
        Verdict::Incomparable,
        Verdict::Added,
        Verdict::Removed,
    ];

    /// The word, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Equivalent => "equivalent",
            Verdict::Tighter => "tighter",
            Verdict::Looser => "looser",
            Verdict::Incomparable => "incomparable",
            Verdict::Added => "added",
            Verdict::Removed => "removed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads what [`Verdict::as_str`] writes.
impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text).ok_or(UnknownVerdict)
    }
}

/// A text is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no verdict; write `equivalent`, `tighter`, `looser`, `incomparable`, `added` or `removed`")]
pub struct UnknownVerdict;
