//! The end, in bounded time.

use std::collections::HashSet;
use std::time::Duration;

use sekisho_server::server::Limits;
use tokio::io::AsyncWriteExt as _;
use tonic::Code;

use crate::support::proto::Item;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{
    App, DATA, END_STREAM, Frame, Frames, GOAWAY, HEADERS, RST_STREAM, Setup, Shared, WINDOW_UPDATE,
    call_head, connect, issuer,
};

fn waiting() -> Item {
    Item { text: "wait".to_owned(), payload: Vec::new() }
}

#[tokio::test]
async fn row_97_calls_in_flight_finish_and_no_more_are_taken() {
    let mut app = App::start().await;
    let channel = connect(app.address).await;
    let mut client = StreamingClient::new(channel.clone());
    let call = tokio::spawn(async move { client.open(waiting()).await });
    app.handlers.waiting.notified().await;

    let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
    let request = tonic_health::pb::HealthCheckRequest { service: String::new() };
    let mut watch = health.watch(request).await.expect("a watch").into_inner();
    while watch.message().await.expect("a change").expect("a change").status != 1 {}
    app.tell_to_stop();
    let told = watch.message().await.expect("told").expect("a change");
    assert_eq!(told.status, 2, "not ready at once");
    drop(watch);

    app.handlers.go_on.notify_one();
    let answer = call.await.expect("no panic").expect("a call in flight finishes");
    assert_eq!(answer.into_inner().text, "anonymous, no token, /streaming.v1.Streaming/Open");
    let address = app.address;
    app.ended().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn row_97_what_does_not_finish_is_cut_off_when_the_grace_is_over() {
    let grace = Duration::from_millis(100);
    let mut app = App::start_with(Setup { shutdown_grace: grace, ..Setup::default() }).await;
    let mut client = StreamingClient::new(connect(app.address).await);
    let call = tokio::spawn(async move { client.open(waiting()).await });
    app.handlers.waiting.notified().await;
    // One that says nothing at all does not hold it up either.
    let silent = tokio::net::TcpStream::connect(app.address).await.expect("a server that listens");
    app.tell_to_stop();
    tokio::time::timeout(Duration::from_secs(10), app.ended()).await.expect("it ends");
    let status = call.await.expect("no panic").expect_err("cut off");
    assert!(
        matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled | Code::Internal),
        "{status:?}"
    );
    drop(silent);
}

#[tokio::test]
async fn row_97_whoever_has_not_asked_yet_does_not_hold_it_up() {
    let grace = Duration::from_secs(600);
    let limits = Limits { first_head: grace, head: grace, ..Limits::default() };
    let mut app = App::start_with(Setup { limits, shutdown_grace: grace, ..Setup::default() }).await;
    let mut peers = Vec::new();
    for begun in [&b""[..], b"PRI * HT", b"POST / HTTP/1.1\r\nhost:", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut peer = tokio::net::TcpStream::connect(app.address).await.expect("a server that listens");
        peer.write_all(begun).await.expect("sent");
        peers.push(peer);
    }
    // All of them have been accepted, since the one after them has.
    assert_eq!(app.call("/streaming.v1.Streaming/Open").send().await.code(), Code::Ok);
    app.tell_to_stop();
    tokio::time::timeout(Duration::from_secs(20), app.ended()).await.expect("it ends");
}

#[tokio::test]
async fn row_97_whoever_watches_its_health_does_not_hold_it_up() {
    let mut app =
        App::start_with(Setup { shutdown_grace: Duration::from_secs(600), ..Setup::default() }).await;
    let mut health = tonic_health::pb::health_client::HealthClient::new(connect(app.address).await);
    let mut watches = Vec::new();
    for service in ["", "api1.v1.Api1"] {
        let request = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
        let mut watch = health.watch(request).await.expect("a watch").into_inner();
        assert_eq!(watch.message().await.expect("a change").expect("a change").status, 1, "{service:?}");
        watches.push(watch);
    }
    app.tell_to_stop();
    let ends = async {
        for mut watch in watches {
            assert_eq!(watch.message().await.expect("a change").expect("told first").status, 2);
            assert!(watch.message().await.expect("no error").is_none(), "and then it ends");
        }
        app.ended().await;
    };
    tokio::time::timeout(Duration::from_secs(20), ends).await.expect("it ends");
}

