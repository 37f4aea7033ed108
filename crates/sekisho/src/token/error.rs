//! Everything that can be wrong with an access token, one variant a thing that can be told apart.
//!
//! The texts go to the caller: they say which check failed, and never what would have passed it.

mod failed_check;

use std::fmt;

use crate::check::Check;
use crate::json::MAX_DEPTH;

/// Why there is no verified access token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The `authorization` entry holds no bearer token (RFC 6750 §2.1).
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// What it holds is no signed JWT.
    #[error(transparent)]
    Malformed(#[from] MalformedToken),
    /// It was valid once: `exp` has passed (RFC 7519 §4.1.4).
    #[error("The access token has expired")]
    Expired,
    /// A check failed.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
}

/// What is wrong with the `authorization` entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There is none.
    #[error("No access token was sent")]
    Missing,
    /// There is more than one, so it is not clear which counts.
    #[error("More than one authorization entry was sent")]
    Several,
    /// Another scheme than `Bearer`.
    #[error("The authorization entry is not of the form: Bearer ACCESS_TOKEN")]
    NotBearer,
    /// Nothing after `Bearer`.
    #[error("The authorization entry has no access token after Bearer")]
    NoToken,
    /// After `Bearer` and its spaces, something else than one token of RFC 6750's characters.
    #[error("The authorization entry has characters after Bearer that no access token has")]
    Characters,
}

/// Why a bearer token is no signed JWT in compact form (RFC 7515 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedToken {
    /// The `authorization` entry is longer than what is read.
    #[error("The authorization entry is longer than {limit} bytes")]
    TooLong {
        /// How long it may be, in bytes.
        limit: usize,
    },
    /// Not three parts. An encrypted token has five, an opaque one has one.
    #[error("The access token is no signed JWT: it does not have three parts")]
    Parts,
    /// A part is not base64url without padding (RFC 7515 §2).
    #[error("The access token is no signed JWT: its {part} is not base64url")]
    Encoding {
        /// The part.
        part: Part,
    },
    /// Header or payload is no JSON object.
    #[error("The access token is no signed JWT: its {part} is no JSON object")]
    NotAnObject {
        /// The part.
        part: Part,
    },
    /// Header or payload has arrays or objects within each other, more levels of them than are read.
    #[error("The access token is no signed JWT: its {part} is nested more than {MAX_DEPTH} levels deep")]
    TooDeep {
        /// The part.
        part: Part,
    },
}

/// A part of a signed JWT, in the order in which they stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The JOSE header.
    Header,
    /// The claims.
    Payload,
    /// The signature.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        })
    }
}

/// Which check a signed JWT did not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// A member that is read occurs twice (RFC 7515 §4, RFC 7519 §4).
    #[error("The access token has {member} twice in its {part}")]
    Repeated {
        /// The part.
        part: Part,
        /// The member's name.
        member: String,
    },
    /// A member that is read has half of a surrogate pair in a text, or a number that no 64-bit float can hold
    /// (RFC 8259 §6, §8.2).
    #[error("The access token has a {member} in its {part} that is no valid text or number")]
    Unreadable {
        /// The part.
        part: Part,
        /// The member's name.
        member: String,
    },
    /// `alg` is missing, `none`, symmetric, or not allowed here (RFC 8725 §3.1).
    #[error("The access token's algorithm is not accepted")]
    Algorithm,
    /// Extensions that must be understood are never understood here (RFC 7515 §4.1.11).
    #[error("The access token has critical header parameters, which are not accepted")]
    Critical,
    /// `typ` is that of another kind of token (RFC 8725 §3.11).
    #[error("The access token's header typ is not that of an access token")]
    Type,
    /// `kid` is no string.
    #[error("The access token's kid is not a string")]
    KeyId,
    /// The issuer publishes no such key.
    #[error("The access token names a key that its issuer does not publish")]
    KeyNotPublished,
    /// The issuer no longer publishes its key, or publishes it for something else: of a token that was accepted before.
    #[error("The access token's key is no longer one that its issuer publishes for it")]
    KeyWithdrawn,
    /// The issuer publishes no key that could have made such a signature.
    #[error("The access token's issuer publishes no key that fits its algorithm and key id")]
    NoFittingKey,
    /// No key made this signature.
    #[error("The access token's signature does not verify")]
    Signature,
    /// It says of itself that it is an ID token.
    #[error("An ID token was sent where an access token is expected")]
    IdToken,
    /// A claim that must be there is not.
    #[error("The access token has no {claim} claim")]
    ClaimMissing {
        /// The claim's name.
        claim: String,
        /// Which check found it.
        check: Check,
    },
    /// A claim has a value of a type that it may not have.
    #[error("The access token's {claim} claim is of the wrong type")]
    ClaimType {
        /// The claim's name.
        claim: String,
        /// Which check found it.
        check: Check,
    },
    /// A claim that has to say something is empty.
    #[error("The access token's {claim} claim is empty")]
    ClaimEmpty {
        /// The claim's name.
        claim: String,
        /// Which check found it.
        check: Check,
    },
    /// `cnf` binds it to its sender (RFC 7800), by a client certificate (RFC 8705) or a key (RFC 9449). Whoever
    /// sends it has not shown either, so it may be stolen.
    #[error("The access token is bound to its sender (cnf), and is not accepted as a bearer token")]
    SenderConstrained,
    /// `iss` is another (RFC 7519 §4.1.1), compared byte for byte.
    #[error("The access token is from another issuer")]
    Issuer {
        /// Whether the last slash is all that it lacks or has too much.
        by_last_slash_alone: bool,
    },
    /// The audience is another (RFC 7519 §4.1.3).
    #[error("The access token is for another audience")]
    Audience,
    /// `nbf` is yet to come (RFC 7519 §4.1.5).
    #[error("The access token is not valid yet")]
    NotYetValid,
    /// `iat` is yet to come (RFC 7519 §4.1.6).
    #[error("The access token was issued in the future")]
    IssuedInTheFuture,
}

impl InvalidToken {
    /// What an operator may want to know besides, and no caller.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Issuer { by_last_slash_alone: true } => Some(
                "the issuer's name and the token's iss differ by their last slash alone; \
                 where the issuer is not discovered, it has to be configured just as its tokens name it",
            ),
            _ => None,
        }
    }
}
