//! What the program is told, judged: every value is of the type that its user takes.

mod changes;
mod issuer;

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

pub use changes::{Changes, IssuerChanges, changes};
pub use issuer::{IssuerSettings, KeyLocation, TokenRules, TrustedIssuer};

use crate::server::{AllowedHeader, AllowedOrigins, Certificate, Hosts, Limits, Origin, Reflection, Tls};
use sekisho::jwks::{HttpUrl, PlainHttp, Schedule};

/// `sekisho`: all of it on loopback, with its own issuer.
#[derive(Debug, Clone, PartialEq)]
pub struct DevelopmentSettings {
    /// The gRPC server.
    pub server: ServerSettings,
    /// Where the development issuer listens; loopback.
    pub issuer_listen: SocketAddr,
    /// How long its access tokens last.
    pub token_lifetime: Duration,
    /// How its tokens are judged.
    pub token: TokenRules,
    /// When its keys are fetched.
    pub schedule: Schedule,
}

/// `sekisho serve`: for the issuers that are configured.
#[derive(Debug, Clone, PartialEq)]
pub struct ServeSettings {
    /// The gRPC server.
    pub server: ServerSettings,
    /// Whose tokens are accepted: one, or as many as the file has tables. The page uses the first.
    pub issuers: Vec<TrustedIssuer>,
}

/// The server, whoever issues the tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerSettings {
    /// Where it listens.
    pub grpc_listen: SocketAddr,
    /// Whose pages may call over gRPC-Web; that of the page itself where nobody says.
    pub allow_origins: Option<AllowedOrigins>,
    /// What pages may send besides what every client of gRPC-Web does.
    pub allow_headers: Vec<AllowedHeader>,
    /// The names by which it may be asked.
    pub hosts: Hosts,
    /// The page, if there is one.
    pub page: Option<PageSettings>,
    /// What the listener shows; plain text without.
    pub tls: Option<Tls>,
    /// What a peer may take.
    pub limits: Limits,
    /// How long the `authorization` entry may be, in bytes.
    pub max_token_size: usize,
    /// How many verified tokens are remembered.
    pub remembered_tokens: usize,
    /// Whether every method only reports whom it would refuse.
    pub report_only: bool,
    /// Who may ask what is served.
    pub reflection: Reflection,
    /// How long calls in flight may go on once it is told to stop.
    pub shutdown_grace: Duration,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSettings {
    /// Where it listens.
    pub web_listen: SocketAddr,
    /// Its client at the issuer.
    pub client_id: String,
    /// Origins of the issuer besides its own.
    pub connect_origins: Vec<Origin>,
}

/// `sekisho token`: one access token, by client credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenSettings {
    /// Who issues it.
    pub issuer: HttpUrl,
    /// Where `http` may be spoken.
    pub plain_http: PlainHttp,
    /// Roots that are trusted besides the usual ones: PEM, may be empty.
    pub ca_file: Vec<u8>,
    /// Who asks.
    pub client_id: String,
    /// How it proves that it is the one.
    pub client_secret: Secret,
    /// What it asks for; the issuer's choice where nothing is named.
    pub scope: Option<String>,
    /// For whom the token is.
    pub audience: Option<String>,
    /// How long it lasts; an extension of the development issuer.
    pub expires_in: Option<Duration>,
}

impl TokenSettings {
    /// A token of the development issuer, as its client `cli`: for api1 and api2, for an hour.
    pub fn of_development(issuer: HttpUrl, audience: impl Into<String>) -> Self {
        Self {
            issuer,
            plain_http: PlainHttp::LoopbackOnly,
            ca_file: Vec::new(),
            client_id: "cli".to_owned(),
            client_secret: Secret("cli-secret".to_owned()),
            scope: Some("api1:read:status api2:read:status".to_owned()),
            audience: Some(audience.into()),
            expires_in: Some(Duration::from_secs(3600)),
        }
    }
}

/// `sekisho healthcheck`: whom to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthcheckSettings {
    /// The server's address, as it can be connected to.
    pub address: SocketAddr,
    /// How it is spoken to.
    pub transport: HealthcheckTransport,
}

/// How a server is spoken to.
#[derive(Debug, Clone, PartialEq)]
pub enum HealthcheckTransport {
    /// Without TLS.
    PlainText,
    /// Over TLS.
    Tls {
        /// What is shown to a server that wants certificates of its clients.
        identity: Option<Certificate>,
    },
}

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// How a line looks.
    pub format: LogFormat,
    /// Which calls have a line.
    pub calls: LogCalls,
    /// Which lines are logged, in the words of `RUST_LOG`.
    pub filter: String,
}

/// Which calls have a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogCalls {
    /// Each one.
    All,
    /// Those that were refused.
    Refused,
    /// None.
    None,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
