//! An access token for a machine, by the client credentials grant (RFC 6749 §4.4).

use std::error::Error;
use std::iter;
use std::time::Duration;

use http::header::{HeaderValue, InvalidHeaderValue};
use oauth2::basic::{BasicClient, BasicErrorResponse};
use oauth2::{
    ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope, TokenResponse as _, TokenUrl,
};
use reqwest::{Certificate, Client, StatusCode, redirect};
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio::task::JoinError;
use url::Url;

use crate::authorize::bearer;
use crate::secure_url::SecureUrl;

/// Shorter than the deadline of the calls that wait for it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a token is kept whose end the issuer does not tell.
const UNTOLD: Duration = Duration::from_secs(60);
/// The longest that a token is kept, whatever the issuer tells.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Who asks, whom, and for what.
#[derive(Clone)]
pub struct Registration {
    pub issuer: SecureUrl,
    pub id: ClientId,
    pub secret: ClientSecret,
    /// For issuers that want to be told, as Auth0 does.
    pub audience: Option<String>,
    /// Separated by spaces; the issuer decides where there is none.
    pub scope: Option<String>,
}

/// A machine at its issuer.
pub struct ClientCredentials {
    registration: Registration,
    http: Client,
    endpoint: OnceCell<TokenUrl>,
}

/// Part of an issuer's metadata (OpenID Connect Discovery 1.0 §3).
#[derive(Deserialize)]
struct Metadata {
    issuer: Url,
    token_endpoint: SecureUrl,
}

impl ClientCredentials {
    /// `roots` (PEM, or nothing) are trusted besides the usual ones.
    ///
    /// # Errors
    /// Roots that are no certificates.
    pub fn new(registration: Registration, roots: &[u8]) -> reqwest::Result<Self> {
        let https = registration.issuer.is_https();
        let http = Client::builder()
            .tls_certs_merge(Certificate::from_pem_bundle(roots)?)
            // The secret goes to the issuer that was named.
            .redirect(redirect::Policy::none())
            .https_only(https)
            .timeout(TIMEOUT);
        // A proxy of the environment would read what is plain on loopback alone.
        let http = if https { http } else { http.no_proxy() };
        Ok(Self { registration, http: http.build()?, endpoint: OnceCell::new() })
    }

    /// What to send as `authorization`, and for how long.
    pub(crate) async fn fetch(&self) -> Result<(HeaderValue, Duration), FetchError> {
        let Registration { id, secret, audience, scope, .. } = &self.registration;
        let endpoint = self.endpoint.get_or_try_init(|| self.discover()).await?;
        let client = BasicClient::new(id.clone()).set_client_secret(secret.clone());
        let client = client.set_token_uri(endpoint.clone());
        let mut request = client
            .exchange_client_credentials()
            .add_scopes(scope.iter().flat_map(|scope| scope.split(' ')).map(|s| Scope::new(s.to_owned())));
        if let Some(audience) = audience {
            request = request.add_extra_param("audience", audience);
        }
        let answer = request.request_async(&|request| send(self.http.clone(), request)).await?;
        let lifetime = answer.expires_in().unwrap_or(UNTOLD).min(LONGEST);
        Ok((bearer(answer.access_token().secret())?, lifetime))
    }

    async fn discover(&self) -> Result<TokenUrl, FetchError> {
        let issuer = self.registration.issuer.as_str().trim_end_matches('/');
        let document = self.http.get(format!("{issuer}/.well-known/openid-configuration")).send().await?;
        let metadata: Metadata = document.error_for_status()?.json().await?;
        // Credentials go to nobody but the issuer that was named (RFC 8414 §3.3).
        if metadata.issuer.as_str().trim_end_matches('/') != issuer {
            return Err(FetchError::OtherIssuer { found: metadata.issuer });
        }
        Ok(TokenUrl::from_url(metadata.token_endpoint.into()))
    }
}

/// The crate has a client for reqwest of an older version: hence these lines.
async fn send(http: Client, request: HttpRequest) -> reqwest::Result<HttpResponse> {
    let mut answer = http.execute(request.try_into()?).await?;
    // Not the issuer's last word on the client, whatever its body says.
    if answer.status() == StatusCode::TOO_MANY_REQUESTS || answer.status().is_server_error() {
        answer = answer.error_for_status()?;
    }
    let (parts, body) = http::Response::from(answer).into_parts();
    let body = reqwest::Response::from(http::Response::new(body)).bytes().await?;
    Ok(HttpResponse::from_parts(parts, body.into()))
}

/// Why there is no token. Shows neither the secret nor what the issuer has sent.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{}", with_causes(.0))]
    Http(#[from] reqwest::Error),
    #[error("the issuer calls itself {found}")]
    OtherIssuer { found: Url },
    #[error("the issuer says {0}")]
    Refused(BasicErrorResponse),
    #[error("the issuer's answer is none to a request for a token")]
    NoAnswer,
    #[error("the issuer's token is none that could be sent")]
    NoToken(#[from] InvalidHeaderValue),
    #[error("it was given up")]
    Ended(#[from] JoinError),
}

impl From<RequestTokenError<reqwest::Error, BasicErrorResponse>> for FetchError {
    fn from(error: RequestTokenError<reqwest::Error, BasicErrorResponse>) -> Self {
        match error {
            RequestTokenError::ServerResponse(answer) => Self::Refused(answer),
            RequestTokenError::Request(error) => Self::Http(error),
            // Has the whole answer in it, and with that perhaps a token.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Self::NoAnswer,
        }
    }
}

/// reqwest says what it did, and leaves to the causes what went wrong.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let chain = iter::successors(Some(error), |error| (*error).source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
