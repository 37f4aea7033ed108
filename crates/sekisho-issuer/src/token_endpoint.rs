//! The token endpoint (RFC 6749 §3.2), where a grant is turned into a token.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::AuthorizationServer;
use super::access_token::{AccessToken, Subject};
use super::client::Client;
use super::error_response::ErrorResponse;
use super::grant::Grant;
use super::id_token::IdToken;
use super::parameters::Parameters;
use super::scope::Scope;
use super::{client_credentials, code_grant, refresh_grant};

/// Auth0's path.
pub(super) const PATH: &str = "/oauth/token";

/// The grant types that are answered, by their names in metadata.
pub(super) const GRANT_TYPES: [&str; 3] =
    [code_grant::GRANT_TYPE, refresh_grant::GRANT_TYPE, client_credentials::GRANT_TYPE];

/// Answers a token request by the grant that it names.
pub(super) async fn token(
    State(server): State<Arc<AuthorizationServer>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<TokenResponse, ErrorResponse> {
    match parameters.get("grant_type") {
        Some(client_credentials::GRANT_TYPE) => client_credentials::grant(&server, &headers, &parameters),
        Some(code_grant::GRANT_TYPE) => code_grant::grant(&server, &headers, &parameters),
        Some(refresh_grant::GRANT_TYPE) => refresh_grant::grant(&server, &headers, &parameters),
        Some(_) => Err(ErrorResponse::unsupported_grant_type(
            "grant_type must be authorization_code, refresh_token or client_credentials",
        )),
        None => Err(ErrorResponse::invalid_request("grant_type is missing")),
    }
}

/// The answer to whoever shows what a person granted: an access token for `scope`, and who she is to whoever
/// asked for that.
pub(super) fn of_person(
    server: &AuthorizationServer,
    client: &Client,
    grant: &Grant,
    scope: &Scope,
    nonce: Option<&str>,
    refresh_token: Option<String>,
) -> Result<TokenResponse, ErrorResponse> {
    let unsigned = |Unspecified| ErrorResponse::server_error("The token could not be signed");
    let (lifetime, issued_at) = (server.access_token_lifetime(client), server.now());
    let text = scope.to_string();
    let access_token =
        AccessToken { client, subject: Subject::Person(grant), scope: &text, issued_at, lifetime };
    let access_token = access_token.sign(server).map_err(unsigned)?;
    let id_token = IdToken { grant, scope, nonce, access_token: &access_token };
    let id_token = scope.contains("openid").then(|| id_token.sign(server)).transpose().map_err(unsigned)?;
    Ok(TokenResponse { access_token, expires_in: lifetime, scope: text, id_token, refresh_token })
}

/// A successful response (RFC 6749 §5.1).
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    pub(super) expires_in: Duration,
    /// The scope granted, which may be less than was asked for.
    pub(super) scope: String,
    /// OpenID Connect Core §3.1.3.3
    pub(super) id_token: Option<String>,
    pub(super) refresh_token: Option<String>,
}

impl IntoResponse for TokenResponse {
    fn into_response(self) -> Response {
        let mut body = json!({
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.expires_in.as_secs(),
        });
        // A scope has at least one token (RFC 6749 §3.3): none at all cannot be written, but by leaving it out.
        if !self.scope.is_empty() {
            body["scope"] = self.scope.into();
        }
        if let Some(id_token) = self.id_token {
            body["id_token"] = id_token.into();
        }
        if let Some(refresh_token) = self.refresh_token {
            body["refresh_token"] = refresh_token.into();
        }
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
