//! One access token, by client credentials (RFC 6749 §4.4), from any issuer with metadata.

mod metadata;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{RequestBuilder, StatusCode};
use url::form_urlencoded;

use super::client;
use super::text::one_line;
use crate::config::TokenSettings;
use metadata::{ClientAuthentication, TokenEndpoint};
use sekisho::json::{self, Value, Wanted};

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
    let endpoint = metadata::token_endpoint(settings).await?;
    let request = client::client(&endpoint.url, &settings.ca_file)?.post(endpoint.url.url().clone());
    let answer = client::send(authenticated(request, &endpoint, settings), &endpoint.url).await?;
    let status = answer.status;
    let TokenAnswer { access_token, token_type, error, error_description } =
        read_answer(answer.json(&endpoint.url)?);
    if status == StatusCode::OK
        && let Some(token) = access_token.filter(|token| is_printable(token))
    {
        return match token_type.filter(|name| !name.eq_ignore_ascii_case("bearer")) {
            None => Ok(token),
            Some(other) => Err(TokenRequestError::TokenType {
                url: endpoint.url.to_string(),
                found: printable(&other.replace(&token, "[token]"), settings),
            }),
        };
    }
    Err(match error.filter(|_| status != StatusCode::OK) {
        Some(error) => TokenRequestError::Refused {
            error: printable(&error, settings),
            description: error_description.map(|text| printable(&text, settings)),
        },
        None => TokenRequestError::NoToken { url: endpoint.url.to_string(), status: status.as_u16() },
    })
}

/// What is read of an answer (RFC 6749 §5).
#[derive(Default)]
struct TokenAnswer {
    access_token: Option<String>,
    /// It is required (§5.1), and some issuers leave it out.
    token_type: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

static ANSWER: [Wanted; 4] = [
    Wanted::member("access_token"),
    Wanted::member("token_type"),
    Wanted::member("error"),
    Wanted::member("error_description"),
];

/// Nothing is in an answer that is no JSON, or says something twice.
fn read_answer(json: &[u8]) -> TokenAnswer {
    let answer = json::read_object(json, &ANSWER).ok().filter(|answer| answer.fault().is_none());
    let Some(answer) = answer else { return TokenAnswer::default() };
    let text = |name: &str| answer.get(name).and_then(Value::as_text).map(ToOwned::to_owned);
    TokenAnswer {
        access_token: text("access_token"),
        // What is there and is no text is not passed over as if it were not there.
        token_type: answer.get("token_type").map(|value| value.as_text().unwrap_or("(no text)").to_owned()),
        error: text("error"),
        error_description: text("error_description"),
    }
}

/// The request, with credentials as the issuer takes them (RFC 6749 §2.3.1).
fn authenticated(
    request: RequestBuilder,
    endpoint: &TokenEndpoint,
    settings: &TokenSettings,
) -> RequestBuilder {
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
    match endpoint.authentication {
        ClientAuthentication::Basic => {
            request.header("authorization", basic(settings)).body(form(settings).finish())
        }
        ClientAuthentication::Post => {
            let mut form = form(settings);
            form.append_pair("client_id", &settings.client_id);
            form.append_pair("client_secret", &settings.client_secret.0);
            request.body(form.finish())
        }
    }
}

/// Id and secret are form-encoded first (RFC 6749 §2.3.1).
fn basic(settings: &TokenSettings) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(&settings.client_id), encode(&settings.client_secret.0));
    format!("Basic {}", STANDARD.encode(pair))
}

fn form(settings: &TokenSettings) -> form_urlencoded::Serializer<'static, String> {
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
    form
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
    /// An answer that is compressed.
    #[error(
        "{url} answered with HTTP status {status} and content-encoding: {found}, though identity was asked for"
    )]
    ContentEncoding {
        /// Who was asked.
        url: String,
        /// The status.
        status: u16,
        /// The coding that the answer names.
        found: String,
    },
    /// No metadata at either of its places.
    #[error("{issuer} has no metadata (HTTP status {openid} of openid-configuration, {oauth} of oauth-authorization-server{}); is it an issuer?", if [*.openid, *.oauth].iter().any(|status| status / 100 == 3) { "; redirects are not followed" } else { "" })]
    NoMetadata {
        /// The issuer.
        issuer: String,
        /// What is answered where OpenID Connect Discovery puts it.
        openid: u16,
        /// What is answered where RFC 8414 puts it.
        oauth: u16,
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
    /// A token that is used in another way than as a bearer token (RFC 6749 §7.1).
    #[error("{url} answered with a token of type \"{found}\"; only bearer tokens can be used here")]
    TokenType {
        /// Who was asked.
        url: String,
        /// The type that the answer names.
        found: String,
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
