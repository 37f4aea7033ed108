//! What `sekisho token` says over HTTP: bounded, redirects not followed.

use reqwest::{Certificate, Client, RequestBuilder, StatusCode, redirect};

use super::text::with_causes;
use super::token::TokenRequestError;
use crate::jwks::HttpUrl;

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
        .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")));
    // Loopback is this machine: no proxy can reach it.
    let builder = if url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(failed)
}

pub(super) async fn send(
    request: RequestBuilder,
    url: &HttpUrl,
) -> Result<(StatusCode, Vec<u8>), TokenRequestError> {
    let failed = |error| failed(url, error);
    let mut response = request.send().await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(TokenRequestError::TooLarge { url: url.to_string() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok((response.status(), body))
}

/// The URL that was asked stands in front already.
fn failed(url: &HttpUrl, error: reqwest::Error) -> TokenRequestError {
    TokenRequestError::Http { url: url.to_string(), reason: with_causes(&error.without_url()) }
}
