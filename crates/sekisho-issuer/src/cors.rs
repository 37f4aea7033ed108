//! Which pages may read what the issuer answers: those of its clients (RFC 10017, on CORS). The pages that a
//! person sees are for no script at all.

use std::time::Duration;

use axum::http::{HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::client::{Client, web_origin};

const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// Allows the registered web origins of `clients`, without credentials: no cookie counts at these endpoints.
pub(super) fn layer(clients: &[Client]) -> CorsLayer {
    let origins: Vec<HeaderValue> = clients
        .iter()
        .flat_map(Client::web_origins)
        .filter_map(|origin| web_origin(origin)?.parse().ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE])
        .max_age(PREFLIGHT_MAX_AGE)
}
