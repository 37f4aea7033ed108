//! A local OAuth 2.0 authorization server, of the shape of Auth0's.
//!
//! It publishes its metadata (RFC 8414) and its keys (RFC 7517), and issues signed access tokens to machine
//! clients by the client credentials grant (RFC 6749 §4.4). Every start makes a fresh key, so no token
//! outlives the process. Its clients' secrets are no secrets: what protects it is that it listens on loopback
//! alone.
//!
//! ```no_run
//! use sekisho::development::{Error, Issuer, IssuerOptions};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let loopback = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let issuer = Issuer::new(loopback, IssuerOptions::default())?;
//! assert!(issuer.issuer_url().starts_with("http://127.0.0.1:"));
//!
//! let everywhere = tokio::net::TcpListener::bind("0.0.0.0:0").await?;
//! assert!(matches!(Issuer::new(everywhere, IssuerOptions::default()), Err(Error::NotLoopback(_))));
//!
//! issuer.serve(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```

mod access_token;
mod client;
mod client_authentication;
mod client_credentials;
mod connections;
mod error_response;
mod metadata;
mod parameters;
mod routes;
mod signing_key;
mod token_endpoint;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::error::Unspecified;
use tokio::net::TcpListener;

pub use self::client::Client;
use self::signing_key::SigningKey;

/// What time it is, for `iat` and `exp`.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What a development issuer is told by whoever starts it.
#[derive(Clone)]
pub struct Options {
    /// The one audience that tokens are issued for.
    pub audience: String,
    /// Who may ask for tokens.
    pub clients: Vec<Client>,
    /// The clock that tokens are dated by.
    pub clock: Clock,
}

impl Default for Options {
    /// The reference scenario: its audience, the client [`Client::cli`], and the clock of the system.
    fn default() -> Self {
        Self {
            audience: "auth0-multiple-api".to_owned(),
            clients: vec![Client::cli()],
            clock: Arc::new(system_time),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { audience, clients, clock: _ } = self;
        f.debug_struct("Options")
            .field("audience", audience)
            .field("clients", clients)
            .finish_non_exhaustive()
    }
}

#[expect(clippy::disallowed_methods, reason = "the default of an option that a test replaces")]
fn system_time() -> SystemTime {
    SystemTime::now()
}

/// Why a development issuer does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Its clients' secrets are public, so it must not be reachable from elsewhere.
    #[error("the development issuer listens on loopback alone, and {0} is no loopback address")]
    NotLoopback(SocketAddr),
    /// The listener's address names the issuer, and could not be read.
    #[error("the address that the development issuer listens on cannot be read: {0}")]
    LocalAddress(#[source] io::Error),
    /// The cryptographic library refused.
    #[error("no RSA key could be generated for the development issuer")]
    KeyGeneration,
}

/// An authorization server that has its address and its key, and can be asked once it is served.
pub struct Issuer {
    listener: TcpListener,
    address: SocketAddr,
    server: AuthorizationServer,
}

impl Issuer {
    /// Names the issuer after the address that `listener` is bound to, and generates its key.
    ///
    /// # Errors
    /// If that address is not a loopback address or cannot be read, or no key could be generated.
    pub fn new(listener: TcpListener, options: Options) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(Error::LocalAddress)?;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        let key = SigningKey::generate().map_err(|Unspecified| Error::KeyGeneration)?;
        let Options { audience, clients, clock } = options;
        let server =
            AuthorizationServer { issuer: format!("http://{address}/"), audience, clients, key, clock };
        Ok(Self { listener, address, server })
    }

    /// The issuer identifier (RFC 8414 §2), as tokens carry it in `iss`: with a trailing slash, as Auth0's.
    pub fn issuer_url(&self) -> &str {
        &self.server.issuer
    }

    /// The address that it listens on, with the port that was really taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` completes, then for at most a second more what had begun.
    ///
    /// # Errors
    /// If the listener does not listen. What befalls a single connection ends only that, and a lack of file
    /// descriptors is waited out.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        connections::serve(self.listener, routes::routes(self.server), shutdown).await
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("issuer_url", &self.server.issuer).finish_non_exhaustive()
    }
}

/// What all endpoints know of the server that they belong to.
struct AuthorizationServer {
    /// The issuer identifier, ending in a slash: an endpoint's URL is this and its path without the first.
    issuer: String,
    audience: String,
    clients: Vec<Client>,
    key: SigningKey,
    clock: Clock,
}
