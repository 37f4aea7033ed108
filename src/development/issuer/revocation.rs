//! The revocation endpoint (RFC 7009): a client gives a refresh token back, as when the person logs out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::AuthorizationServer;
use super::client_authentication::identify;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;

/// Auth0's path.
pub(super) const PATH: &str = "/oauth/revoke";

/// Ends what came from the token's grant. An unknown token is as good as revoked (RFC 7009 §2.2); an access
/// token is good until it expires, since nobody asks here before believing it.
pub(super) async fn post(
    State(server): State<Arc<AuthorizationServer>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<StatusCode, ErrorResponse> {
    let client = identify(&server.clients, &headers, &parameters)?;
    let token = parameters.get("token").ok_or(ErrorResponse::invalid_request("token is missing"))?;
    server.grants.revoke(token, &client.id, server.now());
    Ok(StatusCode::OK)
}
