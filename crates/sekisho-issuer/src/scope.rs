//! A set of scope tokens (RFC 6749 §3.3), in the order in which the client is registered for them.

use std::fmt;

/// What is asked for, or granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope(Vec<String>);

impl Scope {
    /// The tokens between the spaces of `text`.
    pub(super) fn of(text: &str) -> Self {
        Self(text.split(' ').filter(|token| !token.is_empty()).map(str::to_owned).collect())
    }

    pub(super) fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|held| held == token)
    }

    pub(super) fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|token| other.contains(token))
    }

    /// Those of its tokens that `keep` says yes to.
    pub(super) fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let added = other.0.iter().filter(|token| !self.contains(token));
        Self(self.0.iter().chain(added).cloned().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn tokens(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// What OpenID Connect Core means by its own scopes: each is about the person herself.
const STANDARD: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Whether a scope is one of OpenID Connect's (Core §5.4, §11), and so about the person who grants it.
pub(super) fn is_standard(token: &str) -> bool {
    STANDARD.contains(&token)
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3).
pub(super) fn is_scope_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}
