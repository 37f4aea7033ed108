//! One rule: who may call a method.

use std::fmt;

use crate::scope::{InvalidScope, ScopePrefix, ScopeSet, ScopeToken};

/// Who may call.
///
/// ```
/// use sekisho_policy::AccessRule;
///
/// let rule = AccessRule::any_of([vec!["orders:read", "orders:list"], vec!["admin"]])?;
/// assert!(rule.evaluate(&"admin".parse()?).is_ok());
///
/// let missing = rule.evaluate(&"orders:read".parse()?).expect_err("neither set is complete");
/// assert_eq!(missing.to_string(), "orders:list | admin");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessRule {
    /// Anyone; a token that is sent is not looked at.
    Public,
    /// Any valid access token.
    Authenticated,
    /// Anyone. A call without an `authorization` entry is anonymous; one with such an entry needs any valid access token,
    /// as for [`AccessRule::Authenticated`].
    Optional,
    /// A valid access token that has every scope of at least one of the sets.
    Scopes(Alternatives),
}

impl AccessRule {
    /// A token with every scope named.
    ///
    /// # Errors
    /// [`InvalidRule`] when none is named, or one is no scope.
    pub fn all_of<S: AsRef<str>>(scopes: impl IntoIterator<Item = S>) -> Result<Self, InvalidRule> {
        Self::any_of([scopes])
    }

    /// A token that fulfils at least one set.
    ///
    /// # Errors
    /// [`InvalidRule`] when there is no set, an empty one, or one with what is no scope.
    pub fn any_of<S, Set>(sets: impl IntoIterator<Item = Set>) -> Result<Self, InvalidRule>
    where
        S: AsRef<str>,
        Set: IntoIterator<Item = S>,
    {
        // The error is never without a fault.
        Self::of_sets(sets).map_err(|mut faults| faults.swap_remove(0))
    }

    /// As [`AccessRule::any_of`], with everything that is wrong.
    pub(super) fn of_sets<S, Set>(sets: impl IntoIterator<Item = Set>) -> Result<Self, Vec<InvalidRule>>
    where
        S: AsRef<str>,
        Set: IntoIterator<Item = S>,
    {
        let mut faults = Vec::new();
        let sets: Vec<ScopeSet> = sets.into_iter().map(|set| scope_set(set, &mut faults)).collect();
        if sets.is_empty() {
            faults.push(InvalidRule::NoScopes);
        }
        if faults.is_empty() { Ok(Self::Scopes(Alternatives(sets))) } else { Err(faults) }
    }

    /// The scopes that are asked for, where any are.
    pub fn required(&self) -> Option<&Alternatives> {
        match self {
            Self::Public | Self::Authenticated | Self::Optional => None,
            Self::Scopes(alternatives) => Some(alternatives),
        }
    }

    /// Whether a token with these scopes may call.
    ///
    /// # Errors
    /// [`MissingScopes`]: what, added to `granted`, would let it.
    pub fn evaluate(&self, granted: &ScopeSet) -> Result<(), MissingScopes> {
        let Self::Scopes(Alternatives(sets)) = self else { return Ok(()) };
        if sets.iter().any(|set| set.is_subset_of(granted)) {
            return Ok(());
        }
        Err(MissingScopes(sets.iter().map(|set| set.missing_from(granted)).collect()))
    }
}

fn scope_set<S: AsRef<str>>(scopes: impl IntoIterator<Item = S>, faults: &mut Vec<InvalidRule>) -> ScopeSet {
    let mut set = ScopeSet::new();
    let mut is_empty = true;
    for scope in scopes {
        is_empty = false;
        let scope = scope.as_ref();
        match ScopeToken::parse(scope) {
            Ok(token) => set.insert(&token),
            Err(reason) => faults.push(InvalidRule::Scope { scope: scope.to_owned(), reason }),
        }
    }
    if is_empty {
        faults.push(InvalidRule::NoScopes);
    }
    set
}

/// Sets of scopes, at least one, none empty; each is enough by itself. In the order of the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternatives(Vec<ScopeSet>);

impl Alternatives {
    /// Of sets of which there is one at least, and none is empty.
    pub(super) fn of(sets: Vec<ScopeSet>) -> Self {
        debug_assert!(!sets.is_empty() && !sets.iter().any(ScopeSet::is_empty), "{sets:?}");
        Self(sets)
    }

    /// The sets.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ScopeSet> {
        self.0.iter()
    }

    /// The same, as their issuer writes them and is to be asked for them.
    #[must_use]
    pub fn with_prefix(&self, prefix: &ScopePrefix) -> Self {
        Self(self.iter().map(|set| set.with_prefix(prefix)).collect())
    }
}

/// The alternatives of a rule, in its order, each with only what a token lacks; none is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingScopes(Vec<ScopeSet>);

impl MissingScopes {
    /// What each alternative still asks for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ScopeSet> {
        self.0.iter()
    }

    /// The same, as their issuer writes them and is to be asked for them.
    #[must_use]
    pub fn with_prefix(&self, prefix: &ScopePrefix) -> Self {
        Self(self.iter().map(|set| set.with_prefix(prefix)).collect())
    }
}

/// Each set in the form of RFC 6749 §3.3, ` | ` between them.
impl fmt::Display for Alternatives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_alternatives(&self.0, f)
    }
}

/// Each set in the form of RFC 6749 §3.3, ` | ` between them.
impl fmt::Display for MissingScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_alternatives(&self.0, f)
    }
}

fn write_alternatives(sets: &[ScopeSet], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, set) in sets.iter().enumerate() {
        if index > 0 {
            f.write_str(" | ")?;
        }
        fmt::Display::fmt(set, f)?;
    }
    Ok(())
}

/// Why scopes make no rule.
#[derive(Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRule {
    /// There is no scope, or an alternative without one.
    #[error(
        "a set of scopes is empty; a method that needs none says `authenticated: true`, `optional: true` or `public: true`"
    )]
    NoScopes,
    /// What is named is no scope (RFC 6749 §3.3).
    #[error("{scope:?} is no scope: {reason}; {}", instead(*.reason))]
    Scope {
        /// What is named.
        scope: String,
        /// Why it is none.
        reason: InvalidScope,
    },
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn instead(reason: InvalidScope) -> &'static str {
    match reason {
        InvalidScope::Character { character: ' ' } => {
            "write each scope as a string of its own: [\"SCOPE\", \"SCOPE\"]"
        }
        _ => "write printable ASCII without space, double quote and backslash (RFC 6749, section 3.3)",
    }
}
