//! The answer to an authorization request, which the browser carries to the client (RFC 6749 §4.1.2).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::Url;

/// Where a client is answered.
pub(super) struct ResponseTarget {
    /// The redirect URI as it is registered, and as it has to be said again for the code.
    pub(super) registered: String,
    pub(super) uri: Url,
    pub(super) state: Option<String>,
    pub(super) issuer: String,
}

/// A refusal that the client is told (RFC 6749 §4.1.2.1). The description is a literal: nothing that was sent
/// finds its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AuthorizationError {
    pub(super) code: &'static str,
    description: &'static str,
}

impl AuthorizationError {
    pub(super) const UNSUPPORTED_RESPONSE_TYPE: Self =
        Self::new("unsupported_response_type", "response_type must be code");
    /// RFC 8707 §2
    pub(super) const INVALID_TARGET: Self =
        Self::new("invalid_target", "Tokens are issued for the configured audience alone");
    pub(super) const REQUEST_NOT_SUPPORTED: Self =
        Self::new("request_not_supported", "Request objects are not supported");
    pub(super) const REQUEST_URI_NOT_SUPPORTED: Self =
        Self::new("request_uri_not_supported", "Request objects are not supported");
    pub(super) const ACCESS_DENIED: Self = Self::new("access_denied", "The person did not agree");
    /// OpenID Connect Core §3.1.2.6, as the next.
    pub(super) const LOGIN_REQUIRED: Self =
        Self::new("login_required", "The person has to log in, which needs a page");
    pub(super) const CONSENT_REQUIRED: Self =
        Self::new("consent_required", "The person has to agree, which needs a page");
    pub(super) const SERVER_ERROR: Self = Self::new("server_error", "No code could be made");

    pub(super) const fn invalid_request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) const fn invalid_scope(description: &'static str) -> Self {
        Self::new("invalid_scope", description)
    }

    const fn new(code: &'static str, description: &'static str) -> Self {
        Self { code, description }
    }
}

impl ResponseTarget {
    pub(super) fn code(self, code: &str) -> Response {
        self.answer(&[("code", code)])
    }

    pub(super) fn error(self, error: AuthorizationError) -> Response {
        self.answer(&[("error", error.code), ("error_description", error.description)])
    }

    /// With `iss`, so that a client of several issuers knows whose answer this is (RFC 9207).
    fn answer(self, parameters: &[(&str, &str)]) -> Response {
        let Self { registered: _, mut uri, state, issuer } = self;
        uri.query_pairs_mut()
            .extend_pairs(parameters)
            .extend_pairs(state.map(|state| ("state", state)))
            .append_pair("iss", &issuer);
        see_other(uri.as_str())
    }
}

/// Sends the browser elsewhere by GET: a form that it has posted is not posted there again
/// (RFC 9700 §4.12). Nothing of it is stored, and where it came from is not told.
pub(super) fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let headers = [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_no_header) => StatusCode::BAD_REQUEST.into_response(),
    }
}
