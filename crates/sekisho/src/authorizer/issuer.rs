//! An issuer that is trusted: its keys, and what its tokens have to be like.

use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "discovery")]
use crate::clock::SystemClock;
#[cfg(feature = "discovery")]
use crate::jwks::{Discovery, HttpClient, HttpUrl, InvalidHttpUrl, PlainHttp, Schedule};
use crate::jwks::{Keys, KeysView};
use crate::scope::ScopePrefix;
use crate::token::Verifier;

/// An issuer whose access tokens are accepted. All clones are the one issuer.
#[derive(Debug, Clone)]
pub struct Issuer {
    keys: Keys,
    verifier: Verifier,
    identity: Arc<Identity>,
}

/// What tells an issuer from every other, one with the same keys and other rules among them; and what a token that it
/// was found to be of is to know of it.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    keys: KeysView,
    leeway: Duration,
    scope_prefix: ScopePrefix,
    name: Option<Box<str>>,
    is_required: bool,
}

impl Identity {
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its keys, as they are now.
    pub(super) fn keys(&self) -> &KeysView {
        &self.keys
    }

    /// What it writes before the names of scopes.
    pub(super) fn scope_prefix(&self) -> &ScopePrefix {
        &self.scope_prefix
    }

    /// What a token is given after `exp`.
    pub(super) fn leeway(&self) -> Duration {
        self.leeway
    }
}

impl Issuer {
    /// An issuer with these keys, whose tokens have to pass this verifier.
    pub fn new(keys: Keys, verifier: Verifier) -> Self {
        let (view, leeway) = (keys.view(), verifier.leeway_to_accept_with());
        let scope_prefix = verifier.prefix_of_scopes().clone();
        let identity = Identity { keys: view, leeway, scope_prefix, name: None, is_required: true };
        Self { keys, verifier, identity: Arc::new(identity) }
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
        let leeway = self.verifier.leeway_to_accept_with();
        let scope_prefix = self.verifier.prefix_of_scopes().clone();
        self.with_identity(|identity| Identity { leeway, scope_prefix, ..identity })
    }

    /// Gives it a name of the operator's, for logs and for [`Grant::issuer_name`](super::Grant::issuer_name). Tokens do
    /// not carry it.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        self.with_identity(|identity| Identity { name: Some(name.into().into()), ..identity })
    }

    /// Whether a server is ready only once this issuer had keys; so it is unless set. See
    /// [`Authorizer::is_ready`](super::Authorizer::is_ready).
    #[must_use]
    pub fn required(self, is_required: bool) -> Self {
        self.with_identity(|identity| Identity { is_required, ..identity })
    }

    /// The name that it was given by [`Issuer::named`].
    pub fn name(&self) -> Option<&str> {
        self.identity.name()
    }

    /// Whether a server is ready only once it had keys.
    pub fn is_required(&self) -> bool {
        self.identity.is_required
    }

    pub(super) fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// A token that was accepted by other settings was accepted by another issuer.
    fn with_identity(mut self, change: impl FnOnce(Identity) -> Identity) -> Self {
        self.identity = Arc::new(change(Identity::clone(&self.identity)));
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
