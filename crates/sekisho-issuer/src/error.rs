//! Why an issuer does not start.

use std::net::SocketAddr;
use std::{fmt, io};

/// Why an issuer does not start. A `main` or a test that returns it prints it as it is meant to be read, since its
/// `Debug` is its `Display`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What it was configured with is wrong: every fault, in the order in which it is set.
    #[error("{}", sentences(.0))]
    Configuration(Vec<ConfigurationFault>),
    /// The address is taken, or not this machine's.
    #[error("the issuer cannot listen on {address}: {source}")]
    Bind {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The listener's address names the issuer, and could not be read.
    #[error("the address that the issuer listens on cannot be read: {0}")]
    LocalAddress(#[source] io::Error),
    /// The cryptographic library refused.
    #[error("no RSA key could be generated for the issuer")]
    KeyGeneration,
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One thing that is wrong with what an issuer is configured with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigurationFault {
    /// Its accounts have no passwords, so it must not be reachable from elsewhere.
    #[error("the issuer listens on loopback alone, and {0} is no loopback address")]
    NotLoopback(SocketAddr),
    /// Tokens without an audience are for nobody.
    #[error("the audience is empty")]
    EmptyAudience,
    /// A client needs a name to ask by.
    #[error("a client has an empty name")]
    EmptyClient,
    /// Which of the two is meant could not be told.
    #[error("there are two clients of the name {0:?}")]
    DuplicateClient(String),
    /// An empty secret is one that everybody knows.
    #[error("the secret of the client {0:?} is empty")]
    EmptySecret(String),
    /// A browser could not be sent there: it is no absolute URI, or has a fragment (RFC 6749 §3.1.2). Or it is of a
    /// scheme that the browser runs or opens by itself, such as `javascript:`. The same holds for where a person is sent
    /// after logging out.
    #[error(
        "the redirect URI {uri:?} of the client {client:?} must be an absolute URI without fragment or space, and of \
         another scheme than browsers open by themselves (javascript, data, …)"
    )]
    RedirectUri {
        /// The client's name.
        client: String,
        /// The URI that it is registered with.
        uri: String,
    },
    /// No browser names its page so: it is no scheme with a host and perhaps a port (RFC 6454 §6.2).
    #[error("the web origin {origin:?} of the client {client:?} must be like http://localhost:8080")]
    WebOrigin {
        /// The client's name.
        client: String,
        /// The origin that it is registered with.
        origin: String,
    },
    /// An account needs a name to log in by.
    #[error("an account has an empty name or subject")]
    EmptyAccount,
    /// Who logs in could not be told.
    #[error("there are two accounts of the name {0:?}")]
    DuplicateAccount(String),
    /// An application could not tell the two persons apart.
    #[error("there are two accounts of the subject {0:?}")]
    DuplicateSubject(String),
    /// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3).
    #[error("{of} has the scope {scope:?}, which must be of ASCII's visible characters without \" and \\")]
    Scope {
        /// Who or what it is a scope of.
        of: String,
        /// The scope.
        scope: String,
    },
    /// Which of the two to show could not be told.
    #[error("there are two descriptions of the scope {0:?}")]
    DuplicateScope(String),
    /// Tokens are dated in seconds, and what never ends is never seen to end.
    #[error("the lifetime of {of} must be between a second and a year")]
    Lifetime {
        /// What it is the lifetime of.
        of: String,
    },
}

/// One line, however many there are.
fn sentences(faults: &[ConfigurationFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
