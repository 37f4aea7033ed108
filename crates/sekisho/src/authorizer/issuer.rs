//! An issuer that is trusted: its keys, and what its tokens have to be like.

#[cfg(feature = "discovery")]
use std::sync::Arc;

#[cfg(feature = "discovery")]
use crate::clock::SystemClock;
use crate::jwks::Keys;
#[cfg(feature = "discovery")]
use crate::jwks::{Discovery, HttpClient, HttpUrl, InvalidHttpUrl, PlainHttp, Schedule};
use crate::token::Verifier;

/// An issuer whose access tokens are accepted.
#[derive(Debug, Clone)]
pub struct Issuer {
    keys: Keys,
    verifier: Verifier,
}

impl Issuer {
    /// An issuer with these keys, whose tokens have to pass this verifier.
    pub fn new(keys: Keys, verifier: Verifier) -> Self {
        Self { keys, verifier }
    }

    /// An issuer that is asked for its own name and keys (OpenID Connect Discovery or RFC 8414), now and
    /// every five minutes, beside the calls. Where it does not answer, the server starts all the same, and
    /// callers are told to try again later. Why it does not is an event of `tracing`, target `sekisho::jwks`.
    ///
    /// `url` is the `iss` of the tokens, not the address of a document of the issuer. It may be written with or without
    /// its last slash. `audience` is what the tokens' `aud` has to name.
    ///
    /// # Errors
    /// [`DiscoverError`]: `url` is no `https` URL, nor an `http` one on loopback; or it cannot be an issuer's. Or the
    /// audience is empty.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    #[cfg(feature = "discovery")]
    pub fn discover(url: &str, audience: impl Into<String>) -> Result<Self, DiscoverError> {
        let (url, audience) = (HttpUrl::parse(url, PlainHttp::LoopbackOnly)?, audience.into());
        check(&url, &audience)?;
        let source = Discovery::new(url, PlainHttp::LoopbackOnly, HttpClient::new(&[])?);
        let keys = Keys::remote(source, Schedule::default(), Arc::new(SystemClock::new()));
        Ok(Self::new(keys, Verifier::new(audience)))
    }

    /// Replaces what its tokens have to be like, by way of what is set already.
    #[must_use]
    pub fn verified_by(mut self, change: impl FnOnce(Verifier) -> Verifier) -> Self {
        self.verifier = change(self.verifier);
        self
    }

    /// Its keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What its tokens have to be like.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}

/// What no issuer can have, so that every call would be refused.
#[cfg(feature = "discovery")]
fn check(url: &HttpUrl, audience: &str) -> Result<(), DiscoverError> {
    if url.url().query().is_some() {
        return Err(DiscoverError::Query);
    }
    if url.url().path().contains("/.well-known/") {
        return Err(DiscoverError::Document);
    }
    if audience.is_empty() { Err(DiscoverError::EmptyAudience) } else { Ok(()) }
}

/// Why an issuer cannot be discovered, whatever it answers. Its `Debug` is its `Display`, for a `main` that returns it.
#[cfg(feature = "discovery")]
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum DiscoverError {
    /// Its URL may not be asked.
    #[error(transparent)]
    Url(#[from] InvalidHttpUrl),
    /// An issuer has no query (RFC 8414 §2).
    #[error("a query (?…) may not stand in the URL of an issuer")]
    Query,
    /// The URL of what an issuer publishes is not its name.
    #[error("this is the URL of a document; expected the issuer's own, which stands before /.well-known/")]
    Document,
    /// Tokens without an audience are for nobody.
    #[error("the audience is empty; expected the name by which the issuer knows the API")]
    EmptyAudience,
    /// No HTTP client can be had.
    #[error(transparent)]
    Client(#[from] crate::jwks::InvalidCertificates),
}

#[cfg(feature = "discovery")]
impl std::fmt::Debug for DiscoverError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
