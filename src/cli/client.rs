//! What `sekisho token` says over HTTP: bounded, redirects not followed.

use std::time::Duration;

use reqwest::{Certificate, Client, RequestBuilder, StatusCode, redirect};

use super::token::TokenRequestError;
use crate::jwks::HttpUrl;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Longest time that one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn client(url: &HttpUrl, extra_roots: &[u8]) -> Result<Client, TokenRequestError> {
    let failed =
        |error: reqwest::Error| TokenRequestError::Http { url: url.to_string(), reason: error.to_string() };
    let roots = Certificate::from_pem_bundle(extra_roots).map_err(failed)?;
    let builder = Client::builder()
        .tls_backend_rustls()
        .tls_certs_merge(roots)
        .redirect(redirect::Policy::none())
        .timeout(TIMEOUT)
        .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")));
    // Loopback is this machine: no proxy can reach it.
    let builder = if url.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(failed)
}

pub(super) async fn send(
    request: RequestBuilder,
    url: &HttpUrl,
) -> Result<(StatusCode, Vec<u8>), TokenRequestError> {
    let failed =
        |error: reqwest::Error| TokenRequestError::Http { url: url.to_string(), reason: causes(error) };
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

fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut texts = vec![error.to_string()];
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        texts.push(inner.to_string());
        cause = inner.source();
    }
    texts.join(": ")
}
