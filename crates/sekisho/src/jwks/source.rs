//! Where keys come from: discovery, a URL, or a file.

mod discovery;
mod http_client;

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use discovery::Discovery;
pub use http_client::{HttpClient, InvalidCertificates};

use super::{Algorithm, HttpUrl, InvalidHttpUrl, InvalidKeySet, KeySet, LeftOutKey};
use crate::excerpt;

/// The largest document that is read, in bytes.
const MAX_DOCUMENT: usize = 1024 * 1024;

/// A place that keys can be fetched from.
pub trait KeySource: Send + Sync + 'static {
    /// Whose keys, as it was configured. Discovery may find that the issuer writes its last slash otherwise.
    fn issuer(&self) -> Arc<str>;

    /// Fetches once. The caller bounds the time.
    fn fetch(&self) -> impl Future<Output = Result<Fetched, FetchError>> + Send;
}

/// What a fetch brought: at least one usable key.
#[derive(Debug)]
pub struct Fetched {
    /// The issuer as its tokens name it.
    pub issuer: Arc<str>,
    /// The keys that can be used.
    pub set: KeySet,
    /// Those that cannot.
    pub left_out: Vec<LeftOutKey>,
}

impl Fetched {
    fn parse(issuer: Arc<str>, json: &[u8], location: &str) -> Result<Self, FetchError> {
        let invalid = |error| FetchError::KeySet { location: location.to_owned(), error };
        let (set, left_out) = KeySet::parse(without_byte_order_mark(json)).map_err(invalid)?;
        Ok(Self { issuer, set, left_out })
    }
}

/// Some editors and libraries write U+FEFF before a text (RFC 8259 §8.1 lets a reader pass over it).
fn without_byte_order_mark(json: &[u8]) -> &[u8] {
    json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json)
}

/// A JWK set at a URL that does not change, of an issuer that is written as its tokens name it.
#[derive(Debug)]
pub struct FixedUrl {
    issuer: Arc<str>,
    jwks: HttpUrl,
    client: HttpClient,
}

impl FixedUrl {
    /// Keys of `issuer` from `jwks`.
    pub fn new(issuer: impl Into<Arc<str>>, jwks: HttpUrl, client: HttpClient) -> Self {
        Self { issuer: issuer.into(), jwks, client }
    }
}

impl KeySource for FixedUrl {
    fn issuer(&self) -> Arc<str> {
        Arc::clone(&self.issuer)
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let json = self.client.get(&self.jwks).await?;
        Fetched::parse(Arc::clone(&self.issuer), &json, self.jwks.as_str())
    }
}

/// A JWK set in a file, read again at each refresh.
#[derive(Debug, Clone)]
pub struct JwksFile {
    issuer: Arc<str>,
    path: PathBuf,
}

impl JwksFile {
    /// Keys of `issuer` from the file at `path`.
    pub fn new(issuer: impl Into<Arc<str>>, path: impl Into<PathBuf>) -> Self {
        Self { issuer: issuer.into(), path: path.into() }
    }

    /// Reads the file now, as each refresh does.
    ///
    /// # Errors
    /// [`FetchError`] when it cannot be read or has no usable key.
    pub fn read(&self) -> Result<Fetched, FetchError> {
        let location = self.path.display().to_string();
        let unreadable = |error| FetchError::File { location: location.clone(), error };
        let mut json = Vec::new();
        // Anything else may keep whoever opens it waiting for ever.
        if !std::fs::metadata(&self.path).map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is no regular file")));
        }
        let file = std::fs::File::open(&self.path).map_err(unreadable)?;
        file.take(MAX_DOCUMENT as u64 + 1).read_to_end(&mut json).map_err(unreadable)?;
        if json.len() > MAX_DOCUMENT {
            return Err(FetchError::TooLarge { location });
        }
        Fetched::parse(Arc::clone(&self.issuer), &json, &location)
    }
}

impl KeySource for JwksFile {
    fn issuer(&self) -> Arc<str> {
        Arc::clone(&self.issuer)
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let file = self.clone();
        // A file may be on a disk that is far away.
        let read = tokio::task::spawn_blocking(move || file.read()).await;
        read.unwrap_or_else(|error| {
            let location = self.path.display().to_string();
            Err(FetchError::File { location, error: std::io::Error::other(error) })
        })
    }
}

/// Why a fetch brought no keys. The fault is never that of a caller.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No whole answer came in time.
    #[error("the issuer did not answer within {} s", .limit.as_secs())]
    TimedOut {
        /// The time it had.
        limit: Duration,
    },
    /// The source did not bear it.
    #[error("the source of the keys panicked")]
    Panicked,
    /// No answer came.
    #[error("{location}: {reason}")]
    Http {
        /// What was asked.
        location: String,
        /// What went wrong, down to its cause.
        reason: String,
    },
    /// An answer that is not 200; redirects are not followed.
    #[error("{location} answered with HTTP status {status}{}", if *.status / 100 == 3 { " (redirects are not followed)" } else { "" })]
    Status {
        /// What was asked.
        location: String,
        /// The status.
        status: u16,
    },
    /// An answer that is compressed.
    #[error("{location} answered with content-encoding: {found}, though identity was asked for")]
    ContentEncoding {
        /// What was asked.
        location: String,
        /// The coding that the answer names.
        found: String,
    },
    /// An answer that is too large to be what was asked for.
    #[error("{location} is larger than {MAX_DOCUMENT} bytes")]
    TooLarge {
        /// What was asked.
        location: String,
    },
    /// A file that cannot be read.
    #[error("{location}: {error}")]
    File {
        /// The file.
        location: String,
        /// Why.
        error: std::io::Error,
    },
    /// There is no metadata at either of its places.
    #[error("{first}; {second}")]
    NoMetadata {
        /// What was wrong where OpenID Connect Discovery puts it.
        first: Box<FetchError>,
        /// What was wrong where RFC 8414 puts it.
        second: Box<FetchError>,
    },
    /// A document that is no authorization server metadata (RFC 8414 §2).
    #[error("{location} is no authorization server metadata: {reason}")]
    Metadata {
        /// What was asked.
        location: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Metadata of somebody else (RFC 8414 §3.3).
    #[error("{location} names another issuer: expected {expected}, found {:?}", excerpt::name(.found))]
    OtherIssuer {
        /// What was asked.
        location: String,
        /// The issuer that is configured.
        expected: String,
        /// The issuer that the document names.
        found: String,
    },
    /// Metadata that sends for the keys to where they may not be fetched from.
    #[error("{location} has a jwks_uri that may not be used: {error}")]
    JwksUri {
        /// What was asked.
        location: String,
        /// What is wrong with it.
        error: InvalidHttpUrl,
    },
    /// A document without a usable key.
    #[error("{location} is no usable set of keys: {error}")]
    KeySet {
        /// What was asked.
        location: String,
        /// What is wrong with it.
        error: InvalidKeySet,
    },
    /// Keys that verify no token, since none is for an algorithm that is accepted.
    #[error(
        "none of the issuer's {keys} usable keys is for an accepted algorithm ({}): they are for {}; accept one of these, or have the issuer publish another key",
        names(.accepted), names(.found)
    )]
    NoAcceptedKey {
        /// How many keys there are.
        keys: usize,
        /// The algorithms that are accepted.
        accepted: Vec<Algorithm>,
        /// The algorithms that the keys are for.
        found: Vec<Algorithm>,
    },
}

fn names(algorithms: &[Algorithm]) -> String {
    if algorithms.is_empty() {
        return "none".to_owned();
    }
    algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ")
}
