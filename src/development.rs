//! What development alone needs: an authorization server on loopback.
//!
//! Nothing in here stands on the rest of the crate. The [`issuer`] is a stranger that speaks HTTP, so that
//! what works against it has been shown to work against an issuer, and not against an acquaintance.

pub mod issuer;

pub use issuer::{Client, ClientKind, Error, Issuer, Options as IssuerOptions};
