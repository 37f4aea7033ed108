//! Which check found what is wrong. A new error does not compile without one.

use super::{CredentialsError, InvalidToken, MalformedToken, Part, TokenError};
use crate::check::Check;

impl TokenError {
    /// The check that is not passed.
    pub fn check(&self) -> Check {
        match self {
            Self::Credentials(error) => error.check(),
            Self::Malformed(error) => error.check(),
            Self::Expired => Check::Expiry,
            Self::Invalid(error) => error.check(),
        }
    }
}

impl CredentialsError {
    fn check(self) -> Check {
        match self {
            Self::Missing | Self::Several | Self::NotBearer | Self::NoToken | Self::Characters => {
                Check::Credentials
            }
        }
    }
}

impl MalformedToken {
    fn check(self) -> Check {
        match self {
            // Before any character of the token is looked at.
            Self::TooLong { .. } => Check::Credentials,
            Self::Parts | Self::Encoding { .. } | Self::NotAnObject { .. } | Self::TooDeep { .. } => {
                Check::Form
            }
        }
    }
}

impl InvalidToken {
    fn check(&self) -> Check {
        match self {
            Self::Repeated { part: Part::Header, .. } | Self::Unreadable { part: Part::Header, .. } => {
                Check::Header
            }
            Self::Repeated { part: Part::Payload | Part::Signature, .. }
            | Self::Unreadable { part: Part::Payload | Part::Signature, .. } => Check::Payload,
            Self::Algorithm => Check::Algorithm,
            Self::Critical => Check::Critical,
            Self::KeyId => Check::KeyId,
            Self::Type => Check::Type,
            Self::KeyNotPublished | Self::KeyWithdrawn | Self::NoFittingKey => Check::Key,
            Self::Signature => Check::Signature,
            Self::IdToken => Check::IdToken,
            Self::SenderConstrained => Check::SenderConstraint,
            Self::Issuer { .. } => Check::Issuer,
            Self::Audience => Check::Audience,
            Self::NotYetValid => Check::NotBefore,
            Self::IssuedInTheFuture => Check::IssuedAt,
            Self::ClaimMissing { check, .. }
            | Self::ClaimType { check, .. }
            | Self::ClaimEmpty { check, .. } => *check,
        }
    }
}
