//! The token endpoint's refusals (RFC 6749 §5.2).

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// RFC 7235 wants a challenge with every 401; Basic is the one scheme that clients can answer with.
const CHALLENGE: &str = r#"Basic realm="token endpoint""#;

/// An error code, and the sentence that tells a developer what to do.
///
/// A sentence is a literal without `"` and `\`: an `error_description` may hold neither, and nothing that was
/// sent, let alone a secret, finds its way back.
#[derive(Debug)]
pub(super) struct ErrorResponse {
    status: StatusCode,
    code: &'static str,
    description: &'static str,
}

impl ErrorResponse {
    /// "The request is missing a required parameter, includes an unsupported parameter value (other than
    /// grant type), repeats a parameter, includes multiple credentials, utilizes more than one mechanism for
    /// authenticating the client, or is otherwise malformed."
    pub(super) fn invalid_request(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_request", description }
    }

    /// "Client authentication failed (e.g., unknown client, no client authentication included, or
    /// unsupported authentication method)."
    pub(super) fn invalid_client(description: &'static str) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, code: "invalid_client", description }
    }

    /// "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh
    /// token is invalid, expired, revoked, does not match the redirection URI used in the authorization
    /// request, or was issued to another client."
    pub(super) fn invalid_grant(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_grant", description }
    }

    /// "The authorization grant type is not supported by the authorization server."
    pub(super) fn unsupported_grant_type(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "unsupported_grant_type", description }
    }

    /// "The requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource
    /// owner."
    pub(super) fn invalid_scope(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_scope", description }
    }

    /// "The requested resource is invalid, missing, unknown, or malformed." (RFC 8707 §2)
    pub(super) fn invalid_target(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalid_target", description }
    }

    /// The fault is this server's own. RFC 6749 has no code for it at this endpoint, and borrows §4.1.2.1's.
    pub(super) fn server_error(description: &'static str) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "server_error", description }
    }

    /// The same refusal under the status by which HTTP itself names its cause.
    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Its error code, for the tables of other parts.
    #[cfg(test)]
    pub(super) fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let Self { status, code, description } = self;
        let challenge =
            (status == StatusCode::UNAUTHORIZED).then_some([(header::WWW_AUTHENTICATE, CHALLENGE)]);
        let body = Json(json!({ "error": code, "error_description": description }));
        (status, challenge, [(header::CACHE_CONTROL, "no-store")], body).into_response()
    }
}
