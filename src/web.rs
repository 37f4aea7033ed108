//! The page: files that are built beforehand, and what the page is told of where it is served.
//!
//! It is a stranger to the server, which it calls over gRPC-Web like any page of another origin, and to the
//! issuer, where it is a public client.

mod coding;
mod files;
mod grpc_url;
mod headers;
mod source;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;

use bytes::Bytes;
use http_body::Body as HttpBody;
use serde_json::{Value, json};
use tonic::body::Body;
use tower_service::Service;

use crate::authority;
use grpc_url::GrpcUrl;
use sekisho::scope::ScopePrefix;

pub use source::connect_source;

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
    place: Arc<Place>,
}

/// Where the page finds gRPC.
#[derive(Debug)]
enum Place {
    /// The same for everybody, so that all of it is made once.
    Fixed(Arc<Told>),
    /// At the host by which a request asks.
    AtTheHostOfThePage {
        url: Box<url::Url>,
        config: Box<PageConfig>,
        /// For whoever does not say by which host it asks.
        nowhere: Arc<Told>,
    },
}

/// What a browser is told by whoever finds gRPC at one address.
#[derive(Debug)]
struct Told {
    headers: HeaderMap,
    auth_config: Bytes,
}

impl Page {
    /// The page of this configuration.
    pub fn new(config: PageConfig) -> Self {
        let scheme = if config.grpc_url.starts_with("https:") { "https" } else { "http" };
        let router = Router::new()
            .route("/auth_config.json", get(auth_config_json))
            .fallback(get(file))
            // The listeners speak TLS together, or neither does.
            .with_state(scheme);
        let place = match GrpcUrl::new(&config.grpc_url) {
            GrpcUrl::Fixed(url) => Place::Fixed(Arc::new(Told::new(&config, Some(&url)))),
            GrpcUrl::AtTheHostOfThePage(url) => Place::AtTheHostOfThePage {
                nowhere: Arc::new(Told::new(&config, None)),
                url: Box::new(url),
                config: Box::new(config),
            },
        };
        Self { router, place: Arc::new(place) }
    }
}

impl Place {
    /// What is told, or what a refusal has where the host is missing.
    fn told(&self, uri: &Uri, headers: &HeaderMap) -> Result<Arc<Told>, Arc<Told>> {
        match self {
            Self::Fixed(told) => Ok(Arc::clone(told)),
            Self::AtTheHostOfThePage { url, config, nowhere } => {
                let url = grpc_url::at_host_of(url, uri, headers).ok_or_else(|| Arc::clone(nowhere))?;
                Ok(Arc::new(Told::new(config, Some(&url))))
            }
        }
    }
}

impl Told {
    fn new(config: &PageConfig, grpc_url: Option<&str>) -> Self {
        let auth_config = auth_config(config, grpc_url.unwrap_or_default()).to_string().into();
        Self { headers: headers::security(config, grpc_url), auth_config }
    }
}

/// Where gRPC would be cannot be told to a request that does not say by which host it asks (RFC 9112 §3.2).
fn no_host(told: &Told) -> Response<Body> {
    let answer = (StatusCode::BAD_REQUEST, told.headers.clone(), "The host is missing, or is none.\n");
    answer.into_response().map(Body::new)
}

async fn auth_config_json(Extension(told): Extension<Arc<Told>>) -> impl IntoResponse {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ];
    (headers, told.auth_config.clone())
}

async fn file(State(scheme): State<&'static str>, headers: HeaderMap, uri: Uri) -> axum::response::Response {
    match by_name(scheme, &headers, &uri) {
        Some(url) => Redirect::temporary(&url).into_response(),
        None => files::answer(uri.path(), &headers),
    }
}

/// The names that the page knows them by.
fn auth_config(config: &PageConfig, grpc_url: &str) -> Value {
    json!({
        "issuer": config.issuer,
        "clientId": config.client_id,
        "audience": config.audience,
        "grpcUrl": grpc_url,
        "scopes": config.scopes,
        "scopePrefix": config.scope_prefix.as_str(),
        "development": config.development,
    })
}

/// Callbacks, origins and what a browser stores go by name: where to go on, if somebody came by the address.
fn by_name(scheme: &str, headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let authority = authority::named(uri, headers).filter(|named| named.host() == "127.0.0.1")?;
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
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

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let told = match self.place.told(request.uri(), request.headers()) {
            Ok(told) => told,
            Err(nowhere) => return Box::pin(std::future::ready(Ok(no_host(&nowhere)))),
        };
        request.extensions_mut().insert(Arc::clone(&told));
        let answer = self.router.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            response.headers_mut().extend(told.headers.clone());
            Ok(response.map(Body::new))
        })
    }
}