/// `Item { text: "wait" }`
const WAIT: [u8; 11] = *b"\0\0\0\0\x06\x0a\x04wait";
const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];
const FOREVER: Duration = Duration::from_secs(600);

/// A peer that does not answer h2's ping, with a call in flight.
async fn with_a_call_in_flight(app: &App) -> Frames {
    let mut frames = Frames::connect(app.address).await;
    frames.head(1, 0, call_head("/streaming.v1.Streaming/Open")).await;
    frames.send(DATA, END_STREAM, 1, &WAIT).await;
    app.handlers.waiting.notified().await;
    frames
}

/// Calls again and again, until a call is refused; then the one in flight ends well.
async fn assert_calls_are_refused(app: &App, mut frames: Frames) {
    while frames.next().await.expect("a connection that goes on").kind != GOAWAY {}
    // Of answers to all calls of a second.
    frames.send(WINDOW_UPDATE, 0, 0, &(1_u32 << 30).to_be_bytes()).await;
    let token = issuer().token().scope("items:read items:list").sign();
    let mut served = 0;
    for stream in (3..).step_by(2) {
        let head = call_head("/streaming.v1.Streaming/Unary");
        frames.head(stream, 0, head.field("authorization", &format!("Bearer {token}"))).await;
        frames.send(DATA, END_STREAM, stream, &[0; 5]).await;
        let answer = frames.first_of(stream).await.expect("an answer");
        if answer.kind == RST_STREAM {
            assert_eq!(answer.payload, REFUSED_STREAM, "it may be made again elsewhere");
            break;
        }
        served += 1;
        while !frames.first_of(stream).await.expect("an answer").has(END_STREAM) {}
    }
    assert!(served > 0, "what was under way when GOAWAY was sent is served");
    assert_eq!(app.handlers.ran(), served + 1);
    app.handlers.go_on.notify_one();
    assert_eq!(frames.first_of(1).await.expect("an answer").kind, HEADERS);
    while !frames.first_of(1).await.expect("an answer").has(END_STREAM) {}
}

#[tokio::test]
async fn row_97_whoever_answers_no_ping_is_served_no_call_after_a_second() {
    let mut app = App::start_with(Setup { shutdown_grace: FOREVER, ..Setup::default() }).await;
    let frames = with_a_call_in_flight(&app).await;
    app.tell_to_stop();
    assert_calls_are_refused(&app, frames).await;
    tokio::time::timeout(Duration::from_secs(20), app.ended()).await.expect("it ends");
}

#[tokio::test]
async fn row_106_late_calls_that_are_refused_end_no_call_in_flight() {
    let mut app = App::start_with(Setup { shutdown_grace: FOREVER, ..Setup::default() }).await;
    let mut shared = Shared::connect(app.address).await;
    shared.answers_pings = false;
    let first = shared.stream();
    let message = Frame::new(DATA, END_STREAM, first, WAIT).bytes();
    let head = call_head("/streaming.v1.Streaming/Open");
    shared.write(&[head.frames(first, 0), message].concat()).await;
    app.handlers.waiting.notified().await;
    app.tell_to_stop();
    let late = call_head("/streaming.v1.Streaming/Unary");
    shared.until_refused(&late).await;
    shared.late_frames(&late, 99).await;
    app.handlers.go_on.notify_one();
    shared.answered(HashSet::from([first]), "the call in flight").await;
    drop(shared);
    tokio::time::timeout(Duration::from_secs(20), app.ended()).await.expect("it ends");
}

#[tokio::test]
async fn whoever_answers_no_ping_is_served_no_call_a_second_after_the_connections_age() {
    let age = Duration::from_millis(200);
    let limits = Limits { connection_age: age, connection_age_grace: FOREVER, ..Limits::default() };
    let app = App::start_with(Setup { limits, ..Setup::default() }).await;
    let frames = with_a_call_in_flight(&app).await;
    assert_calls_are_refused(&app, frames).await;
}
