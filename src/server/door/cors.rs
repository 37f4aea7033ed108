//! Whose pages may call, and what they may read (the Fetch standard's CORS protocol).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use super::allowed_header::AllowedHeader;
use sekisho::grpc::{EXPIRES_IN, WOULD_DENY};

/// How long a browser may remember what a preflight said; the most that Chromium does.
const PREFLIGHT_AGE: Duration = Duration::from_secs(2 * 60 * 60);

/// Whose pages may call over gRPC-Web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Those of these origins, and no others; there may be none.
    Listed(Vec<Origin>),
    /// Everybody's. A page still has to have a token: credentials that a browser adds by itself are never
    /// allowed, whatever the origin.
    Any,
}

impl Default for AllowedOrigins {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

/// The layer for them, which lets them send `headers` besides what every client of gRPC-Web sends.
pub(super) fn layer(origins: &AllowedOrigins, headers: &[AllowedHeader]) -> CorsLayer {
    let allowed = match origins {
        AllowedOrigins::Listed(origins) => AllowOrigin::list(origins.iter().map(|origin| origin.0.clone())),
        AllowedOrigins::Any => AllowOrigin::any(),
    };
    let usual = [AUTHORIZATION, CONTENT_TYPE, X_GRPC_WEB, X_USER_AGENT, GRPC_TIMEOUT];
    CorsLayer::new()
        .allow_origin(allowed)
        // Even where it is any: whoever narrows it later finds no answer in a cache that says otherwise.
        .vary([ORIGIN])
        .allow_methods([Method::POST])
        .allow_headers(usual.into_iter().chain(headers.iter().map(AllowedHeader::name)).collect::<Vec<_>>())
        .expose_headers([
            GRPC_STATUS,
            GRPC_MESSAGE,
            GRPC_STATUS_DETAILS,
            WWW_AUTHENTICATE,
            EXPIRES_IN,
            WOULD_DENY,
        ])
        .max_age(PREFLIGHT_AGE)
}

const X_GRPC_WEB: HeaderName = HeaderName::from_static("x-grpc-web");
const X_USER_AGENT: HeaderName = HeaderName::from_static("x-user-agent");
const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const GRPC_STATUS_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// An origin, as browsers write it (RFC 6454 §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if text == "null" {
            return Err(InvalidOrigin::Null);
        }
        if text.contains('*') {
            return Err(InvalidOrigin::Pattern);
        }
        let url = Url::parse(text).map_err(|_| InvalidOrigin::NoOrigin)?;
        let expected = serialized(&url).ok_or(InvalidOrigin::NoOrigin)?;
        if text != expected {
            return Err(InvalidOrigin::Otherwise { expected });
        }
        HeaderValue::from_str(&expected).map(Self).map_err(|_| InvalidOrigin::NoOrigin)
    }
}

/// Schemes of apps, like `capacitor`, have no origin in the URL standard; browsers write it all the same.
fn serialized(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{host}{port}", url.scheme()))
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Why a text is no origin that a browser would send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOrigin {
    /// It has no scheme, or no host.
    #[error("it is no origin; expected SCHEME://HOST[:PORT], like https://app.example")]
    NoOrigin,
    /// Origins are compared whole.
    #[error("origins are compared whole; name each of them, without *")]
    Pattern,
    /// A browser writes it in another way, and only what it writes is compared.
    #[error("a browser writes it as {expected}")]
    Otherwise {
        /// As browsers write it.
        expected: String,
    },
    /// The origin of nobody in particular.
    #[error("every sandboxed page and every file has this origin, whoever wrote it")]
    Null,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for text in [
            "http://localhost:8080",
            "https://app.example",
            "https://xn--9ca.example:8443",
            "http://[::1]:3000",
        ] {
            assert_eq!(text.parse::<Origin>().map(|origin| origin.to_string()), Ok(text.to_owned()));
        }
        assert!("capacitor://localhost".parse::<Origin>().is_ok());
        let otherwise = [
            ("https://app.example/", "https://app.example"),
            ("https://App.example", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("https://app.example/page?x#y", "https://app.example"),
            ("https://me:secret@app.example", "https://app.example"),
            ("https://é.example", "https://xn--9ca.example"),
        ];
        for (text, expected) in otherwise {
            let expected = InvalidOrigin::Otherwise { expected: expected.to_owned() };
            assert_eq!(text.parse::<Origin>(), Err(expected), "{text}");
        }
        for text in ["", "localhost:8080", "app.example", "file:///x", "https://", "mailto:me"] {
            assert_eq!(text.parse::<Origin>(), Err(InvalidOrigin::NoOrigin), "{text}");
        }
        assert_eq!("https://*.example".parse::<Origin>(), Err(InvalidOrigin::Pattern));
        assert_eq!("null".parse::<Origin>(), Err(InvalidOrigin::Null));
    }
}
