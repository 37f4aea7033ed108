//! The page: files that are built beforehand, and what the page is told of where it is served.
//!
//! It is a stranger to the server, which it calls over gRPC-Web like any page of another origin, and to the
//! issuer, where it is a public client.

mod files;
mod headers;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, Response, Uri, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use http_body::Body as HttpBody;
use serde_json::{Value, json};
use tonic::body::Body;
use tower_http::compression::CompressionLayer;
use tower_service::Service;

use crate::scope::ScopePrefix;

/// What the page is told of where it is served. Nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageConfig {
    /// Who issues tokens, with or without its last slash.
    pub issuer: String,
    /// Whose client the page is.
    pub client_id: String,
    /// For whom tokens are asked.
    pub audience: String,
    /// Where the APIs are called over gRPC-Web: scheme, host and port. An unspecified host (`0.0.0.0`) is
    /// the page's own.
    pub grpc_url: String,
    /// The scopes that are asked for where nobody chooses.
    pub scopes: Vec<String>,
    /// What the issuer writes before the names of scopes, and has to be asked with.
    pub scope_prefix: ScopePrefix,
    /// Whether the issuer is the one of development.
    pub development: bool,
    /// Origins of the issuer's endpoints besides its own, which the page may then speak to.
    pub connect_origins: Vec<String>,
}

/// The page, to be served.
#[derive(Debug, Clone)]
pub struct Page {
    router: Router,
    headers: Arc<HeaderMap>,
}

impl Page {
    /// The page of this configuration.
    pub fn new(config: PageConfig) -> Self {
        let headers = Arc::new(headers::security(&config));
        let router = Router::new()
            .route("/auth_config.json", get(auth_config_json))
            .fallback(get(file))
            .with_state(Arc::new(config))
            .layer(CompressionLayer::new());
        Self { router, headers }
    }
}

async fn auth_config_json(State(config): State<Arc<PageConfig>>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], axum::Json(auth_config(&config)))
}

async fn file(
    State(config): State<Arc<PageConfig>>,
    headers: HeaderMap,
    uri: Uri,
) -> axum::response::Response {
    match by_name(&config, &headers, &uri) {
        Some(url) => Redirect::temporary(&url).into_response(),
        None => files::answer(uri.path()),
    }
}

/// The names that the page knows them by.
fn auth_config(config: &PageConfig) -> Value {
    json!({
        "issuer": config.issuer,
        "clientId": config.client_id,
        "audience": config.audience,
        "grpcUrl": config.grpc_url,
        "scopes": config.scopes,
        "scopePrefix": config.scope_prefix.as_str(),
        "development": config.development,
    })
}

/// Callbacks, origins and what a browser stores go by name: where to go on, if somebody came by the address.
fn by_name(config: &PageConfig, headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let authority: Authority = host.parse().ok().filter(|it: &Authority| it.host() == "127.0.0.1")?;
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    // The listeners speak TLS together, or neither does.
    let scheme = config.grpc_url.split(':').next()?;
    Some(format!("{scheme}://localhost{port}{}", uri.path_and_query()?))
}

impl<B> Service<Request<B>> for Page
where
    B: HttpBody<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <Router as Service<Request<B>>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.router.call(request);
        let headers = Arc::clone(&self.headers);
        Box::pin(async move {
            let mut response = answer.await?;
            response.headers_mut().extend(headers.as_ref().clone());
            Ok(response.map(Body::new))
        })
    }
}
