//! Answers that are given before the request has ended, on a connection that other callers share.

use std::collections::HashSet;
use std::net::SocketAddr;

use sekisho::Services;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::page::page_at;
use crate::support::proto::defaulted_server::DefaultedServer;
use crate::support::proto::streaming_server::StreamingServer;
use crate::support::{
    AT_A_TIME, App, Block, DATA, EARLY, Early, Frame, Handlers, RST_STREAM, STREAMING, Setup, Shared, issuer,
    trusting,
};

const API1: &str = "/api1.v1.Api1/GetStatus";
const UNARY: &str = "/streaming.v1.Streaming/Unary";
const CLIENT_STREAM: &str = "/streaming.v1.Streaming/ClientStream";

/// More than h2 takes for its own errors on one connection, after which it ends it.
const MANY: u32 = 3_000;

fn head(method: &str, path: &str, content_type: &str) -> Block {
    Block::default()
        .field(":method", method)
        .field(":scheme", "http")
        .field(":authority", "localhost")
        .field(":path", path)
        .field("content-type", content_type)
        .field("origin", "https://app.example")
}

fn with_token(head: Block) -> Block {
    let token = issuer().token().scope("items:read items:list items:write").sign();
    head.field("authorization", &format!("Bearer {token}"))
}

/// Without a handler.
fn refusals() -> Vec<Early> {
    let native = |path| head("POST", path, "application/grpc");
    vec![
        Early::new("no token", native(API1)),
        Early::new("a token that is none", native(API1).field("authorization", "Bearer a.b.c")),
        Early::new("too little scope", with_token(native(API1))),
        Early::new("no such method", native("/no.such.Service/Method")),
        Early::new("gRPC-Web", head("POST", API1, "application/grpc-web+proto")),
        Early::new("gRPC-Web as text", head("POST", API1, "application/grpc-web-text")),
        Early::new("405", head("PUT", UNARY, "application/grpc")),
        Early::new("415", head("POST", UNARY, "text/plain")),
        Early::new("CORS", head("OPTIONS", UNARY, "application/grpc-web")),
        Early {
            begun: b"\0\x7f\xff\xff\xff",
            ..Early::new("a message beyond the limit", with_token(native(UNARY)))
        },
        Early {
            begun: b"!!!!AAAA",
            ..Early::new("no base64", with_token(head("POST", UNARY, "application/grpc-web-text")))
        },
    ]
}

fn by_handlers() -> Vec<Early> {
    let call = |kind, early| with_token(head("POST", CLIENT_STREAM, kind)).field(EARLY, early);
    vec![
        Early::new("a handler's error", call("application/grpc", "error")),
        Early::new("a handler's early answer", call("application/grpc", "well")),
        Early::new("a handler's error over gRPC-Web", call("application/grpc-web", "error")),
    ]
}

/// Calls of one kind, on one connection, each body after its answer.
async fn many(address: SocketAddr, call: &Early, count: u32) {
    let mut shared = Shared::connect(address).await;
    for _ in 0..count / AT_A_TIME {
        shared.round(call).await;
        shared.assert_well().await;
    }
}

#[tokio::test]
async fn row_106_every_early_answer_leaves_the_connection_whole() {
    let app = App::start().await;
    for call in refusals() {
        many(app.address, &call, MANY).await;
    }
    assert_eq!(app.handlers.ran(), 0);
    for (place, call) in (1..).zip(by_handlers()) {
        many(app.address, &call, MANY).await;
        assert_eq!(app.handlers.ran(), place * MANY as usize, "{}", call.name);
    }
}

#[tokio::test]
async fn row_106_the_pages_early_answers_leave_the_connection_whole() {
    let page = page_at("http://127.0.0.1:50051");
    let app = App::start_with(Setup { page: Some(page), ..Setup::default() }).await;
    let mut shared = Shared::connect(app.web_address.expect("a page")).await;
    let post = Early::new("a POST", head("POST", "/", "text/plain"));
    for _ in 0..MANY / AT_A_TIME {
        shared.round(&post).await;
    }
}

