//! The refresh token grant (RFC 6749 §6).

use axum::http::HeaderMap;

use super::AuthorizationServer;
use super::client_authentication::identify;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;
use super::refresh_token::Refused;
use super::scope::Scope;
use super::target::check_target;
use super::token_endpoint::{TokenResponse, of_person};

/// The grant type by which a client renews its access.
pub(super) const GRANT_TYPE: &str = "refresh_token";

/// Issues new tokens for an old one. Less scope may be asked for, for this access token alone: the grant, and
/// with it the next refresh token, stays what it was.
pub(super) fn grant(
    server: &AuthorizationServer,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<TokenResponse, ErrorResponse> {
    let client = identify(&server.clients, headers, parameters)?;
    check_target(parameters, &server.audience)?;
    let token =
        parameters.get("refresh_token").ok_or(ErrorResponse::invalid_request("refresh_token is missing"))?;
    let scope = parameters.get("scope").map(Scope::of);
    let (grant, next) = server.grants.refresh(token, &client.id, scope.as_ref(), server.now())?;
    // In the order of the grant, and each once.
    let scope =
        scope.map_or_else(|| grant.scope.clone(), |asked| grant.scope.filter(|held| asked.contains(held)));
    // A nonce answers one authorization request (OpenID Connect Core §12.2).
    of_person(server, client, &grant, &scope, None, Some(next))
}

impl From<Refused> for ErrorResponse {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid | Refused::Replayed(_) => Self::invalid_grant(
                "It is unknown, expired, revoked, was used before, or was issued for another request",
            ),
            Refused::Scope => Self::invalid_scope("The scope exceeds what was granted"),
            Refused::Random => Self::server_error("The token could not be made"),
        }
    }
}
