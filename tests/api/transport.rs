//! What a stranger sends that is no call. The numbers are those of the rows of the threat table.

use std::time::Duration;

use http::Method;
use sekisho_server::server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::{
    App, Block, DATA, Frames, GOAWAY, HEADERS, PREFACE, RST_STREAM, Setup, call_head, client_preface, issuer,
};

const API1: &str = "/api1.v1.Api1/GetStatus";
const OPEN: &str = "/streaming.v1.Streaming/Open";

fn token() -> String {
    issuer().token().scope("api1:read:status items:read items:list").sign()
}

#[tokio::test]
async fn row_60_paths_that_are_none_are_reset() {
    let app = App::start().await;
    let paths = [
        "streaming.v1.Streaming/Open",
        "http://x/streaming.v1.Streaming/Open",
        "//x/streaming.v1.Streaming/Open\0",
        "/streaming.v1.Streaming/Open\0",
        "/streaming.v1.Streaming/ Open",
        "",
    ];
    let mut frames = Frames::connect(app.address).await;
    for (path, stream) in paths.into_iter().zip((1..).step_by(2)) {
        frames.head(stream, 1, call_head(path)).await;
        let answer = frames.first_of(stream).await.expect("an answer");
        assert_eq!(answer.kind, RST_STREAM, "{path:?}");
    }
    assert_eq!(app.handlers.ran(), 0);
    // The connection is as good as before.
    frames.head(101, 0, call_head(OPEN)).await;
    frames.send(DATA, 1, 101, &[0; 5]).await;
    assert_eq!(frames.first_of(101).await.expect("an answer").kind, HEADERS);
    frames.until(DATA).await.expect("an answer");
    assert_eq!(app.handlers.ran(), 1);
}

#[tokio::test]
async fn row_66_what_http_2_has_no_place_for_is_reset() {
    let app = App::start().await;
    let extra = [
        ("transfer-encoding", "chunked"),
        ("connection", "keep-alive"),
        ("keep-alive", "timeout=5"),
        ("upgrade", "h2c"),
        ("te", "gzip"),
        ("content-length", "6"),
    ];
    for (name, value) in extra {
        let mut frames = Frames::connect(app.address).await;
        frames.head(1, 0, call_head(OPEN).field(name, value)).await;
        frames.send(DATA, 1, 1, &[0; 5]).await;
        let answer = frames.until(RST_STREAM).await.unwrap_or_else(|| panic!("{name}: no reset"));
        assert_eq!(answer.stream, 1, "{name}");
    }
    let mut upper_case = Frames::connect(app.address).await;
    upper_case.head(1, 1, Block::default().field("Content-Type", "application/grpc")).await;
    upper_case.until(GOAWAY).await.expect("what cannot be decoded ends the connection");
    assert_eq!(app.handlers.ran(), 0);
    let mut frames = Frames::connect(app.address).await;
    frames.head(1, 0, call_head(OPEN).field("content-length", "5")).await;
    frames.send(DATA, 1, 1, &[0; 5]).await;
    assert_eq!(frames.first_of(1).await.expect("an answer").kind, HEADERS);
    frames.until(DATA).await.expect("an answer");
    assert_eq!(app.handlers.ran(), 1);
}

