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
pub(super) fn routes(server: Arc<AuthorizationServer>) -> Router {
    let cors = cors::layer(&server.clients);
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
    Json(server.keys.jwk_set())
}

async fn within_time_limit(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIME_LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::{Body, Bytes};
    use futures_util::{StreamExt as _, stream};
    use tokio::time::Instant;
    use tower_service::Service as _;

    use super::*;
    use crate::builder::Builder;

    /// A byte of the body every second: never silent, and never done.
    fn drawn_out() -> Body {
        let steps = stream::repeat(()).then(async |()| {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, Infallible>(Bytes::from_static(b"a"))
        });
        Body::from_stream(steps)
    }

    #[tokio::test(start_paused = true)]
    #[expect(clippy::disallowed_methods, reason = "the time is the test's, and moves on as soon as all wait")]
    async fn a_body_that_is_drawn_out_has_its_time_whatever_it_is_sent_to() {
        let address = ([127, 0, 0, 1], 9000).into();
        let server = AuthorizationServer::new(address, Builder::new().into_configuration()).unwrap();
        let mut routes = routes(Arc::new(server));
        for path in [token_endpoint::PATH, revocation::PATH, authorization_endpoint::PATH, log_out::PATH] {
            let request = axum::http::Request::post(path)
                .header("host", "127.0.0.1:9000")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(drawn_out())
                .unwrap();
            let began = Instant::now();
            let answer = routes.call(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT, "{path}");
            assert_eq!(began.elapsed(), REQUEST_TIME_LIMIT, "{path}");
        }
    }
}
