//! An issuer that answers.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::error::Unspecified;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::builder::Builder;
use super::configuration::Configuration;
use super::connections;
use super::error::Error;
use super::routes;
use super::server::AuthorizationServer;
use super::token_request::TokenRequest;

/// An authorization server that answers on loopback until this handle is dropped or [stopped](Self::stop).
#[must_use = "an issuer ends as soon as it is dropped"]
pub struct Issuer {
    address: SocketAddr,
    server: Arc<AuthorizationServer>,
    /// As soon as it is gone, nothing more is accepted.
    running: oneshot::Sender<Infallible>,
    /// The one task that accepts: whatever is in the set is aborted as it is dropped, and its connections with it.
    task: JoinSet<io::Result<()>>,
}

impl Issuer {
    /// One with nothing set, on a free port of `127.0.0.1`. Its client `test` may be granted any scope.
    ///
    /// # Errors
    /// If no port is free, or no key could be generated.
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// An issuer to be, which can be told its audience, clients, accounts, scopes, lifetimes, clock and address.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Names the issuer after its address, makes its key, and answers from now on.
    pub(super) fn serving(
        listener: TcpListener,
        address: SocketAddr,
        configuration: Configuration,
    ) -> Result<Self, Error> {
        let server = AuthorizationServer::new(address, configuration);
        let server = Arc::new(server.map_err(|Unspecified| Error::KeyGeneration)?);
        let (running, stopped) = oneshot::channel();
        let shutdown = async {
            let _sender_gone = stopped.await;
        };
        let mut task = JoinSet::new();
        task.spawn(connections::serve(listener, routes::routes(Arc::clone(&server)), shutdown));
        Ok(Self { address, server, running, task })
    }

    /// The issuer identifier (RFC 8414 §2), as tokens carry it in `iss`: with a trailing slash, as Auth0's.
    pub fn url(&self) -> &str {
        &self.server.issuer
    }

    /// The audience that its access tokens are for.
    pub fn audience(&self) -> &str {
        &self.server.audience
    }

    /// The address that it listens on, with the port that was really taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An access token to be, for the client of that name: what the token endpoint would issue, without asking it.
    pub fn token(&self, client: impl Into<String>) -> TokenRequest<'_> {
        TokenRequest::new(&self.server, client.into())
    }

    /// Makes a new key that signs from now on. The former ones stay published, the last seven of them, so that
    /// their tokens stay good.
    ///
    /// # Errors
    /// [`Error::KeyGeneration`] if no key could be generated.
    pub fn rotate_key(&self) -> Result<(), Error> {
        self.server.keys.rotate().map_err(|Unspecified| Error::KeyGeneration)
    }

    /// Publishes the newest key alone. Whoever fetches the keys again then refuses the tokens that others signed.
    pub fn withdraw_former_keys(&self) {
        self.server.keys.withdraw_former();
    }

    /// The `kid` of the key that signs: its thumbprint (RFC 7638).
    pub fn key_id(&self) -> String {
        self.server.keys.current_id()
    }

    /// Stops listening, and waits for at most a second for what had begun to be answered.
    ///
    /// # Errors
    /// If the listener had failed before. What befalls a single connection ends only that, and a lack of file
    /// descriptors is waited out.
    pub async fn stop(self) -> io::Result<()> {
        let Self { running, mut task, .. } = self;
        drop(running);
        match task.join_next().await {
            Some(ended) => ended.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("url", &self.url())
            .field("audience", &self.audience())
            .finish_non_exhaustive()
    }
}
