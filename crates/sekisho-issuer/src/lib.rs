//! A local OAuth 2.0 authorization server, of the shape of Auth0's.
//!
//! It publishes its metadata (RFC 8414) and its keys (RFC 7517). Machines get their access tokens by the client
//! credentials grant (RFC 6749 §4.4); pages by the authorization code grant with a proof key (RFC 7636), from
//! persons who log in and see what they agree to (OpenID Connect Core). Every start makes a fresh key, so no
//! token outlives the process, and all else is in memory too. Its clients' secrets are no secrets, and its
//! accounts have no passwords: what protects it is that it listens on loopback alone.
//!
//! ```no_run
//! use sekisho_issuer::{Error, Issuer, Options};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let loopback = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let issuer = Issuer::new(loopback, Options::default())?;
//! assert!(issuer.issuer_url().starts_with("http://127.0.0.1:"));
//!
//! let everywhere = tokio::net::TcpListener::bind("0.0.0.0:0").await?;
//! assert!(matches!(Issuer::new(everywhere, Options::default()), Err(Error::NotLoopback(_))));
//!
//! issuer.serve(std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```

mod access_token;
mod account;
mod authorization_code;
mod authorization_endpoint;
mod authorization_request;
mod authorization_response;
mod bounded;
mod browser;
mod client;
mod client_authentication;
mod client_credentials;
mod code_grant;
mod connections;
mod consent;
mod cors;
mod error_response;
mod fault;
mod grant;
mod grants;
mod host;
mod id_token;
mod language;
mod log_in;
mod log_out;
mod metadata;
mod pages;
mod parameters;
mod pkce;
mod prompt;
mod random;
mod refresh_grant;
mod refresh_token;
mod revocation;
mod revoked;
mod routes;
mod same_origin;
mod scope;
mod session;
mod shortage;
mod signing_key;
mod target;
mod token_endpoint;
mod userinfo;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;
use tokio::net::TcpListener;
use url::Url;

pub use self::client::{Client, ClientKind};
use self::grants::Grants;
use self::same_origin::SameOrigin;
use self::session::Sessions;
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
    /// How long the access tokens live that a person grants. A machine says for itself how long.
    pub access_token_lifetime: Duration,
    /// The clock that tokens are dated by, and by which codes, refresh tokens and sessions expire.
    pub clock: Clock,
}

impl Default for Options {
    /// The reference scenario: its audience, the client [`Client::cli`], and the clock of the system.
    fn default() -> Self {
        Self {
            audience: "auth0-multiple-api".to_owned(),
            clients: vec![Client::cli()],
            access_token_lifetime: Duration::from_secs(60 * 60),
            clock: Arc::new(system_time),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { audience, clients, access_token_lifetime, clock: _ } = self;
        f.debug_struct("Options")
            .field("audience", audience)
            .field("clients", clients)
            .field("access_token_lifetime", access_token_lifetime)
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
    /// A browser could not be sent there: it is no absolute URI, or has a fragment (RFC 6749 §3.1.2).
    #[error("the redirect URI {uri} of the client {client} must be an absolute URI without fragment")]
    RedirectUri {
        /// The client's name.
        client: String,
        /// The URI that it is registered with.
        uri: String,
    },
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
    /// If that address is not a loopback address or cannot be read, if no browser could be sent to one of the
    /// clients' redirect URIs, or if no key could be generated.
    pub fn new(listener: TcpListener, options: Options) -> Result<Self, Error> {
        let address = listener.local_addr().map_err(Error::LocalAddress)?;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        options.clients.iter().try_for_each(check_redirect_uris)?;
        let server =
            AuthorizationServer::new(address, options).map_err(|Unspecified| Error::KeyGeneration)?;
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

fn check_redirect_uris(client: &Client) -> Result<(), Error> {
    let uris = client.redirect_uris().iter().chain(client.post_logout_redirect_uris());
    let bad = uris.into_iter().find(|uri| Url::parse(uri).map_or(true, |uri| uri.fragment().is_some()));
    bad.map_or(Ok(()), |uri| Err(Error::RedirectUri { client: client.id.clone(), uri: uri.clone() }))
}

/// What all endpoints know of the server that they belong to.
struct AuthorizationServer {
    /// The issuer identifier, ending in a slash.
    issuer: String,
    port: u16,
    audience: String,
    clients: Vec<Client>,
    access_token_lifetime: Duration,
    key: SigningKey,
    grants: Grants,
    sessions: Sessions,
    same_origin: SameOrigin,
    clock: Clock,
}

impl AuthorizationServer {
    fn new(address: SocketAddr, options: Options) -> Result<Self, Unspecified> {
        let Options { audience, clients, access_token_lifetime, clock } = options;
        Ok(Self {
            issuer: format!("http://{address}/"),
            port: address.port(),
            audience,
            clients,
            access_token_lifetime,
            key: SigningKey::generate()?,
            grants: Grants::new(access_token_lifetime),
            sessions: Sessions::new(address.port()),
            same_origin: SameOrigin::new(format!("http://{address}"))?,
            clock,
        })
    }

    /// The URL of what is at `path`.
    fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer.trim_end_matches('/'))
    }

    fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }

    fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The same as a `NumericDate` (RFC 7519 §2).
    fn seconds(&self) -> u64 {
        id_token::seconds(self.now())
    }
}