/// A server of tonic's own, with nothing of the program but the guard.
#[tokio::test]
async fn row_106_the_guard_alone_leaves_the_connection_whole() {
    let handlers = Handlers::default();
    let services = Services::new(STREAMING)
        .add_service(StreamingServer::new(handlers.clone()))
        .add_service(DefaultedServer::new(handlers.clone()));
    let protected = services.protect(trusting(|verifier| verifier)).expect("protected");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = tonic::transport::Server::builder()
        // tonic sets none, which is RUSTSEC-2024-0003. With one, as hyper has it, late bodies would count.
        .http2_max_local_error_reset_streams(Some(1024))
        .serve_with_incoming(protected, tokio_stream::wrappers::TcpListenerStream::new(listener));
    let server = tokio::spawn(server);
    let mut shared = Shared::connect(address).await;
    let refused = Early::new("no token", head("POST", UNARY, "application/grpc"));
    for _ in 0..MANY / AT_A_TIME {
        shared.round(&refused).await;
    }
    assert_eq!(handlers.ran(), 0);
    server.abort();
}

/// A body of no end: what comes is thrown away up to the limit, and then the stream is reset.
#[tokio::test]
async fn row_106_a_body_beyond_the_limit_is_reset() {
    let app = App::start().await;
    let mut shared = Shared::connect(app.address).await;
    let stream = shared.stream();
    shared.write(&refusals()[0].head.frames(stream, 0)).await;
    shared.answered(HashSet::from([stream]), "no token").await;
    for _ in 0..5 {
        shared.write(&Frame::new(DATA, 0, stream, [0; 16_384]).bytes()).await;
    }
    let reset = shared.next().await;
    assert_eq!((reset.kind, reset.stream), (RST_STREAM, stream));
    assert_eq!(reset.payload, [0; 4], "NO_ERROR: the answer holds (RFC 9113 §8.1)");
    shared.assert_well().await;
}

/// hyper keeps the body of CONNECT to itself, so that its stream is reset with each answer.
#[tokio::test]
async fn row_106_bodies_of_connect_that_do_not_end_leave_the_connection_whole() {
    let app = App::start().await;
    let mut shared = Shared::connect(app.address).await;
    let connect = Block::default().field(":method", "CONNECT").field(":authority", "x");
    shared.late_frames(&connect, 100).await;
    shared.assert_well().await;
    assert_eq!(app.handlers.ran(), 0);
}

/// The window of the connection is given back for what is thrown away.
#[tokio::test]
async fn row_106_what_is_thrown_away_takes_no_window() {
    let app = App::start().await;
    let mut shared = Shared::connect(app.address).await;
    let call = &refusals()[0];
    // Three times the window of a connection.
    for _ in 0..64 {
        let stream = shared.stream();
        shared.write(&call.head.frames(stream, 0)).await;
        shared.answered(HashSet::from([stream]), call.name).await;
        let (piece, end) = (Frame::new(DATA, 0, stream, [0; 16_384]), Frame::new(DATA, 1, stream, [0; 5]));
        shared.write(&[piece.bytes().repeat(3), end.bytes()].concat()).await;
    }
    shared.assert_well().await;
}

const DENIED: &str =
    "POST /api1.v1.Api1/GetStatus HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\n";

async fn until_answered(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("an answer"));
    }
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn over_http_1_a_connection_whose_body_ends_is_kept() {
    let app = App::start().await;
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    for _ in 0..3 {
        stream.write_all(format!("{DENIED}content-length: 5\r\n\r\n").as_bytes()).await.expect("sent");
        assert!(until_answered(&mut stream).await.starts_with("HTTP/1.1 200 "));
        stream.write_all(&[0; 5]).await.expect("sent");
    }
}

#[tokio::test]
async fn over_http_1_a_connection_whose_body_does_not_end_is_closed() {
    let app = App::start().await;
    for (length, expect) in [(1_000_000, ""), (5, ""), (5, "expect: 100-continue\r\n")] {
        let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
        let head = format!("{DENIED}{expect}content-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        assert!(until_answered(&mut stream).await.starts_with("HTTP/1.1 200 "), "not asked to go on");
        let mut rest = Vec::new();
        let end = tokio::time::timeout(std::time::Duration::from_secs(20), stream.read_to_end(&mut rest));
        let _ = end.await.expect("it is closed");
    }
}
