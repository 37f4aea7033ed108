//! An issuer with metadata and a token endpoint, which keeps what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;

/// What the token endpoint answers.
#[derive(Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Answer {
    pub(crate) fn of(status: StatusCode, body: &str) -> Self {
        Self { status, location: None, body: body.to_owned() }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::of(StatusCode::OK, body)
    }

    pub(crate) fn redirect(url: &str) -> Self {
        let location = Some(format!("{url}token"));
        Self { location, ..Self::of(StatusCode::TEMPORARY_REDIRECT, "") }
    }
}

/// What it was asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) authorization: String,
    pub(crate) content_type: String,
    pub(crate) form: Vec<(String, String)>,
}

struct Script {
    answer: Answer,
    metadata: Mutex<String>,
    hides_openid: Mutex<bool>,
    asked: Mutex<Option<Asked>>,
}

pub(crate) struct Issuer {
    pub(crate) address: SocketAddr,
    script: Arc<Script>,
}

impl Issuer {
    pub(crate) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let script = Arc::new(Script {
            answer,
            metadata: Mutex::default(),
            hides_openid: Mutex::default(),
            asked: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/{document}", get(metadata))
            .route("/token", any(token))
            .with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = Self { address, script };
        issuer.publish(r#"{"issuer":"URL","token_endpoint":"URLtoken"}"#);
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Metadata, in which `URL` stands for its own.
    pub(crate) fn publish(&self, metadata: &str) {
        *self.script.metadata.lock().unwrap() = metadata.replace("URL", &self.url());
    }

    pub(crate) fn only_oauth_metadata(&self) {
        *self.script.hides_openid.lock().unwrap() = true;
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.script.asked.lock().unwrap().is_some()
    }

    pub(crate) fn asked(&self) -> Asked {
        self.script.asked.lock().unwrap().clone().unwrap()
    }
}

async fn metadata(State(script): State<Arc<Script>>, uri: Uri) -> Response {
    if uri.path().ends_with("openid-configuration") && *script.hides_openid.lock().unwrap() {
        return StatusCode::NOT_FOUND.into_response();
    }
    script.metadata.lock().unwrap().clone().into_response()
}

async fn token(State(script): State<Arc<Script>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| headers.get(name).and_then(|text| text.to_str().ok()).unwrap_or_default().to_owned();
    *script.asked.lock().unwrap() = Some(Asked {
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        form: url::form_urlencoded::parse(&body).into_owned().collect(),
    });
    let Answer { status, location, body } = script.answer.clone();
    match location {
        Some(url) => (status, [(header::LOCATION, url)], body).into_response(),
        None => (status, body).into_response(),
    }
}
