//! Access tokens without a request: for tests that have no use for HTTP.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;

use super::access_token::{AccessToken, Subject};
use super::account::Account;
use super::client::Client;
use super::client_credentials::is_requested_lifetime;
use super::grant::Grant;
use super::random::random_id;
use super::scope::{Scope, is_scope_token};
use super::server::AuthorizationServer;

/// An access token to be: what the token endpoint would issue to a client.
///
/// Unlike there, a client that may not have all of the scope gets no token with less of it: a test would go on with
/// another token than it asked for.
#[derive(Clone)]
#[must_use]
pub struct TokenRequest<'a> {
    server: &'a AuthorizationServer,
    client: String,
    account: Option<String>,
    scope: Option<String>,
    lifetime: Option<Duration>,
    issued_at: Option<SystemTime>,
}

/// Why there is no token. Its `Debug` is its `Display`, for tests that return it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// No client of that name is registered.
    #[error("there is no client {0:?}")]
    UnknownClient(String),
    /// No account has that name.
    #[error("there is no account {0:?}")]
    UnknownAccount(String),
    /// A client without a secret cannot ask on its own behalf (RFC 6749 §4.4).
    #[error("the client {0:?} is public, so that a person has to grant it the token; name an account")]
    AccountRequired(String),
    /// "The requested scope is invalid, unknown, or malformed" (RFC 6749 §5.2).
    #[error("the scope {0:?} must be scope tokens with one space between two of them")]
    MalformedScope(String),
    /// The client may not ask for it, or the person cannot grant it.
    #[error("{who:?} may not be granted the scope {scope:?}")]
    Scope {
        /// The client or the account.
        who: String,
        /// The scope token.
        scope: String,
    },
    /// The token endpoint would not issue it either.
    #[error("an access token may last for 1 to 86400 whole seconds")]
    Lifetime,
    /// The cryptographic library refused.
    #[error("the token could not be signed")]
    Signing,
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'a> TokenRequest<'a> {
    pub(super) fn new(server: &'a AuthorizationServer, client: String) -> Self {
        Self { server, client, account: None, scope: None, lifetime: None, issued_at: None }
    }

    /// Granted by the person of that account, who becomes the subject. Without one the client asks on its own
    /// behalf, and is the subject (`worker@clients`).
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// With these scopes, a space between two of them. Without this, all that are listed for the client, and that the
    /// person can grant.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Lasting for so long; otherwise as long as the client's tokens do.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Issued then, and not now: an hour ago for one that has expired.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.issued_at = Some(time);
        self
    }

    /// The signed token, in compact serialization.
    ///
    /// # Errors
    /// If there is no such client or account, if the one may not be granted the scope or the other cannot grant it,
    /// or if the lifetime is not one that can be asked for.
    pub fn sign(&self) -> Result<String, TokenError> {
        let client = self.server.client(&self.client);
        let client = client.ok_or_else(|| TokenError::UnknownClient(self.client.clone()))?;
        let account = self.known_account()?;
        if client.is_public() && account.is_none() {
            return Err(TokenError::AccountRequired(client.id.clone()));
        }
        let scope = self.granted_scope(client, account)?;
        let issued_at = self.issued_at.unwrap_or_else(|| self.server.now());
        let lifetime = self.lifetime(client)?;
        let text = scope.to_string();
        let grant = account.map(|account| grant(client, account, scope, issued_at)).transpose();
        let grant = grant.map_err(|Unspecified| TokenError::Signing)?;
        let subject = grant.as_ref().map_or(Subject::Client, Subject::Person);
        let token = AccessToken { client, subject, scope: &text, issued_at, lifetime };
        token.sign(self.server).map_err(|Unspecified| TokenError::Signing)
    }

    fn known_account(&self) -> Result<Option<&'a Arc<Account>>, TokenError> {
        let Some(id) = &self.account else { return Ok(None) };
        self.server.account(id).map(Some).ok_or_else(|| TokenError::UnknownAccount(id.clone()))
    }

    fn lifetime(&self, client: &Client) -> Result<Duration, TokenError> {
        match self.lifetime {
            None => Ok(self.server.access_token_lifetime(client)),
            Some(lifetime) if lifetime.subsec_nanos() == 0 && is_requested_lifetime(lifetime.as_secs()) => {
                Ok(lifetime)
            }
            Some(_) => Err(TokenError::Lifetime),
        }
    }

    fn granted_scope(&self, client: &Client, account: Option<&Arc<Account>>) -> Result<Scope, TokenError> {
        let asked = self.scope.as_deref();
        if let Some(asked) = asked.filter(|asked| !asked.split(' ').all(is_scope_token)) {
            return Err(TokenError::MalformedScope(asked.to_owned()));
        }
        let of_client = Scope::of(&client.narrow(asked).unwrap_or_default());
        let granted = account.map_or_else(|| of_client.clone(), |account| account.narrow(&of_client));
        // With nothing asked for, nothing is missing.
        let asked = Scope::of(asked.unwrap_or_default());
        let missing = asked.tokens().find(|token| !granted.contains(token));
        match (missing, account) {
            (None, _) => Ok(granted),
            (Some(scope), Some(account)) if of_client.contains(scope) => {
                Err(TokenError::Scope { who: account.id.clone(), scope: scope.to_owned() })
            }
            (Some(scope), _) => Err(TokenError::Scope { who: client.id.clone(), scope: scope.to_owned() }),
        }
    }
}

/// What the person would have granted on the page.
fn grant(
    client: &Client,
    account: &Arc<Account>,
    scope: Scope,
    auth_time: SystemTime,
) -> Result<Grant, Unspecified> {
    let (id, sid) = (random_id()?, random_id()?);
    Ok(Grant { id, client_id: client.id.clone(), account: Arc::clone(account), scope, auth_time, sid })
}

impl std::fmt::Debug for TokenRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { server: _, client, account, scope, lifetime, issued_at } = self;
        f.debug_struct("TokenRequest")
            .field("client", client)
            .field("account", account)
            .field("scope", scope)
            .field("lifetime", lifetime)
            .field("issued_at", issued_at)
            .finish_non_exhaustive()
    }
}
