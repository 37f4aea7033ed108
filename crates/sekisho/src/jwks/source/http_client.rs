//! One bounded GET.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Response, StatusCode, redirect};

use super::{FetchError, MAX_DOCUMENT, without_byte_order_mark};
use crate::jwks::HttpUrl;

/// Longest time until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest time until the answer is read to its end.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// An HTTP client for an issuer's documents: follows no redirect, inflates nothing, reads no more than
/// 1 MiB, and gives up after seconds. Each request has a connection of its own.
#[derive(Debug, Clone)]
pub struct HttpClient {
    /// Honours the proxies of the environment.
    anywhere: Client,
    /// Loopback is this machine: no proxy can reach it, and none should hear of it.
    loopback: Client,
}

impl HttpClient {
    /// A client that trusts the usual roots, and those in `extra_roots` (PEM; may be empty).
    ///
    /// # Errors
    /// [`InvalidCertificates`] when `extra_roots` is no PEM bundle.
    pub fn new(extra_roots: &[u8]) -> Result<Self, InvalidCertificates> {
        let roots = Certificate::from_pem_bundle(extra_roots).map_err(InvalidCertificates::new)?;
        let builder = || bounded().tls_certs_merge(roots.clone());
        Ok(Self {
            anywhere: builder().build().map_err(InvalidCertificates::new)?,
            loopback: builder().no_proxy().build().map_err(InvalidCertificates::new)?,
        })
    }

    /// The body of a 200.
    pub(super) async fn get(&self, url: &HttpUrl) -> Result<Vec<u8>, FetchError> {
        let client = if url.is_loopback() { &self.loopback } else { &self.anywhere };
        let failed = |error| FetchError::Http { location: url.to_string(), reason: with_causes(error) };
        let response = client.get(url.url().clone()).send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status { location: url.to_string(), status: response.status().as_u16() });
        }
        let coding = content_coding(response.headers());
        let body = read_bounded(response, url).await?;
        // The header alone says little: object stores keep codings such as aws-chunked beside plain documents.
        match coding.filter(|_| !begins_like_an_object(&body)) {
            Some(found) => Err(FetchError::ContentEncoding { location: url.to_string(), found }),
            None => Ok(body),
        }
    }
}

/// Another crate of the build may switch on what reqwest then does unasked, so all of it is switched off.
fn bounded() -> ClientBuilder {
    Client::builder()
        .tls_backend_rustls()
        .redirect(redirect::Policy::none())
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .no_hickory_dns()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        // Who closes a connection after an answer closes it at any moment, and a request that is sent just then fails.
        // One fetch every five minutes gains nothing by keeping it.
        .pool_max_idle_per_host(0)
        .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
        .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")))
}

/// How an answer says that it is encoded, if it does.
fn content_coding(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 100;
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    let names: Vec<&str> = codings.map(|coding| coding.to_str().unwrap_or("unreadable")).collect();
    let text: String = names.join(", ").chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    (!matches!(text.trim().to_ascii_lowercase().as_str(), "" | "identity")).then_some(text)
}

fn begins_like_an_object(body: &[u8]) -> bool {
    without_byte_order_mark(body).trim_ascii_start().starts_with(b"{")
}

async fn read_bounded(mut response: Response, url: &HttpUrl) -> Result<Vec<u8>, FetchError> {
    let failed = |error| FetchError::Http { location: url.to_string(), reason: with_causes(error) };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_DOCUMENT {
            return Err(FetchError::TooLarge { location: url.to_string() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// reqwest's own words hide why; the URL stands in front already.
fn with_causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Roots that cannot be trusted, since they cannot be read.
#[derive(Debug)]
pub struct InvalidCertificates {
    reason: String,
}

impl InvalidCertificates {
    fn new(error: reqwest::Error) -> Self {
        Self { reason: with_causes(error) }
    }
}

impl fmt::Display for InvalidCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no PEM bundle of certificates: {}", self.reason)
    }
}

impl std::error::Error for InvalidCertificates {}
