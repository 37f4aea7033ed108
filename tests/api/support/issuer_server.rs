//! An issuer's web server, which answers as a test tells it to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};
use axum::response::IntoResponse as _;
use sekisho::jwks::{Discovery, HttpClient, HttpUrl, Keys, PlainHttp, Schedule};
use sekisho::testing::ManualClock;
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[derive(Default)]
struct Script {
    jwks: Mutex<Document>,
    discovery: Mutex<Option<String>>,
    asked: Mutex<Vec<String>>,
    /// Answers wait for it, where the script says so.
    go_on: Notify,
    waiting: Notify,
}

/// What the JWKS endpoint answers.
#[derive(Clone)]
pub enum Document {
    Json(String),
    Status(u16),
    Redirect(String),
    /// One byte, and then nothing for ever.
    Stalls,
    /// Says that it is compressed, which nobody asked for.
    Compressed(Vec<u8>),
    /// As many bytes of white space in front of a good set.
    Padded(usize, String),
    /// Waits until the test lets it go on.
    Held(String),
}

impl Default for Document {
    fn default() -> Self {
        Self::Status(503)
    }
}

/// A web server on loopback.
pub struct IssuerServer {
    pub address: SocketAddr,
    script: Arc<Script>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for IssuerServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl IssuerServer {
    pub async fn start(document: Document) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await.expect("a free port"), document)
    }

    pub fn start_on(listener: TcpListener, document: Document) -> Self {
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Script { jwks: Mutex::new(document), ..Script::default() });
        let router = Router::new().fallback(answer).with_state((script.clone(), address));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, script, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn publish(&self, document: Document) {
        *self.script.jwks.lock().expect("a lock") = document;
    }

    /// Replaces the metadata document.
    pub fn discovery(&self, document: &str) {
        *self.script.discovery.lock().expect("a lock") = Some(document.to_owned());
    }

    /// Metadata that names an issuer, with the keys from here.
    pub fn metadata(&self, issuer: &str) -> String {
        serde_json::json!({ "issuer": issuer, "jwks_uri": format!("{}jwks", self.url()) }).to_string()
    }

    /// How often the keys were asked for.
    pub fn key_fetches(&self) -> usize {
        self.asked().iter().filter(|path| *path == "/jwks").count()
    }

    /// Every path that was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.script.asked.lock().expect("a lock").clone()
    }

    /// Waits until an answer that is held is asked for.
    pub async fn is_asked(&self) {
        let asked = tokio::time::timeout(Duration::from_secs(20), self.script.waiting.notified());
        asked.await.expect("it is asked for");
    }

    /// Lets the answer that is held go.
    pub fn let_go(&self) {
        self.script.go_on.notify_one();
    }

    /// Keys by discovery from here, refreshed only when a test says so.
    pub fn keys(&self, clock: &Arc<ManualClock>) -> Keys {
        self.keys_with(clock, Schedule { refresh: Duration::from_secs(3600), ..Schedule::default() })
    }

    pub fn keys_with(&self, clock: &Arc<ManualClock>, schedule: Schedule) -> Keys {
        let url = HttpUrl::parse(&self.url(), PlainHttp::LoopbackOnly).expect("a URL");
        let client = HttpClient::new(b"").expect("a client");
        Keys::remote(Discovery::new(url, PlainHttp::LoopbackOnly, client), schedule, clock.clone())
    }
}

async fn answer(State((script, address)): State<(Arc<Script>, SocketAddr)>, uri: Uri) -> Response<Body> {
    script.asked.lock().expect("a lock").push(uri.path().to_owned());
    if uri.path() == "/.well-known/openid-configuration" {
        let given = script.discovery.lock().expect("a lock").clone();
        let usual = format!(r#"{{"issuer":"http://{address}/","jwks_uri":"http://{address}/jwks"}}"#);
        return given.unwrap_or(usual).into_response();
    }
    if uri.path() != "/jwks" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let document = script.jwks.lock().expect("a lock").clone();
    match document {
        Document::Json(json) => json.into_response(),
        Document::Status(status) => StatusCode::from_u16(status).expect("a status").into_response(),
        Document::Redirect(to) => (StatusCode::FOUND, [("location", to)]).into_response(),
        Document::Stalls => {
            let stream = tokio_stream::StreamExt::chain(
                tokio_stream::once(Ok::<_, std::io::Error>("{")),
                tokio_stream::pending(),
            );
            Body::from_stream(stream).into_response()
        }
        Document::Compressed(bytes) => ([("content-encoding", "gzip")], bytes).into_response(),
        Document::Padded(bytes, json) => format!("{}{json}", " ".repeat(bytes)).into_response(),
        Document::Held(json) => {
            script.waiting.notify_one();
            script.go_on.notified().await;
            json.into_response()
        }
    }
}
