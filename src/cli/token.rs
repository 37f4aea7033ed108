//! One access token, by client credentials (RFC 6749 §4.4), from any issuer with metadata.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::Value;
use url::form_urlencoded;

use super::client;
use super::text::one_line;
use crate::config::TokenSettings;
use crate::jwks::HttpUrl;

/// Longest time that the whole of it may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Asks for one access token.
///
/// # Errors
/// [`TokenRequestError`], which shows neither the secret nor a token.
pub async fn request_token(settings: &TokenSettings) -> Result<String, TokenRequestError> {
    let asked = tokio::time::timeout(TIMEOUT, ask(settings)).await;
    asked.unwrap_or_else(|_| Err(TokenRequestError::TimedOut { issuer: settings.issuer.to_string() }))
}

async fn ask(settings: &TokenSettings) -> Result<String, TokenRequestError> {
    let endpoint = token_endpoint(settings).await?;
    let request = client::client(&endpoint, &settings.ca_file)?
        .post(endpoint.url().clone())
        .header("authorization", basic(settings))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(form(settings));
    let (status, body) = client::send(request, &endpoint).await?;
    let answer = serde_json::from_slice::<Value>(&body).unwrap_or(Value::Null);
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    if status == StatusCode::OK
        && let Some(token) = text("access_token").filter(|token| is_printable(token))
    {
        return Ok(token.to_owned());
    }
    Err(match text("error").filter(|_| status != StatusCode::OK) {
        Some(error) => TokenRequestError::Refused {
            error: printable(error, settings),
            description: text("error_description").map(|text| printable(text, settings)),
        },
        None => TokenRequestError::NoToken { url: endpoint.to_string(), status: status.as_u16() },
    })
}

/// By OpenID Connect Discovery, or else by RFC 8414.
async fn token_endpoint(settings: &TokenSettings) -> Result<HttpUrl, TokenRequestError> {
    let issuer = settings.issuer.url();
    let path = issuer.path().trim_end_matches('/').to_owned();
    let candidates = [
        format!("{path}/.well-known/openid-configuration"),
        format!("/.well-known/oauth-authorization-server{path}"),
    ];
    let http = client::client(&settings.issuer, &settings.ca_file)?;
    let mut last = StatusCode::NOT_FOUND;
    for candidate in candidates {
        let mut url = issuer.clone();
        url.set_path(&candidate);
        let (status, body) = client::send(http.get(url), &settings.issuer).await?;
        if status == StatusCode::OK {
            return read_metadata(&body, settings);
        }
        last = status;
    }
    Err(TokenRequestError::NoMetadata { issuer: settings.issuer.to_string(), status: last.as_u16() })
}

/// Credentials go to nobody but the issuer that was named (RFC 8414 §3.3).
fn read_metadata(body: &[u8], settings: &TokenSettings) -> Result<HttpUrl, TokenRequestError> {
    let unusable =
        |reason: String| TokenRequestError::Metadata { issuer: settings.issuer.to_string(), reason };
    let metadata: Value = serde_json::from_slice(body).map_err(|_| unusable("it is no JSON".to_owned()))?;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str);
    let stem = |issuer: &str| issuer.strip_suffix('/').unwrap_or(issuer).to_owned();
    if text("issuer").map(stem) != Some(stem(settings.issuer.as_str())) {
        return Err(unusable("it names another issuer".to_owned()));
    }
    let endpoint = text("token_endpoint").ok_or_else(|| unusable("it names no token_endpoint".to_owned()))?;
    HttpUrl::parse(endpoint, settings.plain_http)
        .map_err(|error| unusable(format!("token_endpoint: {error}")))
}

/// Id and secret are form-encoded first (RFC 6749 §2.3.1).
fn basic(settings: &TokenSettings) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(&settings.client_id), encode(&settings.client_secret.0));
    format!("Basic {}", STANDARD.encode(pair))
}

fn form(settings: &TokenSettings) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if let Some(scope) = &settings.scope {
        form.append_pair("scope", scope);
    }
    if let Some(audience) = &settings.audience {
        form.append_pair("audience", audience);
    }
    if let Some(expires_in) = settings.expires_in {
        form.append_pair("expires_in", &expires_in.as_secs().to_string());
    }
    form.finish()
}

/// A token that a terminal shows as it is (RFC 6749 §A.12).
fn is_printable(token: &str) -> bool {
    !token.is_empty() && token.chars().all(|c| matches!(c, '\x20'..='\x7e'))
}

/// What an issuer says of an error is printed to a terminal; it may have repeated what it was sent.
fn printable(text: &str, settings: &TokenSettings) -> String {
    let text = text.replace(&settings.client_secret.0, "[secret]");
    one_line(&text).chars().take(300).collect()
}

/// Why there is no token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRequestError {
    /// No answer.
    #[error("{url}: {reason}")]
    Http {
        /// Who was asked.
        url: String,
        /// What went wrong, down to its cause.
        reason: String,
    },
    /// No whole answer in time.
    #[error("{issuer} did not answer within {} s", TIMEOUT.as_secs())]
    TimedOut {
        /// The issuer.
        issuer: String,
    },
    /// An answer that is too large to be one.
    #[error("{url} answered with more than {MAX} bytes", MAX = 64 * 1024)]
    TooLarge {
        /// Who was asked.
        url: String,
    },
    /// No metadata at either of its places.
    #[error("{issuer} has no metadata (HTTP status {status}{}); is it an issuer?", if *.status / 100 == 3 { "; redirects are not followed" } else { "" })]
    NoMetadata {
        /// The issuer.
        issuer: String,
        /// The last answer.
        status: u16,
    },
    /// Metadata that cannot be used.
    #[error("the metadata of {issuer} cannot be used: {reason}")]
    Metadata {
        /// The issuer.
        issuer: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The issuer said no (RFC 6749 §5.2).
    #[error("the issuer refused: {error}{}", .description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Refused {
        /// Its error code.
        error: String,
        /// Its own words.
        description: Option<String>,
    },
    /// An answer with neither a token nor an error.
    #[error("{url} answered with HTTP status {status} and no token")]
    NoToken {
        /// Who was asked.
        url: String,
        /// The status.
        status: u16,
    },
}
