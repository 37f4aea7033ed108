//! Why a call may not be made.

use std::fmt;
use std::time::Duration;

use crate::check::Check;
use crate::jwks::Unavailable;
use crate::policy::MissingScopes;
use crate::token::{CredentialsError, TokenError};

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

impl Denial {
    /// The reason in one word, as callers find it in `ErrorInfo.reason` (AIP-193) and operators in the log. None for
    /// what is no refusal to anybody in particular: an unknown method.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Self::UnknownMethod => None,
            Self::Token(TokenError::Credentials(CredentialsError::Missing)) => Some("CREDENTIALS_MISSING"),
            Self::Token(TokenError::Credentials(_)) => Some("CREDENTIALS_MALFORMED"),
            Self::Token(TokenError::Malformed(_)) => Some("ACCESS_TOKEN_MALFORMED"),
            Self::Token(TokenError::Expired) => Some("ACCESS_TOKEN_EXPIRED"),
            Self::Token(TokenError::Invalid(_)) => Some("ACCESS_TOKEN_INVALID"),
            Self::InsufficientScope { .. } => Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
            Self::KeysUnavailable { .. } => Some("ISSUER_KEYS_UNAVAILABLE"),
        }
    }

    /// The check that the call did not pass, as far as the denial tells. Where several issuers are trusted,
    /// [`Verdict::last_check`](super::Verdict::last_check) tells more: [`Check::TrustedIssuer`] from [`Check::Issuer`].
    pub fn check(&self) -> Check {
        match self {
            Self::UnknownMethod => Check::Method,
            Self::Token(error) => error.check(),
            Self::KeysUnavailable { .. } => Check::Key,
            Self::InsufficientScope { .. } => Check::Scopes,
        }
    }

    /// What an operator may look at first, where there is something that is often the cause. It is for the log; no caller
    /// is told.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Token(TokenError::Invalid(error)) => error.hint(),
            _ => None,
        }
    }
}

/// What is told to the caller.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMethod => f.write_str("This server has no such method"),
            Self::Token(error) => fmt::Display::fmt(error, f),
            Self::InsufficientScope { .. } => f.write_str("Insufficient scope"),
            Self::KeysUnavailable { .. } => f.write_str(
                "The access token cannot be checked now: the issuer's keys are not available. Try again later",
            ),
        }
    }
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
