//! Access tokens: from the `authorization` entry (RFC 6750) to claims that were verified (RFC 7519,
//! RFC 8725). No network and no policy; keys and time are handed in.
//!
//! A token goes through four types, each made by the step before it, which is the only way for users of the library: [`BearerToken`], [`DecodedToken`],
//! [`UnverifiedToken`], [`Claims`].
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use sekisho::jwks::{HeldKeys, KeySet};
//! use sekisho::token::{BearerToken, InvalidToken, TokenError, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let issuer = sekisho::testing::TestIssuer::new("https://tenant.example/", "orders");
//! let keys = HeldKeys { issuer: "https://tenant.example/".into(), set: KeySet::parse(issuer.jwks().as_bytes())?.0.into() };
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
//! let header = format!("Bearer {}", issuer.token().scope("orders:read").issued_at(now).sign());
//!
//! let verifier = Verifier::new("orders");
//! let decoded = BearerToken::parse([header.as_bytes()], 8192)?.decode()?;
//! let token = verifier.read(&decoded)?;
//! let claims = verifier.verify(&token, &keys, now)?;
//! assert!(claims.scopes().contains("orders:read"));
//!
//! // The same token where another audience is asked for.
//! let verifier = Verifier::new("invoices");
//! let token = verifier.read(&decoded)?;
//! let refused = verifier.verify(&token, &keys, now);
//! assert_eq!(refused.err(), Some(TokenError::Invalid(InvalidToken::Audience)));
//! # Ok(())
//! # }
//! ```

mod bearer;
mod claim_path;
mod claim_value;
mod claims;
mod decoded;
mod error;
mod granted_scopes;
mod jws;
mod kept_claims;
mod lifetime;
mod logged_claims;
mod profile;
mod read_claims;
mod verifier;

pub use bearer::BearerToken;
pub(crate) use bearer::Presented;
pub use claim_path::{ClaimPath, InvalidClaimPath};
pub use claim_value::{ClaimTexts, ClaimValue};
pub use claims::Claims;
pub(crate) use claims::allocated;
pub use decoded::DecodedToken;
pub use error::{CredentialsError, InvalidToken, MalformedToken, Part, TokenError};
pub use jws::UnverifiedToken;
pub use profile::{TokenProfile, UnknownProfile};
pub(crate) use verifier::Signed;
pub use verifier::Verifier;

#[cfg(test)]
mod tests;
