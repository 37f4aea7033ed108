//! Which path is answered by what.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

use super::same_origin::Form;
use super::{
    AuthorizationServer, authorization_endpoint, consent, cors, host, log_in, log_out, metadata, pages,
    revocation, token_endpoint, userinfo,
};

/// Where the issuer's keys are.
pub(super) const JWKS_PATH: &str = "/.well-known/jwks.json";

/// More than any token request needs.
const MAX_BODY_BYTES: usize = 16 * 1024;

/// How long a request may take, its body included: a peer that stops in the middle is not waited for.
const REQUEST_TIME_LIMIT: Duration = Duration::from_secs(10);

/// Every endpoint of `server`.
pub(super) fn routes(server: AuthorizationServer) -> Router {
    let cors = cors::layer(&server.clients);
    let server = Arc::new(server);
    for_clients()
        .layer(cors)
        .merge(for_persons())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        // Around all that may be asked, CORS and what is not found included.
        .layer(middleware::from_fn_with_state(Arc::clone(&server), host::by_name_of_loopback))
        // Outermost, so that reading the body counts.
        .layer(middleware::from_fn(within_time_limit))
        .with_state(server)
}

/// What programs ask, those in a browser's page among them.
fn for_clients() -> Router<Arc<AuthorizationServer>> {
    Router::new()
        // One document in both places: clients of plain OAuth look in the second (RFC 8414 §3), and those who
        // come from OpenID Connect in the first, which is also the only one that Auth0 always had.
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route(JWKS_PATH, get(jwk_set))
        .route(token_endpoint::PATH, post(token_endpoint::token))
        .route(revocation::PATH, post(revocation::post))
        .route(userinfo::PATH, get(userinfo::answer).post(userinfo::answer))
}

/// Where a browser is sent.
fn for_persons() -> Router<Arc<AuthorizationServer>> {
    Router::new()
        .route(
            authorization_endpoint::PATH,
            get(authorization_endpoint::get).post(authorization_endpoint::post),
        )
        .route(Form::LogIn.path(), post(log_in::post))
        .route(Form::Consent.path(), post(consent::post))
        .route(log_out::PATH, get(log_out::get).post(log_out::post))
        .route(Form::LogOut.path(), post(log_out::confirm))
        .route(pages::STYLESHEET_PATH, get(pages::stylesheet))
        .route(pages::ICON_PATH, get(pages::icon))
}

async fn metadata(State(server): State<Arc<AuthorizationServer>>) -> Json<Value> {
    Json(metadata::document(&server))
}

async fn jwk_set(State(server): State<Arc<AuthorizationServer>>) -> Json<Value> {
    Json(server.key.jwk_set())
}

async fn within_time_limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}
