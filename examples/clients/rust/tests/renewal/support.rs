//! An issuer that counts what it is asked, and a server that keeps what it was sent.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use futures_util::future::join_all;
use oauth2::{ClientId, ClientSecret};
use sekisho_client::authorize::{Authorize, Authorized, Credentials};
use sekisho_client::issuer::{ClientCredentials, Registration};
use sekisho_client::tokens::{PAUSE, Tokens};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Status};
use tonic::{Response, Streaming};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower_layer::Layer as _;

/// Of the tokens of this issuer.
pub(crate) const LIFETIME: Duration = Duration::from_secs(60);
/// One of them then still holds, but not for long.
pub(crate) const NEARLY_LIFETIME: Duration = Duration::from_secs(59);
/// A second later there may be another fetch.
pub(crate) const NEARLY_PAUSE: Duration = PAUSE.saturating_sub(Duration::from_secs(1));
/// For what is to happen soon; never waited for where all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Mutex<Instant>>);

impl Clock {
    pub(crate) fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

/// What issuer and server have seen, and how they are to behave.
struct Seen {
    name: String,
    requests: watch::Sender<usize>,
    last_request: Mutex<Asked>,
    fails: Mutex<Option<(StatusCode, Value)>>,
    lifetime: Mutex<Duration>,
    streams: Mutex<Vec<mpsc::Sender<Result<HealthCheckResponse, Status>>>>,
    authorizations: Mutex<Vec<String>>,
    refused: Mutex<HashSet<String>>,
}

/// A request for a token.
#[derive(Clone, Default)]
pub(crate) struct Asked {
    pub(crate) authorization: String,
    pub(crate) form: Vec<String>,
}

pub(crate) struct World {
    pub(crate) clock: Clock,
    seen: Arc<Seen>,
    pub(crate) tokens: Tokens,
    channel: Authorized<Channel>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::begin(None).await
    }

    pub(crate) async fn start_with_issuer_named(name: &str) -> Self {
        Self::begin(Some(name)).await
    }

    async fn begin(name: Option<&str>) -> Self {
        let (listener, issuer) = listen().await;
        let seen = Arc::new(Seen {
            name: name.unwrap_or(&issuer).to_owned(),
            requests: watch::Sender::new(0),
            last_request: Mutex::default(),
            fails: Mutex::default(),
            lifetime: Mutex::new(LIFETIME),
            streams: Mutex::default(),
            authorizations: Mutex::default(),
            refused: Mutex::default(),
        });
        serve_tokens(listener, &issuer, seen.clone());
        let clock = Clock(Arc::new(Mutex::new(Instant::now())));
        let endpoint = serve_health(seen.clone()).await;
        let tokens = tokens(issuer, clock.clone());
        let channel = Authorize(Credentials::Renewed(tokens.clone())).layer(endpoint.connect_lazy());
        Self { clock, seen, tokens, channel }
    }

    pub(crate) async fn call(&self) -> Result<(), Status> {
        HealthClient::new(self.channel.clone()).check(HealthCheckRequest::default()).await.map(drop)
    }

    /// A stream that has begun.
    pub(crate) async fn stream(&self) -> Streaming<HealthCheckResponse> {
        let answer = HealthClient::new(self.channel.clone()).watch(HealthCheckRequest::default()).await;
        answer.unwrap().into_inner()
    }

    /// How all streams end that have begun.
    pub(crate) async fn end_streams(&self, status: Status) {
        let streams = std::mem::take(&mut *self.seen.streams.lock().unwrap());
        for stream in streams {
            stream.send(Err(status.clone())).await.unwrap();
        }
    }

    pub(crate) async fn ten_calls(&self) -> Vec<Result<(), Status>> {
        join_all((0..10).map(|_| self.call())).await
    }

