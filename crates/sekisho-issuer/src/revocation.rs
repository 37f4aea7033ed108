//! The revocation endpoint (RFC 7009): a client gives a token back, as when the person logs out.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::AuthorizationServer;
use super::client::Client;
use super::client_authentication::identify;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;
use super::userinfo;

/// Auth0's path.
pub(super) const PATH: &str = "/oauth/revoke";

/// Ends what came from a refresh token's grant, or one access token: the refresh token beside it stays, which is for
/// the server to choose (RFC 7009 §2.1). An unknown token is as good as revoked (§2.2).
///
/// An access token is over at the userinfo endpoint, and good for the APIs until it expires: they do not ask here
/// before they believe it.
pub(super) async fn post(
    State(server): State<Arc<AuthorizationServer>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<StatusCode, ErrorResponse> {
    let client = identify(&server.clients, &headers, &parameters)?;
    let token = parameters.get("token").ok_or(ErrorResponse::invalid_request("token is missing"))?;
    revoke_access_token(&server, client, token);
    server.grants.revoke(token, &client.id, server.now());
    Ok(StatusCode::OK)
}

/// One that is of no use here is not remembered: it would take the room of one that is.
fn revoke_access_token(server: &AuthorizationServer, client: &Client, token: &str) {
    let Ok(claims) = userinfo::read(server, token) else { return };
    if claims["azp"] != client.id {
        return;
    }
    if let (Some(jti), Some(expires_at)) = (claims["jti"].as_str(), claims["exp"].as_u64()) {
        let expires_at = UNIX_EPOCH + Duration::from_secs(expires_at);
        server.grants.revoke_access_token(jti, expires_at, server.now());
    }
}
