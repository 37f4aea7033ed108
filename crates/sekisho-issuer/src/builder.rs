//! How an issuer is put together.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;

use super::account::Account;
use super::client::Client;
use super::configuration::Configuration;
use super::error::{ConfigurationFault, Error};
use super::issuer::Issuer;
use super::lifetimes::Lifetimes;
use super::scope_description::ScopeDescription;

/// An issuer to be. What is not set is as [the table](crate#what-can-be-set) says.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    configuration: Configuration,
    address: SocketAddr,
}

impl Builder {
    pub(super) fn new() -> Self {
        let configuration = Configuration {
            audience: "api".to_owned(),
            clients: Vec::new(),
            accounts: Vec::new(),
            scopes: Vec::new(),
            lifetimes: Lifetimes::default(),
            clock: Arc::new(system_time),
        };
        Self { configuration, address: (Ipv4Addr::LOCALHOST, 0).into() }
    }

    /// The one audience that access tokens are issued for.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.configuration.audience = audience.into();
        self
    }

    /// One more client that may ask for tokens. The first takes the place of the one that is there by default.
    pub fn client(mut self, client: Client) -> Self {
        self.configuration.clients.push(client);
        self
    }

    /// One more person who can log in. The first takes the place of those who are there by default.
    pub fn account(mut self, account: Account) -> Self {
        self.configuration.accounts.push(account);
        self
    }

    /// What the consent page says of one more scope.
    pub fn scope(mut self, description: ScopeDescription) -> Self {
        self.configuration.scopes.push(description);
        self
    }

    /// How long access tokens last, unless the client has its own lifetime or a machine asks for another
    /// (`expires_in`).
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.lifetimes.access_token = lifetime;
        self
    }

    /// How long ID tokens last.
    pub fn id_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.lifetimes.id_token = lifetime;
        self
    }

    /// How long an authorization code can be redeemed.
    pub fn code_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.lifetimes.code = lifetime;
        self
    }

    /// How long refresh tokens last, counted from what the person granted: renewing does not lengthen it.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.lifetimes.refresh_token = lifetime;
        self
    }

    /// How long a person stays logged in.
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.configuration.lifetimes.session = lifetime;
        self
    }

    /// The clock that tokens are dated by, and by which codes, refresh tokens and sessions expire.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.configuration.clock = Arc::new(clock);
        self
    }

    /// The port of `127.0.0.1` that it listens on; 0 for a free one.
    pub fn port(self, port: u16) -> Self {
        self.address((Ipv4Addr::LOCALHOST, port))
    }

    /// The address of loopback that it listens on.
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Listens, makes a key, and answers from then on, in a task of its own.
    ///
    /// # Errors
    /// If something of the configuration is wrong ([`Error::Configuration`] has all of it), if the address cannot be
    /// listened on, or if no key could be generated.
    pub async fn start(self) -> Result<Issuer, Error> {
        let Self { configuration, address } = self;
        let configuration = checked(configuration, address)?;
        let listener = TcpListener::bind(address).await.map_err(|source| Error::Bind { address, source })?;
        let address = listener.local_addr().map_err(Error::LocalAddress)?;
        Issuer::serving(listener, address, configuration)
    }

    /// The same on a listener that is bound already; [`address`](Self::address) is not looked at.
    ///
    /// # Errors
    /// As for [`start`](Self::start), and if the listener's address cannot be read.
    #[expect(clippy::unused_async, reason = "the issuer's task is spawned on the runtime that polls this")]
    pub async fn start_on(self, listener: TcpListener) -> Result<Issuer, Error> {
        let address = listener.local_addr().map_err(Error::LocalAddress)?;
        Issuer::serving(listener, address, checked(self.configuration, address)?)
    }
}

#[cfg(test)]
impl Builder {
    /// What would be started, for the tests of other parts.
    pub(super) fn into_configuration(self) -> Configuration {
        checked(self.configuration, self.address).unwrap()
    }
}

/// What was configured, with what nobody named, unless anything of it is wrong.
fn checked(mut configuration: Configuration, address: SocketAddr) -> Result<Configuration, Error> {
    let elsewhere = (!address.ip().is_loopback()).then_some(ConfigurationFault::NotLoopback(address));
    let faults: Vec<_> = elsewhere.into_iter().chain(configuration.faults()).collect();
    if !faults.is_empty() {
        return Err(Error::Configuration(faults));
    }
    if configuration.clients.is_empty() {
        configuration.clients.push(Client::confidential("test", "test-secret").any_scope());
    }
    if configuration.accounts.is_empty() {
        // Two, so that it can be seen what changes where somebody else logs in.
        configuration.accounts = vec![
            Account::new("alice").name("Alice Liddell").email("alice@example.com"),
            Account::new("bob").name("Bob Cratchit").email("bob@example.com"),
        ];
    }
    Ok(configuration)
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { configuration, address } = self;
        let Configuration { audience, clients, accounts, scopes, lifetimes, clock: _ } = configuration;
        f.debug_struct("Builder")
            .field("audience", audience)
            .field("clients", clients)
            .field("accounts", accounts)
            .field("scopes", scopes)
            .field("lifetimes", lifetimes)
            .field("address", address)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the default of an option that a test replaces")]
fn system_time() -> SystemTime {
    SystemTime::now()
}
