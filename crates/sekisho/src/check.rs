//! The checks of a call, by name: for whoever tells people which one a call did not pass.

use std::fmt;

/// A check of a call. They are declared in the order in which an [`Authorizer`](crate::authorizer::Authorizer) makes them: of a
/// call that fails several, the first is told.
///
/// Which of them a call ended at is said by [`Verdict::last_check`](crate::authorizer::Verdict::last_check).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// The path is exactly that of a method.
    Method,
    /// Whether the rule asks who calls. It refuses nobody; where it asks nobody, no other check is made.
    Rule,
    /// One `authorization` entry with one bearer token (RFC 6750 §2.1), within the size limit.
    Credentials,
    /// A signed JWT in compact form (RFC 7515 §3.1).
    Form,
    /// Members of the header that are read: each once, and readable.
    Header,
    /// `alg` (RFC 8725 §3.1).
    Algorithm,
    /// `crit` (RFC 7515 §4.1.11).
    Critical,
    /// `kid` is a text.
    KeyId,
    /// The header's `typ` (RFC 8725 §3.11).
    Type,
    /// Of several issuers, which one the token names. Where one alone is trusted, this check is not made:
    /// [`Check::Issuer`] compares its name.
    TrustedIssuer,
    /// A key of the issuer that the token may have been signed with.
    Key,
    /// The signature.
    Signature,
    /// Members of the payload that are read: each once, and readable.
    Payload,
    /// It does not say that it is an ID token.
    IdToken,
    /// `cnf` (RFC 7800).
    SenderConstraint,
    /// `iss` (RFC 7519 §4.1.1).
    Issuer,
    /// `aud`, or the claim that is configured for it (RFC 7519 §4.1.3).
    Audience,
    /// `exp` (RFC 7519 §4.1.4).
    Expiry,
    /// `nbf` (RFC 7519 §4.1.5).
    NotBefore,
    /// `iat` (RFC 7519 §4.1.6).
    IssuedAt,
    /// What a token profile wants besides: `client_id`, `jti` and `iat` (RFC 9068 §2.2). Without one, nothing.
    Profile,
    /// `sub` (RFC 7519 §4.1.2).
    Subject,
    /// `jti` (RFC 7519 §4.1.7).
    TokenId,
    /// The claims that say which client asked for the token.
    Client,
    /// What the rule asks for.
    Scopes,
}

impl Check {
    /// All of them, in the order in which they are made.
    pub const fn in_order() -> &'static [Self] {
        &[
            Self::Method,
            Self::Rule,
            Self::Credentials,
            Self::Form,
            Self::Header,
            Self::Algorithm,
            Self::Critical,
            Self::KeyId,
            Self::Type,
            Self::TrustedIssuer,
            Self::Key,
            Self::Signature,
            Self::Payload,
            Self::IdToken,
            Self::SenderConstraint,
            Self::Issuer,
            Self::Audience,
            Self::Expiry,
            Self::NotBefore,
            Self::IssuedAt,
            Self::Profile,
            Self::Subject,
            Self::TokenId,
            Self::Client,
            Self::Scopes,
        ]
    }

    /// Its name in one word, which programs may go by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Rule => "rule",
            Self::Credentials => "credentials",
            Self::Form => "form",
            Self::Header => "header",
            Self::Algorithm => "algorithm",
            Self::Critical => "critical",
            Self::KeyId => "key-id",
            Self::Type => "type",
            Self::TrustedIssuer => "trusted-issuer",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::IdToken => "id-token",
            Self::SenderConstraint => "sender-constraint",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Expiry => "expiry",
            Self::NotBefore => "not-before",
            Self::IssuedAt => "issued-at",
            Self::Profile => "profile",
            Self::Subject => "subject",
            Self::TokenId => "token-id",
            Self::Client => "client",
            Self::Scopes => "scopes",
        }
    }

    /// What is asked, for people.
    pub const fn asks(self) -> &'static str {
        match self {
            Self::Method => "Is the path exactly that of a method?",
            Self::Rule => "Does the rule ask who calls?",
            Self::Credentials => {
                "Is there one authorization entry, with one bearer token that is not too long?"
            }
            Self::Form => "Is the token a signed JWT?",
            Self::Header => "Is each member of its header there once, and readable?",
            Self::Algorithm => "Is its algorithm (alg) accepted?",
            Self::Critical => "Is it without critical header parameters (crit)?",
            Self::KeyId => "Is its key id (kid) a text, if it has one?",
            Self::Type => "Is its type (typ) that of an access token?",
            Self::TrustedIssuer => "Does it name one of the issuers that are trusted (iss)?",
            Self::Key => "Does the issuer publish a key that it may be signed with?",
            Self::Signature => "Does its signature verify?",
            Self::Payload => "Is each claim that is read there once, and readable?",
            Self::IdToken => "Is it an access token, and no ID token?",
            Self::SenderConstraint => "May it be sent as a bearer token (cnf)?",
            Self::Issuer => "Is it from the issuer whose key it is signed with (iss)?",
            Self::Audience => "Is it for this audience?",
            Self::Expiry => "Has it not expired (exp)?",
            Self::NotBefore => "Is it valid already (nbf)?",
            Self::IssuedAt => "Was it issued in the past (iat)?",
            Self::Profile => "Does it have the claims that the token profile wants?",
            Self::Subject => "Does it say whom it is about (sub)?",
            Self::TokenId => "Is its id (jti) a text, if it has one?",
            Self::Client => "Are the claims that name its client texts, if it has any?",
            Self::Scopes => "Does it grant what the rule asks for?",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
