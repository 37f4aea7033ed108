//! An issuer with metadata and a token endpoint, which keeps what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;

/// What the token endpoint answers.
#[derive(Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    header: Option<(HeaderName, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(status: StatusCode, body: &str) -> Self {
        Self { status, header: None, body: body.into() }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::of(StatusCode::OK, body)
    }

    pub(crate) fn redirect(url: &str) -> Self {
        let header = Some((header::LOCATION, format!("{url}token")));
        Self { header, ..Self::of(StatusCode::TEMPORARY_REDIRECT, "") }
    }

    /// What is compressed, though nobody asked for it.
    pub(crate) fn compressed(status: StatusCode, body: &[u8]) -> Self {
        let header = Some((header::CONTENT_ENCODING, "gzip".to_owned()));
        Self { header, body: body.to_vec(), ..Self::of(status, "") }
    }
}

/// What it was asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) authorization: String,
    pub(crate) content_type: String,
    pub(crate) accept_encoding: String,
    pub(crate) form: Vec<(String, String)>,
}

struct Script {
    answer: Answer,
    metadata: Mutex<Answer>,
    oauth_metadata: Mutex<Option<Answer>>,
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
            metadata: Mutex::new(Answer::json("")),
            oauth_metadata: Mutex::default(),
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
        self.publish_answer(Answer::json(&metadata.replace("URL", &self.url())));
    }

    pub(crate) fn publish_answer(&self, metadata: Answer) {
        *self.script.metadata.lock().unwrap() = metadata;
    }

    /// What is published is at the place of RFC 8414 alone; at the other there is this status.
    pub(crate) fn hide_openid_metadata(&self, status: StatusCode) {
        let mut openid = self.script.metadata.lock().unwrap();
        let oauth = std::mem::replace(&mut *openid, Answer::of(status, ""));
        *self.script.oauth_metadata.lock().unwrap() = Some(oauth);
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.script.asked.lock().unwrap().is_some()
    }

    pub(crate) fn asked(&self) -> Asked {
        self.script.asked.lock().unwrap().clone().unwrap()
    }
}

async fn metadata(State(script): State<Arc<Script>>, uri: Uri) -> Response {
    if uri.path().ends_with("openid-configuration") {
        return script.metadata.lock().unwrap().clone().into_response();
    }
    let oauth = script.oauth_metadata.lock().unwrap().clone();
    oauth.unwrap_or_else(|| Answer::of(StatusCode::NOT_FOUND, "")).into_response()
}

async fn token(State(script): State<Arc<Script>>, headers: HeaderMap, body: Bytes) -> Response {
    let text = |name| headers.get(name).and_then(|text| text.to_str().ok()).unwrap_or_default().to_owned();
    *script.asked.lock().unwrap() = Some(Asked {
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        accept_encoding: text(header::ACCEPT_ENCODING),
        form: url::form_urlencoded::parse(&body).into_owned().collect(),
    });
    script.answer.clone().into_response()
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, AppendHeaders(self.header), self.body).into_response()
    }
}
