//! The page's files, and what a browser is told to hold it to.

mod codings;
mod place;

use std::net::SocketAddr;

use http::Request;
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sekisho_server::server::Limits;
use sekisho_server::web::{Page, PageConfig};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::body::Body;

use crate::support::{AUDIENCE, App, ISSUER, Setup};

pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

async fn app() -> (App, SocketAddr) {
    app_with(Limits::default()).await
}

async fn app_with(limits: Limits) -> (App, SocketAddr) {
    app_at("http://127.0.0.1:50051", limits).await
}

async fn app_at(grpc_url: &str, limits: Limits) -> (App, SocketAddr) {
    let app = App::start_with(Setup { page: Some(page_at(grpc_url)), limits, ..Setup::default() }).await;
    let address = app.web_address.expect("a page");
    (app, address)
}

pub fn page_at(grpc_url: &str) -> Page {
    Page::new(PageConfig {
        issuer: ISSUER.to_owned(),
        client_id: "the-page".to_owned(),
        audience: AUDIENCE.to_owned(),
        grpc_url: grpc_url.to_owned(),
        scopes: vec!["api1:read:status".to_owned()],
        scope_prefix: "api://orders/".parse().expect("a prefix"),
        development: false,
        connect_origins: Vec::new(),
    })
}

fn get(path: &str) -> http::request::Builder {
    Request::get(path).header("host", "localhost:8080")
}

pub async fn send(address: SocketAddr, request: http::request::Builder) -> Answer {
    let io = TokioIo::new(TcpStream::connect(address).await.expect("a server that listens"));
    let (mut client, connection) = http1::handshake(io).await.expect("HTTP/1.1");
    tokio::spawn(connection);
    let answer =
        client.send_request(request.body(Body::empty()).expect("a request")).await.expect("an answer");
    let (head, body) = answer.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// The paths of the files that the page names as its own.
fn assets(index: &str) -> Vec<String> {
    let named = index.split('"').filter(|text| text.contains("assets/"));
    named.map(|name| format!("/{}", name.trim_start_matches("./").trim_start_matches('/'))).collect()
}

#[tokio::test]
async fn every_answer_has_the_policy_of_the_page() {
    let (_app, address) = app().await;
    for path in ["/", "/auth_config.json", "/no/such/file", "/../Cargo.toml", "/assets/", "//index.html"] {
        let answer = send(address, get(path)).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}: {policy}");
        assert!(
            policy.contains("connect-src 'self' http://127.0.0.1:50051 https://tenant.example;"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.status,
            if path == "/" || path == "/auth_config.json" { 200 } else { 404 },
            "{path}"
        );
    }
    assert_eq!(send(address, Request::post("/").header("host", "localhost")).await.status, 405);
}

#[tokio::test]
async fn the_page_is_looked_at_anew_and_its_assets_are_kept() {
    let (_app, address) = app().await;
    let index = send(address, get("/")).await;
    assert_eq!(
        (index.header("content-type"), index.header("cache-control")),
        ("text/html; charset=utf-8", "no-cache")
    );
    let assets = assets(index.text());
    assert!(assets.len() >= 2, "a script and a style: {}", index.text());
    for path in assets {
        let answer = send(address, get(&path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        let kind = answer.header("content-type");
        assert!(kind.starts_with("text/javascript") || kind.starts_with("text/css"), "{path}: {kind}");
    }
}

#[tokio::test]
async fn the_page_is_told_of_the_server_and_of_no_secret() {
    let (_app, address) = app().await;
    let answer = send(address, get("/auth_config.json")).await;
    let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        told,
        json!({
            "issuer": ISSUER,
            "clientId": "the-page",
            "audience": AUDIENCE,
            "grpcUrl": "http://127.0.0.1:50051",
            "scopes": ["api1:read:status"],
            "scopePrefix": "api://orders/",
            "development": false,
        })
    );
}

#[tokio::test]
async fn who_comes_by_the_address_goes_on_by_the_name() {
    let (_app, address) = app().await;
    let by_address = |path: &str| Request::get(path).header("host", "127.0.0.1:8080");
    let answer = send(address, by_address("/?code=x&state=y")).await;
    assert_eq!((answer.status, answer.header("location")), (307, "http://localhost:8080/?code=x&state=y"));
    let other =
        ["127.0.0.1.example", "127.0.0.1:@evil.example", "127.0.0.1:80@evil.example", "127.0.0.1/", "[::1]"];
    for host in other {
        let answer = send(address, Request::get("/").header("host", host)).await;
        assert_eq!((answer.status, answer.header("location")), (200, ""), "{host}");
    }
}

#[tokio::test]
async fn connections_are_counted_over_all_listeners() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let (app, address) = app_with(limits).await;
    let io = TokioIo::new(TcpStream::connect(address).await.expect("a server that listens"));
    let (mut client, connection) = http1::handshake(io).await.expect("HTTP/1.1");
    let connection = tokio::spawn(connection);
    let mut ask = async || {
        client.ready().await.expect("a connection");
        let request = get("/auth_config.json").body(Body::empty()).expect("a request");
        let answer = client.send_request(request).await.expect("an answer");
        answer.into_body().collect().await.expect("a whole body")
    };
    ask().await;
    let mut call = tokio::spawn(app.call("/streaming.v1.Streaming/Open").send());
    // The page's visitor is served many times before the call that waits is served once.
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = &mut call => panic!("there was a connection too many"),
            _ = ask() => {}
        }
    }
    connection.abort();
    assert_eq!(call.await.expect("no panic").code(), Code::Ok);
}

#[tokio::test]
async fn a_stop_ends_the_page_as_well() {
    let (mut app, address) = app().await;
    assert_eq!(send(address, get("/")).await.status, 200);
    app.tell_to_stop();
    app.ended().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
