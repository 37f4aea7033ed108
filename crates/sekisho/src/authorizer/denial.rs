//! Why a call may not be made.

use std::time::Duration;

use crate::jwks::Unavailable;
use crate::policy::MissingScopes;
use crate::token::TokenError;

/// Why the handler does not run. "Cannot check now" is a variant of its own, and never "you are wrong".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denial {
    /// The path is not exactly that of a method of the policy.
    UnknownMethod,
    /// No valid access token was presented.
    Token(TokenError),
    /// A valid one was, and does not grant what the rule asks for (RFC 6750 §3.1).
    InsufficientScope {
        /// What it lacks.
        missing: MissingScopes,
    },
    /// No key can be told right or wrong now. The caller did nothing wrong.
    KeysUnavailable {
        /// When it is worth to call again.
        retry_after: Duration,
    },
}

impl From<TokenError> for Denial {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<Unavailable> for Denial {
    fn from(unavailable: Unavailable) -> Self {
        Self::KeysUnavailable { retry_after: unavailable.retry_after }
    }
}
