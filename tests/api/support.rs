//! Starts the server, and calls it.

mod call;
pub mod endless;
mod frames;
mod issuer_server;
#[path = "../interop/streams/kinds.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
pub mod kinds;
mod logs;
mod long_call;
#[path = "../wire/shared.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod shared;
mod streaming;
mod transport;
mod web;
#[path = "../wire/frames.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use sekisho_server::server::{
    self, AllowedHeader, AllowedOrigins, Config, Hosts, Limits, Listeners, Reflection, Tls,
};
use sekisho_server::services::three_apis;
use sekisho_server::web::Page;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use call::{Answer, Call, connect};
pub use frames::Frames;
pub use issuer_server::{Document, IssuerServer};
pub use logs::{assert_not_logged, lines_with};
pub use long_call::{End, LongCall, OpenCall};
pub use shared::{AT_A_TIME, Early, Shared};
pub use streaming::{
    DESCRIPTOR_SET as STREAMING, EARLY, FAIL, Handlers, LARGE, MANY, MANY_ITEMS, PANIC, TWO_LINES, proto,
};
pub use transport::Transport;
pub use web::{WebAnswer, WebCall};
pub use wire::{
    Block, DATA, END_STREAM, Frame, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    call_head, client_preface, health_check, read_frame,
};

pub const AUDIENCE: &str = "auth0-multiple-api";
/// The page that may call.
pub const ORIGIN: &str = "https://app.example";
pub const ISSUER: &str = "https://tenant.example/";

/// The issuer that is trusted. Its key is made once: RSA keys are dear.
pub fn issuer() -> &'static TestIssuer {
    static ISSUER_OF_ALL: OnceLock<TestIssuer> = OnceLock::new();
    ISSUER_OF_ALL.get_or_init(|| TestIssuer::new(ISSUER, AUDIENCE))
}

/// Somebody else, who claims to be the issuer that is trusted, down to the name of the key.
pub fn impostor() -> &'static TestIssuer {
    static IMPOSTOR: OnceLock<TestIssuer> = OnceLock::new();
    IMPOSTOR.get_or_init(|| TestIssuer::new(ISSUER, AUDIENCE))
}

/// A server that is running.
pub struct App {
    pub address: SocketAddr,
    /// Of the page, if there is one.
    pub web_address: Option<SocketAddr>,
    pub clock: Arc<ManualClock>,
    pub handlers: Handlers,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<Result<(), server::SetupError>>>,
}

/// How a server is started.
pub struct Setup {
    pub issuer: Issuer,
    pub other_issuers: Vec<Issuer>,
    pub report_only: bool,
    pub clock: Arc<ManualClock>,
    pub reflection: Reflection,
    pub limits: Limits,
    pub origins: AllowedOrigins,
    pub headers: Vec<AllowedHeader>,
    pub hosts: Hosts,
    pub tls: Option<Tls>,
    pub page: Option<Page>,
    pub shutdown_grace: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            issuer: trusting(|verifier| verifier),
            other_issuers: Vec::new(),
            report_only: false,
            clock: Arc::new(ManualClock::new()),
            reflection: Reflection::Public,
            limits: Limits::default(),
            origins: AllowedOrigins::Listed(vec![ORIGIN.parse().expect("an origin")]),
            headers: Vec::new(),
            hosts: Hosts::Any,
            tls: None,
            page: None,
            shutdown_grace: Duration::from_secs(5),
        }
    }
}

/// The issuer with keys that are held, and a verifier of the test's own.
pub fn trusting(verifier: impl FnOnce(Verifier) -> Verifier) -> Issuer {
    let (set, _) = KeySet::parse(issuer().jwks().as_bytes()).expect("a key set");
    Issuer::new(Keys::fixed(ISSUER, set), verifier(Verifier::new(AUDIENCE)))
}

/// Keys that stand in any JWK set.
pub fn trusting_keys(jwks: &str) -> Issuer {
    let (set, _) = KeySet::parse(jwks.as_bytes()).expect("a key set");
    Issuer::new(Keys::fixed(ISSUER, set), Verifier::new(AUDIENCE))
}

impl App {
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    pub async fn start_with(setup: Setup) -> Self {
        logs::capture();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let handlers = Handlers::default();
        let services = kinds::register(handlers.register(three_apis(setup.limits.message_size)));
        let config = Config {
            services,
            issuers: [vec![setup.issuer], setup.other_issuers].concat(),
            report_only: setup.report_only,
            clock: setup.clock.clone(),
            max_token_size: 8192,
            remembered_tokens: 10_000,
            reflection: setup.reflection,
            grpc_web: Some(setup.origins),
            allowed_headers: setup.headers,
            hosts: setup.hosts,
            tls: setup.tls,
            limits: setup.limits,
            shutdown_grace: setup.shutdown_grace,
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let web = match setup.page {
            Some(page) => Some((TcpListener::bind("127.0.0.1:0").await.expect("a free port"), page)),
            None => None,
        };
        let web_address = web.as_ref().map(|(web, _)| web.local_addr().expect("an address"));
        let run = server::run(config, Listeners { grpc: listener, web }, async {
            let _ = stopped.await;
        });
        let server = Some(tokio::spawn(run));
        Self { address, web_address, clock: setup.clock, handlers, stop: Some(stop), server }
    }

    /// Tells the server to stop, and does not wait.
    pub fn tell_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the server has ended.
    pub async fn ended(mut self) {
        let server = self.server.take().expect("a server");
        server.await.expect("no panic").expect("a server that was set up");
    }

    /// A call with an access token.
    pub fn call(&self, path: &str) -> Call {
        Call::new(self.address, path)
    }

    /// A call of gRPC-Web, from the page that may call.
    pub fn web(&self, path: &str) -> WebCall {
        WebCall::new(self.address, path)
    }

    /// Readiness, as `grpc.health.v1` tells it.
    pub async fn health(&self, service: &str) -> Result<i32, tonic::Status> {
        let mut client = tonic_health::pb::health_client::HealthClient::new(connect(self.address).await);
        let request = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
        client.check(request).await.map(|answer| answer.into_inner().status)
    }

    /// Waits until the server as a whole has this readiness, told by its own watch.
    pub async fn ready_is(&self, ready: bool) {
        let mut client = tonic_health::pb::health_client::HealthClient::new(connect(self.address).await);
        let request = tonic_health::pb::HealthCheckRequest { service: String::new() };
        let mut watch = client.watch(request).await.expect("a watch").into_inner();
        while let Some(change) = watch.message().await.expect("a watch that goes on") {
            if (change.status == 1) == ready {
                return;
            }
        }
        panic!("the watch ended");
    }
}
