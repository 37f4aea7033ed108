//! The authorization code grant (RFC 6749 §4.1.3), with its proof key (RFC 7636 §4.5).

use axum::http::HeaderMap;

use super::AuthorizationServer;
use super::authorization_code::Presented;
use super::client_authentication::identify;
use super::error_response::ErrorResponse;
use super::grants::Redeemed;
use super::parameters::Parameters;
use super::target::check_target;
use super::token_endpoint::{TokenResponse, of_person};

/// The grant type by which a client fetches what a person granted.
pub(super) const GRANT_TYPE: &str = "authorization_code";

/// Issues the tokens that a code stands for.
pub(super) fn grant(
    server: &AuthorizationServer,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<TokenResponse, ErrorResponse> {
    let client = identify(&server.clients, headers, parameters)?;
    check_target(parameters, &server.audience)?;
    let required = |name, missing| parameters.get(name).ok_or(ErrorResponse::invalid_request(missing));
    let presented = Presented {
        code: required("code", "code is missing")?,
        client_id: &client.id,
        redirect_uri: required("redirect_uri", "redirect_uri is missing")?,
        verifier: required("code_verifier", "code_verifier is missing")?,
    };
    let Redeemed { grant, nonce, refresh_token } = server.grants.redeem(&presented, server.now())?;
    of_person(server, client, &grant, &grant.scope, nonce.as_deref(), refresh_token)
}