#[tokio::test]
async fn row_61_paths_match_exactly() {
    let app = App::start().await;
    let near = [
        "//streaming.v1.Streaming/Unary",
        "/streaming.v1.Streaming//Unary",
        "/./streaming.v1.Streaming/Unary",
        "/x/../streaming.v1.Streaming/Unary",
        "/streaming.v1.Streaming/%55nary",
        "/streaming.v1.Streaming%2FUnary",
        "/streaming.v1.Streaming/Unary;x=1",
        "/streaming.v1.Streaming/unary",
        "/Streaming.v1.Streaming/Unary",
        "/streaming.v1.Streaming/Unary/",
        "/streaming.v1.Streaming/",
        "/streaming.v1.Streaming",
        "/",
        "/grpc.health.v1.Health/List",
        "/streaming.v1.Streaming/Unary/Open",
    ];
    for path in near {
        assert_eq!(app.call(path).bearer(&token()).send().await.code(), Code::Unimplemented, "{path}");
    }
    assert_eq!(app.handlers.ran(), 0);
    assert_eq!(app.call("/streaming.v1.Streaming/Unary").bearer(&token()).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn row_64_what_is_no_grpc_call_reaches_no_handler() {
    let app = App::start().await;
    let unary = || app.call("/streaming.v1.Streaming/Unary").bearer(&token());
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::PATCH] {
        let answer = unary().method(method.clone()).send().await;
        assert_eq!(answer.http, 405, "{method}");
        assert_eq!(answer.headers["allow"], "POST, OPTIONS", "{method}");
        let says = String::from_utf8(answer.body).expect("text");
        assert!(says.contains("by POST") || method == Method::HEAD, "{method}: {says}");
    }
    for content_type in ["text/plain", "application/json", "application/grpc+json", "application/grpcx", ""] {
        assert_eq!(unary().content_type(content_type).send().await.http, 415, "{content_type}");
    }
    assert_eq!(app.handlers.ran(), 0);
    for content_type in ["application/grpc", "application/grpc+proto", "APPLICATION/Grpc; a=b"] {
        assert_eq!(unary().content_type(content_type).send().await.code(), Code::Ok, "{content_type}");
    }
}

#[tokio::test]
async fn row_65_headers_that_name_another_method_or_path_are_ignored() {
    let app = App::start().await;
    let answer = app
        .call(API1)
        .header("x-http-method-override", "GET")
        .header("x-envoy-original-path", "/streaming.v1.Streaming/Open")
        .header("x-original-url", "/streaming.v1.Streaming/Open")
        .send()
        .await;
    assert_eq!(answer.reason(), "CREDENTIALS_MISSING");
}

#[tokio::test]
async fn row_70_odd_timeouts_panic_nothing() {
    let app = App::start().await;
    for timeout in ["", "x", "-1S", "1n", "99999999H", "999999999H", "1.5S", "1 S"] {
        let answer = app.call(API1).bearer(&token()).header("grpc-timeout", timeout).send().await;
        assert_eq!(answer.http, 200, "{timeout:?}");
    }
    assert_eq!(app.call(API1).bearer(&token()).send().await.code(), Code::Ok);
}

async fn raw(app: &App, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    stream.write_all(bytes).await.expect("sent");
    stream
}

#[tokio::test]
async fn native_grpc_over_http_1_is_told_so() {
    let app = App::start().await;
    let head = format!(
        "POST {API1} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let mut answer = String::new();
    raw(&app, head.as_bytes()).await.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
}

#[tokio::test]
async fn row_27_a_head_beyond_the_limit_over_http_1() {
    let app = App::start().await;
    let filler = "A".repeat(100_000);
    let head = format!(
        "POST {API1} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\nauthorization: Bearer {filler}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    // It may be closed before all of it is sent.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(app.call(API1).bearer(&token()).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn row_93_a_peer_that_never_asks_is_closed() {
    let limits = Limits { first_head: Duration::from_secs(1), ..Limits::default() };
    let app = App::start_with(Setup { limits, ..Setup::default() }).await;
    let idle = client_preface();
    // The head of a stream, without its end.
    let unfinished = [idle.as_slice(), &[0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]].concat();
    let cases: [(&str, &[u8]); 5] = [
        ("silent", b""),
        ("half a preface", &PREFACE[..10]),
        ("idle HTTP/2", &idle),
        ("half a head of HTTP/1", b"POST / HTTP/1.1\r\nhost:"),
        ("unfinished HEADERS", &unfinished),
    ];
    let mut streams = Vec::new();
    for (name, bytes) in cases {
        streams.push((name, raw(&app, bytes).await));
    }
    for (name, mut stream) in streams {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{name} is still open");
    }
    assert_eq!(app.call(API1).bearer(&token()).send().await.code(), Code::Ok);
}
