//! What all endpoints know of the server that they belong to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;

use super::account::Account;
use super::client::Client;
use super::configuration::{Clock, Configuration};
use super::grants::Grants;
use super::lifetimes::Lifetimes;
use super::same_origin::SameOrigin;
use super::scope_description::ScopeDescriptions;
use super::session::Sessions;
use super::signing_keys::SigningKeys;

/// What all endpoints know of the server that they belong to.
pub(super) struct AuthorizationServer {
    /// The issuer identifier, ending in a slash.
    pub(super) issuer: String,
    pub(super) port: u16,
    pub(super) audience: String,
    pub(super) clients: Vec<Client>,
    pub(super) accounts: Vec<Arc<Account>>,
    pub(super) scopes: ScopeDescriptions,
    pub(super) lifetimes: Lifetimes,
    pub(super) keys: SigningKeys,
    pub(super) grants: Grants,
    pub(super) sessions: Sessions,
    pub(super) same_origin: SameOrigin,
    clock: Clock,
}

impl AuthorizationServer {
    /// One that is named after `address`.
    pub(super) fn new(address: SocketAddr, configuration: Configuration) -> Result<Self, Unspecified> {
        let Configuration { audience, clients, accounts, scopes, lifetimes, clock } = configuration;
        let own = clients.iter().filter_map(|client| client.access_token_lifetime);
        let longest = own.fold(lifetimes.access_token, Duration::max);
        Ok(Self {
            issuer: format!("http://{address}/"),
            port: address.port(),
            audience,
            clients,
            accounts: accounts.into_iter().map(Arc::new).collect(),
            scopes: ScopeDescriptions::new(scopes, lifetimes.refresh_token),
            keys: SigningKeys::generate()?,
            grants: Grants::new(&lifetimes, longest),
            sessions: Sessions::new(address.port(), lifetimes.session),
            same_origin: SameOrigin::new(format!("http://{address}"))?,
            lifetimes,
            clock,
        })
    }

    /// The URL of what is at `path`.
    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(super) fn account(&self, id: &str) -> Option<&Arc<Account>> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// How long access tokens of `client` last, unless it asks for another lifetime.
    pub(super) fn access_token_lifetime(&self, client: &Client) -> Duration {
        client.access_token_lifetime.unwrap_or(self.lifetimes.access_token)
    }

    pub(super) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The same as a `NumericDate` (RFC 7519 §2).
    pub(super) fn seconds(&self) -> u64 {
        super::id_token::seconds(self.now())
    }
}