    /// Calls until one is authorized by this.
    pub(crate) async fn until_sent(&self, authorization: &str) {
        let calls = async {
            while self.authorizations().last().is_none_or(|last| last != authorization) {
                self.call().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, calls).await.expect(authorization);
    }

    /// Until the issuer has answered as many.
    pub(crate) async fn until_requests(&self, count: usize) {
        let mut requests = self.seen.requests.subscribe();
        let reached = requests.wait_for(|&seen| seen >= count);
        tokio::time::timeout(PATIENCE, reached).await.expect("requests").unwrap();
    }

    pub(crate) fn issuer_fails(&self, fails: bool) {
        *self.seen.fails.lock().unwrap() = fails.then(|| (StatusCode::SERVICE_UNAVAILABLE, json!({})));
    }

    pub(crate) fn issuer_answers(&self, code: StatusCode, error: &str) {
        *self.seen.fails.lock().unwrap() = Some((code, json!({ "error": error })));
    }

    /// Of all tokens from now on.
    pub(crate) fn tokens_live_for(&self, lifetime: Duration) {
        *self.seen.lifetime.lock().unwrap() = lifetime;
    }

    pub(crate) fn server_refuses(&self, authorization: &str) {
        self.seen.refused.lock().unwrap().insert(authorization.to_owned());
    }

    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.seen.authorizations.lock().unwrap().clone()
    }

    pub(crate) fn requests(&self) -> usize {
        *self.seen.requests.borrow()
    }

    pub(crate) fn last_request(&self) -> Asked {
        self.seen.last_request.lock().unwrap().clone()
    }
}

fn tokens(issuer: String, clock: Clock) -> Tokens {
    let registration = Registration {
        issuer: issuer.try_into().unwrap(),
        id: ClientId::new("m2m".to_owned()),
        secret: ClientSecret::new("a secret".to_owned()),
        audience: Some("api".to_owned()),
        scope: Some("api1:read:status api2:read:status".to_owned()),
    };
    let client = ClientCredentials::new(registration, &[]).unwrap();
    Tokens::new(client, Arc::new(move || *clock.0.lock().unwrap()))
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// An issuer whose tokens are numbers.
fn serve_tokens(listener: TcpListener, url: &str, seen: Arc<Seen>) {
    let metadata = json!({ "issuer": seen.name, "token_endpoint": format!("{url}token") });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(async move || Json(metadata)))
        .route("/token", post(token))
        .with_state(seen);
    tokio::spawn(async move { axum::serve(listener, router).await });
}

async fn token(
    State(seen): State<Arc<Seen>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> (StatusCode, Json<Value>) {
    let authorization = headers["authorization"].to_str().unwrap().to_owned();
    let form = form.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    *seen.last_request.lock().unwrap() = Asked { authorization, form };
    seen.requests.send_modify(|count| *count += 1);
    if let Some((code, answer)) = seen.fails.lock().unwrap().clone() {
        return (code, Json(answer));
    }
    let token = format!("token-{}", *seen.requests.borrow());
    let lifetime = *seen.lifetime.lock().unwrap();
    let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": lifetime.as_secs() });
    (StatusCode::OK, Json(answer))
}

/// A server that turns away what it was told to.
async fn serve_health(seen: Arc<Seen>) -> Endpoint {
    let (listener, url) = listen().await;
    let health = Answers(seen.clone());
    let door = move |request: Request<()>| {
        let sent = request.metadata().get("authorization").map_or("", |value| value.to_str().unwrap());
        seen.authorizations.lock().unwrap().push(sent.to_owned());
        let refused = seen.refused.lock().unwrap().contains(sent);
        if refused { Err(Status::unauthenticated("no")) } else { Ok(request) }
    };
    let service = HealthServer::with_interceptor(health, door);
    let server = Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Endpoint::from_shared(url).unwrap()
}

/// Answers each call at once, and holds streams open.
struct Answers(Arc<Seen>);

#[tonic::async_trait]
impl Health for Answers {
    type WatchStream = ReceiverStream<Result<HealthCheckResponse, Status>>;

    async fn check(&self, _: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse::default()))
    }

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let (sender, messages) = mpsc::channel(1);
        self.0.streams.lock().unwrap().push(sender);
        Ok(Response::new(ReceiverStream::new(messages)))
    }
}
