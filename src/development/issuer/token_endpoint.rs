//! The token endpoint (RFC 6749 §3.2), where a grant is turned into a token.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::AuthorizationServer;
use super::client_credentials;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;

/// Auth0's path.
pub(super) const PATH: &str = "/oauth/token";

/// The grant types that are answered, by their names in metadata.
pub(super) const GRANT_TYPES: [&str; 1] = [client_credentials::GRANT_TYPE];

/// Answers a token request by the grant that it names.
pub(super) async fn token(
    State(server): State<Arc<AuthorizationServer>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<TokenResponse, ErrorResponse> {
    match parameters.get("grant_type") {
        Some(client_credentials::GRANT_TYPE) => client_credentials::grant(&server, &headers, &parameters),
        Some(_) => Err(ErrorResponse::unsupported_grant_type("grant_type must be client_credentials")),
        None => Err(ErrorResponse::invalid_request("grant_type is missing")),
    }
}

/// A successful response (RFC 6749 §5.1).
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    pub(super) expires_in: Duration,
    /// The scope granted, which may be less than was asked for.
    pub(super) scope: String,
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
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
