//! What `sekisho token` says over HTTP: bounded, redirects not followed, nothing inflated.

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, RequestBuilder, StatusCode, redirect};

use super::text::{one_line, with_causes};
use super::token::TokenRequestError;
use sekisho::jwks::HttpUrl;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

pub(super) fn client(url: &HttpUrl, extra_roots: &[u8]) -> Result<Client, TokenRequestError> {
    let failed = |error| failed(url, error);
    let roots = Certificate::from_pem_bundle(extra_roots).map_err(failed)?;
    let builder = Client::builder()
        .tls_backend_rustls()
        .tls_certs_merge(roots)
        .redirect(redirect::Policy::none())
        // Another crate of the build may switch these on.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        // Some hang up after an answer, and a request on that connection would fail.
        .pool_max_idle_per_host(0)
        .default_headers(HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]))
        .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")));
    // Loopback is this machine: no proxy can reach it.
    let builder = if url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(failed)
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    coding: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    /// The document, without a byte order mark; if it is one, and not its compressed form.
    pub(super) fn json(&self, url: &HttpUrl) -> Result<&[u8], TokenRequestError> {
        let json = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        match &self.coding {
            Some(found) if !json.is_empty() && !json.trim_ascii_start().starts_with(b"{") => {
                let (url, status) = (url.to_string(), self.status.as_u16());
                Err(TokenRequestError::ContentEncoding { url, status, found: found.clone() })
            }
            _ => Ok(json),
        }
    }
}

pub(super) async fn send(request: RequestBuilder, url: &HttpUrl) -> Result<Answer, TokenRequestError> {
    let failed = |error| failed(url, error);
    let mut response = request.send().await.map_err(failed)?;
    let coding = content_coding(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TokenRequestError::TooLarge { url: url.to_string() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), coding, body })
}

/// How an answer says that it is encoded, if it does.
fn content_coding(headers: &HeaderMap) -> Option<String> {
    let codings = headers.get_all(CONTENT_ENCODING).iter().filter_map(|coding| coding.to_str().ok());
    let text: String = one_line(&codings.collect::<Vec<_>>().join(", ")).chars().take(100).collect();
    (!text.is_empty() && !text.eq_ignore_ascii_case("identity")).then_some(text)
}

/// The URL that was asked stands in front already.
fn failed(url: &HttpUrl, error: reqwest::Error) -> TokenRequestError {
    TokenRequestError::Http { url: url.to_string(), reason: with_causes(&error.without_url()) }
}
