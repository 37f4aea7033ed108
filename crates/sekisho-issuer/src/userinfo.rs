//! The userinfo endpoint (OpenID Connect Core §5.3): who is it that granted this access token?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::AuthorizationServer;
use super::scope::Scope;

/// Auth0's path, and in tokens an audience.
pub(super) const PATH: &str = "/userinfo";

/// Answers with what the token's scope lets its bearer know.
pub(super) async fn answer(
    State(server): State<Arc<AuthorizationServer>>,
    headers: HeaderMap,
) -> Result<Response, Challenge> {
    let claims = read(&server, bearer(&headers)?)?;
    let scope = Scope::of(claims["scope"].as_str().unwrap_or_default());
    let account = server.accounts.iter().find(|account| claims["sub"] == account.subject.as_str());
    let account = account.ok_or(Challenge::InvalidToken)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(account.claims(&scope))).into_response())
}

fn bearer(headers: &HeaderMap) -> Result<&str, Challenge> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Challenge::NoToken)?;
    if values.next().is_some() {
        return Err(Challenge::InvalidRequest);
    }
    let (scheme, token) =
        value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Challenge::NoToken)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(Challenge::NoToken) }
}

/// The claims of an access token that is good here.
pub(super) fn read(server: &AuthorizationServer, token: &str) -> Result<Value, Challenge> {
    let claims = server.keys.verify(token).ok_or(Challenge::InvalidToken)?;
    check(server, &claims)?;
    Ok(claims)
}

/// An ID token is no access token, though the same key signed it: its audience is the client.
fn check(server: &AuthorizationServer, claims: &Value) -> Result<(), Challenge> {
    if claims["exp"].as_u64().is_none_or(|expires_at| expires_at <= server.seconds()) {
        return Err(Challenge::InvalidToken);
    }
    if claims["jti"].as_str().is_none_or(|jti| server.grants.is_revoked(jti, server.now())) {
        return Err(Challenge::InvalidToken);
    }
    let here = server.endpoint(PATH);
    match &claims["aud"] {
        Value::Array(audience) if audience.iter().any(|audience| *audience == here) => Ok(()),
        Value::String(audience) if *audience == server.audience => Err(Challenge::InsufficientScope),
        _ => Err(Challenge::InvalidToken),
    }
}

/// Why nothing is told (RFC 6750 §3).
pub(super) enum Challenge {
    NoToken,
    /// More than one credential, so it is not clear which counts.
    InvalidRequest,
    InvalidToken,
    InsufficientScope,
}

impl IntoResponse for Challenge {
    fn into_response(self) -> Response {
        let (status, challenge) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, "Bearer"),
            Self::InvalidRequest => (StatusCode::BAD_REQUEST, r#"Bearer error="invalid_request""#),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, r#"Bearer error="invalid_token""#),
            Self::InsufficientScope => {
                (StatusCode::FORBIDDEN, r#"Bearer error="insufficient_scope", scope="openid""#)
            }
        };
        let headers = [
            (header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers).into_response()
    }
}
