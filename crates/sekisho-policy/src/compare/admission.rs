//! Whom a rule admits, and for how long.

use super::{Caller, Effect, Witness};
use crate::scope::ScopeSet;
use crate::subsets::Subsets;
use crate::{AccessRule, Alternatives, DeclaredRule, Mode, StreamEnd};

/// The callers whom a rule admits.
///
/// ```
/// use sekisho_policy::AccessRule;
/// use sekisho_policy::compare::{Admission, Caller};
///
/// let rule = AccessRule::all_of(["a"])?.into();
/// let admission = Admission::of(&rule, false);
/// assert!(admission.admits(&Caller::Token("a b".parse()?)));
/// assert!(!admission.admits(&Caller::Token("b".parse()?)));
/// assert!(!admission.admits_without_token());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Admission<'r> {
    admits_without_token: bool,
    admits_invalid_token: bool,
    tokens: Tokens<'r>,
    ends_streams: bool,
}

/// Valid tokens that are admitted.
#[derive(Debug, Clone)]
enum Tokens<'r> {
    Any,
    With(&'r Alternatives),
}

/// What one rule allows and another one does not.
#[derive(Debug)]
pub(super) enum Beyond {
    /// This caller is admitted.
    Call(Caller),
    /// Both admit this caller, and one does not end its stream.
    Stream(Caller),
}

impl<'r> Admission<'r> {
    /// That of a method's rule, with a stream or without one.
    pub fn of(rule: &'r DeclaredRule, is_streaming: bool) -> Self {
        let access = rule.access();
        let refuses_none = rule.mode() == Mode::ReportOnly || *access == AccessRule::Public;
        if refuses_none {
            return Self::of_everyone();
        }
        Self {
            admits_without_token: *access == AccessRule::Optional,
            admits_invalid_token: false,
            tokens: access.required().map_or(Tokens::Any, Tokens::With),
            ends_streams: !(is_streaming && rule.stream_end() == StreamEnd::Never),
        }
    }

    fn of_everyone() -> Self {
        Self {
            admits_without_token: true,
            admits_invalid_token: true,
            tokens: Tokens::Any,
            ends_streams: false,
        }
    }

    /// Whether this caller may call.
    #[must_use]
    pub fn admits(&self, caller: &Caller) -> bool {
        match caller {
            Caller::NoToken => self.admits_without_token,
            Caller::InvalidToken => self.admits_invalid_token,
            Caller::Token(scopes) => match &self.tokens {
                Tokens::Any => true,
                Tokens::With(sets) => sets.iter().any(|set| set.is_subset_of(scopes)),
            },
        }
    }

    /// Whether a caller without a token may call.
    #[must_use]
    pub fn admits_without_token(&self) -> bool {
        self.admits_without_token
    }

    /// A smallest caller who is admitted. Every rule admits one.
    pub(super) fn smallest_caller(&self) -> Caller {
        if self.admits_without_token {
            return Caller::NoToken;
        }
        Caller::Token(self.tokens.smallest().unwrap_or_default())
    }

    /// What this one allows and `other` does not: to a smallest caller. Who may call comes before whose stream goes on.
    pub(super) fn beyond(&self, other: &Self) -> Option<Beyond> {
        if self.admits_without_token && !other.admits_without_token {
            return Some(Beyond::Call(Caller::NoToken));
        }
        if self.admits_invalid_token && !other.admits_invalid_token {
            return Some(Beyond::Call(Caller::InvalidToken));
        }
        if let Some(scopes) = self.tokens.smallest_beyond(&other.tokens) {
            return Some(Beyond::Call(Caller::Token(scopes)));
        }
        // The other one admits every token that this one admits.
        let goes_on = !self.ends_streams && other.ends_streams;
        goes_on.then(|| self.tokens.smallest()).flatten().map(|scopes| Beyond::Stream(Caller::Token(scopes)))
    }
}

impl Tokens<'_> {
    /// The scopes of a smallest token that is admitted here and not there. Whoever admits a token admits one with more scopes,
    /// so that it is one of the alternatives.
    fn smallest_beyond(&self, other: &Self) -> Option<ScopeSet> {
        match (self, other) {
            (_, Tokens::Any) => None,
            (Tokens::Any, Tokens::With(_)) => self.smallest(),
            (Tokens::With(sets), Tokens::With(others)) => {
                let others = Subsets::of(others);
                smallest(sets.iter().filter(|set| !others.has_subset_of(set)))
            }
        }
    }

    /// The scopes of a smallest token that is admitted.
    fn smallest(&self) -> Option<ScopeSet> {
        match self {
            Tokens::Any => Some(ScopeSet::new()),
            Tokens::With(sets) => smallest(sets.iter()),
        }
    }
}

/// That of the fewest scopes; the first by their text among several.
fn smallest<'s>(sets: impl Iterator<Item = &'s ScopeSet>) -> Option<ScopeSet> {
    let sorted = sets.map(ScopeSet::sorted);
    sorted.min_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.iter().cmp(other.iter())))
}

impl Beyond {
    /// The caller, and which of the two effects the change has for it.
    pub(super) fn witness(self, on_call: Effect, on_stream: Effect) -> Witness {
        match self {
            Beyond::Call(caller) => Witness::new(caller, on_call),
            Beyond::Stream(caller) => Witness::new(caller, on_stream),
        }
    }
}
