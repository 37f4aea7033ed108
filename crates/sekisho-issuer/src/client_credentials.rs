//! The client credentials grant (RFC 6749 §4.4).

use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use axum::http::HeaderMap;

use super::AuthorizationServer;
use super::access_token::{AccessToken, Subject};
use super::client::Client;
use super::client_authentication::authenticate;
use super::error_response::ErrorResponse;
use super::parameters::Parameters;
use super::scope::is_scope_token;
use super::target::check_target;
use super::token_endpoint::TokenResponse;

/// The grant type by which a client asks on its own behalf.
pub(super) const GRANT_TYPE: &str = "client_credentials";

/// How long a token may last that a request asks for by `expires_in`, in seconds.
const MAX_LIFETIME: u64 = 86_400;

/// Issues a token to the client that the request proves to come from.
///
/// Who asks is settled before what is asked: what a client may have cannot be judged of a stranger.
pub(super) fn grant(
    server: &AuthorizationServer,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<TokenResponse, ErrorResponse> {
    let client = authenticate(&server.clients, headers, parameters)?;
    check_target(parameters, &server.audience)?;
    let lifetime = lifetime(parameters, server.access_token_lifetime(client))?;
    let scope = granted_scope(parameters, client)?;
    let issued_at = server.now();
    let access_token = AccessToken { client, subject: Subject::Client, scope: &scope, issued_at, lifetime }
        .sign(server)
        .map_err(|Unspecified| ErrorResponse::server_error("The token could not be signed"))?;
    Ok(TokenResponse { access_token, expires_in: lifetime, scope, id_token: None, refresh_token: None })
}

/// The extension parameter `expires_in`: how long the token shall live, in whole seconds up to a day.
fn lifetime(parameters: &Parameters, default: Duration) -> Result<Duration, ErrorResponse> {
    let Some(value) = parameters.get("expires_in") else { return Ok(default) };
    // A sign, which the number's own parser would take, is no digit.
    let digits = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|seconds| is_requested_lifetime(*seconds))
        .map(Duration::from_secs)
        .ok_or(ErrorResponse::invalid_request("expires_in must be whole seconds from 1 to 86400"))
}

/// Whether a token may be asked for that lasts for so many seconds.
pub(super) fn is_requested_lifetime(seconds: u64) -> bool {
    (1..=MAX_LIFETIME).contains(&seconds)
}

fn granted_scope(parameters: &Parameters, client: &Client) -> Result<String, ErrorResponse> {
    let requested = parameters.get("scope");
    if requested.is_some_and(|requested| !requested.split(' ').all(is_scope_token)) {
        return Err(ErrorResponse::invalid_scope(
            "Scope must be scope tokens with one space between two of them",
        ));
    }
    client
        .narrow(requested)
        .ok_or(ErrorResponse::invalid_scope("The client may have none of the scope it asks for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<T>(result: Result<T, ErrorResponse>) -> Result<T, &'static str> {
        result.map_err(|error| error.code())
    }

    #[test]
    fn lifetimes() {
        let table = [
            ("", Ok(3600)),
            ("expires_in=", Ok(3600)),
            ("expires_in=1", Ok(1)),
            ("expires_in=60", Ok(60)),
            ("expires_in=86400", Ok(86_400)),
            ("expires_in=0", Err("invalid_request")),
            ("expires_in=86401", Err("invalid_request")),
            ("expires_in=99999999999999999999999", Err("invalid_request")),
            ("expires_in=-1", Err("invalid_request")),
            ("expires_in=%2B60", Err("invalid_request")),
            ("expires_in=+60", Err("invalid_request")),
            ("expires_in=1.5", Err("invalid_request")),
            ("expires_in=60s", Err("invalid_request")),
        ];
        for (form, expected) in table {
            let found = outcome(lifetime(&Parameters::of(form).unwrap(), Duration::from_secs(3600)));
            assert_eq!(found, expected.map(Duration::from_secs), "{form}");
        }
    }

    #[test]
    fn malformed_scope_is_refused_whole() {
        let table = [
            ("scope=orders:read", Ok("orders:read")),
            ("scope=orders:read++admin", Err("invalid_scope")),
            ("scope=orders:read+", Err("invalid_scope")),
            ("scope=orders:read%09admin", Err("invalid_scope")),
            ("scope=orders:read+%22", Err("invalid_scope")),
            ("scope=orders:read+%5C", Err("invalid_scope")),
            ("scope=orders:read+%C3%BC", Err("invalid_scope")),
            ("scope=admin", Err("invalid_scope")),
        ];
        let client = Client::confidential("worker", "worker-secret").scopes(["orders:read"]);
        for (form, expected) in table {
            let found = outcome(granted_scope(&Parameters::of(form).unwrap(), &client));
            assert_eq!(found, expected.map(str::to_owned), "{form}");
        }
    }
}
