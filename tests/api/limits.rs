//! Each limit, at a small value: what is within it is served, what is beyond it is not.

use std::io::ErrorKind;
use std::time::Duration;

use http::Version;
use sekisho_server::server::{KeepAlive, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::Code;

use crate::support::proto::Item;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{
    App, DATA, Frames, GOAWAY, HEADERS, PING, RST_STREAM, Setup, call_head, connect, issuer,
};

const API1: &str = "/api1.v1.Api1/GetStatus";
const OPEN: &str = "/streaming.v1.Streaming/Open";

/// No real client waits so long, and no machine is so slow.
const FOREVER: Duration = Duration::from_secs(600);
/// For what is only to end.
const SHORT: Duration = Duration::from_millis(200);
/// For what has to be done in time before something else ends, on a machine that has other things to do.
const A_WHILE: Duration = Duration::from_secs(2);

/// Only what a test shortens ever ends a connection.
fn patient() -> Limits {
    Limits {
        first_head: FOREVER,
        head: FOREVER,
        idle: FOREVER,
        keep_alive: KeepAlive { interval: FOREVER, timeout: FOREVER },
        connection_age: FOREVER,
        connection_age_grace: FOREVER,
        ..Limits::default()
    }
}

async fn limited(limits: Limits) -> App {
    App::start_with(Setup { limits, ..Setup::default() }).await
}

async fn socket(app: &App, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).await.expect("a server that listens");
    stream.write_all(bytes).await.expect("sent");
    stream
}

/// Reads to the end, which comes.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut read = Vec::new();
    let end = stream.read_to_end(&mut read);
    // A reset is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(20), end).await.expect("it is closed");
    read
}

fn waiting() -> Item {
    Item { text: "wait".to_owned(), payload: Vec::new() }
}

/// One more question and the beginning of its answer, on a connection that is open.
async fn app_is_busy(stream: &mut TcpStream, question: &[u8]) -> usize {
    stream.write_all(question).await.expect("sent");
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.expect("an answer");
    read.min(12)
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_one_to_end() {
    let app = limited(Limits { connections: 1, ..patient() }).await;
    let get = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = socket(&app, get).await;
    let mut second = socket(&app, get).await;
    let mut answer = [0; 12];
    first.read_exact(&mut answer).await.expect("an answer");
    // Whoever is served is served many times before the one that waits is served once.
    for _ in 0..20 {
        assert_eq!(app_is_busy(&mut first, get).await, 12);
        assert!(second.try_read(&mut answer).is_err_and(|error| error.kind() == ErrorKind::WouldBlock));
    }
    drop(first);
    second.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 405");
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused() {
    let app = limited(Limits { concurrent_streams: 2, ..patient() }).await;
    let mut frames = Frames::connect(app.address).await;
    // Each is left open: its message does not come.
    for stream in [1, 3, 5] {
        frames.head(stream, 0, call_head(OPEN)).await;
    }
    let refused = frames.first_of(5).await.expect("an answer");
    assert_eq!((refused.kind, refused.payload.as_slice()), (RST_STREAM, &[0, 0, 0, 7][..]));
    frames.send(DATA, 1, 1, &[0; 5]).await;
    assert_eq!(frames.first_of(1).await.expect("an answer").kind, HEADERS);
}

#[tokio::test]
async fn a_head_beyond_the_limit_reaches_nobody() {
    let app = limited(Limits { header_list_size: 10_000, ..patient() }).await;
    let within = "x".repeat(8_000);
    let beyond = "x".repeat(11_000);
    assert_eq!(app.call(OPEN).header("x-long", &within).send().await.code(), Code::Ok);
    assert_eq!(app.web(OPEN).header("x-long", &within).send().await.code(), Code::Ok);
    assert_eq!(app.call(OPEN).header("x-long", &beyond).send().await.http, 431);
    assert_eq!(app.web(OPEN).header("x-long", &beyond).send().await.http, 431);
    assert_eq!(app.handlers.ran(), 2);
}

#[tokio::test]
async fn a_frame_beyond_the_limit_ends_the_connection() {
    for (size, limit, ends) in [(16_384, 16_384, false), (16_385, 16_384, true), (16_385, 20_000, false)] {
        let app = limited(Limits { frame_size: limit, ..patient() }).await;
        let mut frames = Frames::connect(app.address).await;
        frames.head(1, 0, call_head(OPEN)).await;
        let length = u32::try_from(size - 5).expect("short").to_be_bytes();
        // A message of the one field that is not known, in one frame.
        let mut message = vec![0; size];
        message[1..5].copy_from_slice(&length);
        message[5..9].copy_from_slice(&[0x7a, 0xf8, 0x7f, 0]);
        frames.send(DATA, 1, 1, &message).await;
        let answer = frames.until(if ends { GOAWAY } else { HEADERS }).await;
        let error = answer.expect("an answer").payload.get(4..8).map(<[u8]>::to_vec);
        assert!(!ends || error == Some(vec![0, 0, 0, 6]), "FRAME_SIZE_ERROR: {size} of {limit}");
    }
}

#[tokio::test]
async fn a_message_beyond_the_limit_reaches_no_handler() {
    let app = limited(Limits { message_size: 10, ..patient() }).await;
    let token = issuer().token().scope("api1:read:status").sign();
    // A field that is not known, of that many bytes in all.
    let message =
        |size: u8| [&[0, 0, 0, 0, size, 0x7a, size - 2], &vec![0; usize::from(size) - 2][..]].concat();
    assert_eq!(app.call(API1).bearer(&token).body(message(10)).send().await.code(), Code::Ok);
    assert_eq!(app.call(API1).bearer(&token).body(message(11)).send().await.code(), Code::OutOfRange);
    assert_eq!(app.web(API1).bearer(&token).body(message(10)).send().await.code(), Code::Ok);
    assert_eq!(app.web(API1).bearer(&token).body(message(11)).send().await.code(), Code::OutOfRange);
    let health = || app.call("/grpc.health.v1.Health/Check");
    assert_eq!(health().body(message(11)).send().await.code(), Code::OutOfRange);
    // Whoever has no token may ask for health, and for little besides, whatever others may send.
    let app = limited(patient()).await;
    let announced = [&[0][..], &4097_u32.to_be_bytes(), &[0; 10]].concat();
    let health = app.call("/grpc.health.v1.Health/Check");
    assert_eq!(health.body(announced).send().await.code(), Code::OutOfRange);
}

#[tokio::test]
async fn a_first_head_has_its_time() {
    let app = limited(Limits { first_head: A_WHILE, ..patient() }).await;
    let mut drop_by_drop = socket(&app, b"POST / HTTP/1.1\r\n").await;
    assert!(rest(&mut drop_by_drop).await.is_empty());
    // Once it has come, there is no hurry any more.
    let mut client = StreamingClient::new(connect(app.address).await);
    let call = tokio::spawn(async move { client.open(waiting()).await });
    app.handlers.waiting.notified().await;
    assert!(rest(&mut socket(&app, b"").await).await.is_empty());
    app.handlers.go_on.notify_one();
    assert!(call.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn each_later_head_has_its_time_over_http_1() {
    let app = limited(Limits { head: A_WHILE, ..patient() }).await;
    let get = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut two = socket(&app, &[get.as_slice(), get, b"GET / HT"].concat()).await;
    let read = String::from_utf8(rest(&mut two).await).expect("text");
    assert_eq!(read.matches("HTTP/1.1 405 ").count(), 2, "{read}");
}

#[tokio::test]
async fn half_a_body_has_its_time_over_http_1() {
    let app = limited(Limits { idle: SHORT, ..patient() }).await;
    let head = format!(
        "POST {OPEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 5\r\n\r\n"
    );
    let mut half = socket(&app, &[head.as_bytes(), &[0, 0, 0]].concat()).await;
    let read = String::from_utf8(rest(&mut half).await).expect("text");
    assert!(read.starts_with("HTTP/1.1 200 OK") && read.contains("grpc-status: "), "{read}");
    assert!(!read.contains("grpc-status: 0"), "{read}");
    assert_eq!(app.handlers.ran(), 0);
    let app = limited(patient()).await;
    assert_eq!(app.web(OPEN).send().await.code(), Code::Ok);
}

#[tokio::test]
async fn whoever_takes_nothing_of_an_answer_is_not_waited_for() {
    let app = limited(Limits { idle: SHORT, ..patient() }).await;
    // More calls than the buffers of both sides have room for answers to.
    let calls = format!("OPTIONS / HTTP/1.1\r\nhost: {}\r\n\r\n", "x".repeat(50)).repeat(1000);
    let mut stream = socket(&app, b"").await;
    let closed = async { while stream.write_all(calls.as_bytes()).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(60), closed).await.expect("it is closed");
}

#[tokio::test]
async fn who_answers_pings_is_not_idle() {
    let keep_alive = KeepAlive { interval: SHORT, timeout: A_WHILE };
    let app = limited(Limits { keep_alive, idle: SHORT, ..patient() }).await;
    let mut answers = Frames::connect(app.address).await;
    let mut is_silent = Frames::connect(app.address).await;
    for frames in [&mut answers, &mut is_silent] {
        frames.head(1, 1, call_head(OPEN)).await;
        assert_eq!(frames.first_of(1).await.expect("an answer").kind, HEADERS);
    }
    // It answers until the other one, which does not, has been closed, and then some.
    let mut pings = 0;
    let mut silent_one = tokio::spawn(async move { while is_silent.next().await.is_some() {} });
    let mut silent_is_gone = false;
    while pings < 10 || !silent_is_gone {
        tokio::select! {
            frame = answers.next() => {
                let frame = frame.expect("still open");
                if frame.kind == PING && frame.flags == 0 {
                    pings += 1;
                    answers.send(PING, 1, 0, &frame.payload).await;
                }
            }
            ended = &mut silent_one, if !silent_is_gone => {
                ended.expect("no panic");
                silent_is_gone = true;
            }
        }
    }
    answers.head(3, 1, call_head(OPEN)).await;
    assert_eq!(answers.first_of(3).await.expect("an answer").kind, HEADERS);
}

#[tokio::test]
async fn a_connection_grows_old_and_its_calls_finish() {
    let app = limited(Limits { connection_age: A_WHILE, ..patient() }).await;
    let mut frames = Frames::connect(app.address).await;
    frames.head(1, 0, call_head(OPEN)).await;
    assert!(frames.until(GOAWAY).await.is_some());
    frames.send(DATA, 1, 1, &[0; 5]).await;
    let answer = frames.until(DATA).await.expect("a call that was begun finishes");
    assert_eq!(answer.stream, 1);
    frames.head(3, 1, call_head(OPEN)).await;
    frames.send(DATA, 1, 3, &[0; 5]).await;
    while let Some(frame) = frames.next().await {
        assert_ne!((frame.kind, frame.stream), (HEADERS, 3), "no call is taken any more");
    }
    assert_eq!(app.handlers.ran(), 1);
}

#[tokio::test]
async fn calls_on_an_old_connection_have_a_grace_and_no_more() {
    let limits = Limits { connection_age: A_WHILE, connection_age_grace: SHORT, ..patient() };
    let app = limited(limits).await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let call = tokio::spawn(async move { client.open(waiting()).await });
    app.handlers.waiting.notified().await;
    let cut_off = tokio::time::timeout(Duration::from_secs(20), call).await.expect("it ends");
    assert!(cut_off.expect("no panic").is_err());
}

#[tokio::test]
async fn an_old_connection_of_http_1_is_not_kept_for_another_call() {
    let app = limited(Limits { connection_age: A_WHILE, ..patient() }).await;
    let mut stream = socket(&app, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let read = String::from_utf8(rest(&mut stream).await).expect("text");
    assert_eq!(read.matches("HTTP/1.1 405 ").count(), 1, "{read}");
    assert_eq!(app.web(OPEN).version(Version::HTTP_2).send().await.code(), Code::Ok);
}
