//! What passes through a connection, large and small, in step and out of step: answers go out together where they get
//! ready together, and nothing else changes.

use std::sync::Arc;
use std::time::Duration;

use http::Version;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_stream::StreamExt as _;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request};

use crate::listener_tls::over_tls;
use crate::support::proto::Item;
use crate::support::proto::streaming_client::StreamingClient;
use crate::support::{
    App, DATA, END_STREAM, Frame, GOAWAY, LARGE, MANY, MANY_ITEMS, PING, RST_STREAM, SETTINGS, Setup,
    WINDOW_UPDATE, call_head, client_preface, connect, issuer, read_frame,
};

const OPEN: &str = "/streaming.v1.Streaming/Open";
/// The most that a handler is handed, fields and lengths included.
const LARGEST: usize = 4 * 1024 * 1024 - 64;
/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(60);

fn item(text: &str, payload: Vec<u8>) -> Item {
    Item { text: text.to_owned(), payload }
}

/// Bytes of which none can be taken for its neighbour.
fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|place| (place / 251 + place + seed).to_le_bytes()[0]).collect()
}

fn allowed<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let token = issuer().token().scope("items:read items:list items:write admin").sign();
    let value = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
    request.metadata_mut().insert("authorization", value);
    request
}

fn client(channel: Channel) -> StreamingClient<Channel> {
    StreamingClient::new(channel).max_decoding_message_size(LARGEST + 1024)
}

/// In plain text and over TLS, on which all holds alike.
async fn both() -> [(&'static str, Arc<App>, StreamingClient<Channel>); 2] {
    let plain = Arc::new(App::start().await);
    let channel = connect(plain.address).await;
    let (tls, over) = over_tls().await;
    [("plain", plain, client(channel)), ("TLS", tls, client(over))]
}

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.expect("it does not hang")
}

#[tokio::test]
async fn large_messages_pass_whole_in_both_directions() {
    for (name, _app, mut client) in both().await {
        for length in [0, 1, 255, 256, 16_383, 16_384, 65_536, LARGEST] {
            let sent = bytes(length, length);
            let answer = in_time(client.unary(allowed(item("", sent.clone())))).await.expect("allowed");
            assert!(answer.into_inner().payload == sent, "{name}: {length} bytes");
        }
    }
}

#[tokio::test]
async fn streams_pass_whole_in_all_directions() {
    for (name, _app, mut client) in both().await {
        let sent = || (0..200).map(|number| item(&format!("{number} "), bytes(10_000, number)));
        let up = in_time(client.client_stream(allowed(tokio_stream::iter(sent())))).await.expect("allowed");
        let expected: Vec<u8> = sent().flat_map(|item| item.payload).collect();
        assert!(up.into_inner().payload == expected, "{name}: up");

        let down = client.server_stream(allowed(item(MANY, vec![]))).await.expect("allowed").into_inner();
        assert_all_items(in_time(down.collect::<Vec<_>>()).await);

        let echoes = client.bidi(allowed(tokio_stream::iter(sent()))).await.expect("allowed").into_inner();
        let echoes = in_time(echoes.map(|echo| echo.expect("an echo")).collect::<Vec<_>>()).await;
        assert_eq!(echoes.len(), 200, "{name}: both ways");
        for (echo, sent) in echoes.into_iter().zip(sent()) {
            assert!(echo.text.ends_with(&sent.text) && echo.payload == sent.payload, "{name}: {}", sent.text);
        }
    }
}

fn assert_all_items(items: Vec<Result<Item, tonic::Status>>) {
    assert_eq!(items.len(), MANY_ITEMS);
    for (number, item) in items.into_iter().enumerate() {
        let item = item.expect("an item");
        assert!(item.text == number.to_string() && item.payload == vec![7; LARGE], "{number}");
    }
}

#[tokio::test]
async fn a_stream_whose_messages_wait_for_each_other_goes_on() {
    for (name, _app, mut client) in both().await {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let sent = tokio_stream::wrappers::ReceiverStream::new(receiver);
        let mut echoes = client.bidi(allowed(sent)).await.expect("allowed").into_inner();
        for number in 0..300 {
            sender.send(item(&number.to_string(), vec![])).await.expect("sent");
            let echo = in_time(echoes.message()).await.expect("an echo").expect("a stream that goes on");
            assert!(echo.text.ends_with(&format!(": {number}")), "{name}: {}", echo.text);
        }
        drop(sender);
        assert!(in_time(echoes.message()).await.expect("the end").is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_slow_reader_holds_up_nobody_but_itself() {
    let app = App::start().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", app.address)).expect("an address");
    let endpoint = endpoint.initial_stream_window_size(16 * 1024).initial_connection_window_size(128 * 1024);
    let mut client = client(endpoint.connect().await.expect("a server that listens"));
    let slow = client.server_stream(allowed(item(MANY, vec![]))).await.expect("allowed").into_inner();
    for number in 0..50 {
        let sent = bytes(1000, number);
        let answer = in_time(client.unary(allowed(item("", sent.clone())))).await.expect("allowed");
        assert!(answer.into_inner().payload == sent, "{number}");
    }
    assert_all_items(in_time(slow.collect::<Vec<_>>()).await);
}

/// The widest window there is (RFC 9113 §6.9.1).
const WIDEST: u32 = 0x7fff_ffff;

/// A connection on which the server may send whatever it has, to a socket that takes little.
async fn with_wide_windows(app: &App) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small one");
    let mut socket = socket.connect(app.address).await.expect("a server that listens");
    let initial_window_size = [&[0, 4], &WIDEST.to_be_bytes()[..]].concat();
    let settings = Frame::new(SETTINGS, 0, 0, initial_window_size).bytes();
    let window = Frame::new(WINDOW_UPDATE, 0, 0, (WIDEST - 65_535).to_be_bytes()).bytes();
    socket.write_all(&[client_preface(), settings, window].concat()).await.expect("sent");
    socket
}

/// `Item { text: "many" }`
const MANY_MESSAGE: [u8; 11] = *b"\0\0\0\0\x06\x0a\x04many";

#[tokio::test]
async fn what_a_full_socket_does_not_take_goes_out_when_it_does() {
    let app = App::start().await;
    let mut socket = with_wide_windows(&app).await;
    let token = issuer().token().scope("admin").sign();
    let head = call_head("/streaming.v1.Streaming/ServerStream");
    let head = head.field("authorization", &format!("Bearer {token}")).frames(1, 0);
    let message = Frame::new(DATA, END_STREAM, 1, MANY_MESSAGE).bytes();
    let ping = Frame::new(PING, 0, 0, *b"well, so").bytes();
    socket.write_all(&[head, message, ping].concat()).await.expect("sent");
    // Nothing is read until the handler has more than the sockets take.
    let has_run = async {
        while app.handlers.ran() == 0 {
            tokio::task::yield_now().await;
        }
    };
    in_time(has_run).await;
    let (mut received, mut is_ping_answered) = (0, false);
    loop {
        let frame = in_time(read_frame(&mut socket)).await.expect("a connection that is open");
        assert!(![RST_STREAM, GOAWAY].contains(&frame.kind), "{frame:?}");
        is_ping_answered |= frame.kind == PING && frame.flags == 1 && frame.payload == b"well, so";
        received += if frame.kind == DATA { frame.payload.len() } else { 0 };
        if frame.stream == 1 && frame.has(END_STREAM) {
            break;
        }
    }
    assert!(received > MANY_ITEMS * LARGE, "{received}");
    assert!(is_ping_answered);
}

#[tokio::test]
async fn whoever_has_closed_its_half_gets_an_end() {
    let app = App::start().await;
    let call = [call_head(OPEN).frames(1, 0), Frame::new(DATA, END_STREAM, 1, [0; 5]).bytes()].concat();
    let http_1 = format!(
        "POST {OPEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\ncontent-length: 5\r\n\r\n"
    );
    let cases = [
        ("nothing but its preface", client_preface()),
        ("a call", [client_preface(), call].concat()),
        ("half a call", [client_preface(), call_head(OPEN).frames(1, 0)].concat()),
        ("a call over HTTP/1.1", [http_1.as_bytes(), &[0; 5]].concat()),
        ("half a call over HTTP/1.1", http_1.as_bytes().to_vec()),
    ];
    for (name, sent) in cases {
        let mut socket = TcpStream::connect(app.address).await.expect("a server that listens");
        socket.write_all(&sent).await.expect("sent");
        socket.shutdown().await.expect("closed");
        let end = tokio::time::timeout(LIMIT, socket.read_to_end(&mut Vec::new())).await;
        assert!(end.is_ok(), "{name}: the server closes its half, or resets it");
    }
    assert_eq!(app.call(OPEN).send().await.code(), Code::Ok, "and goes on");
}

#[tokio::test]
async fn calls_in_flight_on_one_connection_are_all_answered_when_the_server_stops() {
    let mut app = App::start_with(Setup { shutdown_grace: LIMIT, ..Setup::default() }).await;
    let channel = connect(app.address).await;
    let mut calls = JoinSet::new();
    for _ in 0..32 {
        let mut client = client(channel.clone());
        calls.spawn(async move { client.open(item("wait", vec![])).await });
    }
    let have_begun = async {
        while app.handlers.ran() < 32 {
            app.handlers.waiting.notified().await;
        }
    };
    in_time(have_begun).await;
    app.tell_to_stop();
    let go_on = Arc::clone(&app.handlers.go_on);
    let go_on = tokio::spawn(async move {
        loop {
            go_on.notify_one();
            tokio::task::yield_now().await;
        }
    });
    let answers = in_time(calls.join_all()).await;
    go_on.abort();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    in_time(app.ended()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_on_several_threads_are_each_given_their_own_answer() {
    for (name, app, first) in both().await {
        let mut calls = JoinSet::new();
        for connection in 0..8 {
            // Over TLS there is one, which is shared.
            let client = if name == "TLS" { first.clone() } else { client(connect(app.address).await) };
            for caller in 0..12 {
                let mut client = client.clone();
                calls.spawn(async move {
                    for call in 0..10 {
                        let sent = bytes(connection * 100 + caller, call);
                        let answer = client.unary(allowed(item("", sent.clone()))).await.expect("allowed");
                        assert!(answer.into_inner().payload == sent, "{name}: {connection}/{caller}/{call}");
                    }
                });
            }
        }
        in_time(calls.join_all()).await;
        assert_eq!(app.handlers.ran(), 8 * 12 * 10, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_call_after_another_is_answered() {
    for (name, app, mut client) in both().await {
        for call in 0..300 {
            let answer = in_time(client.open(item("", vec![]))).await;
            assert!(answer.is_ok(), "{name}: {call}: {answer:?}");
        }
        assert_eq!(app.handlers.ran(), 300, "{name}");
    }
}

#[tokio::test]
async fn large_messages_of_grpc_web_pass_whole_over_either_version_of_http() {
    let app = App::start().await;
    let token = issuer().token().scope("items:read items:list").sign();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        for content_type in ["application/grpc-web+proto", "application/grpc-web-text+proto"] {
            let sent = item("", bytes(1024 * 1024, 1));
            let call = app.web("/streaming.v1.Streaming/Unary").version(version).bearer(&token);
            let answer = call.header("content-type", content_type).message(&sent).send().await;
            assert_eq!(answer.code(), Code::Ok, "{version:?} {content_type}");
            let received = <Item as prost::Message>::decode(&answer.messages[0][..]).expect("a message");
            assert!(received.payload == sent.payload, "{version:?} {content_type}");
        }
    }
}

#[tokio::test]
async fn calls_that_follow_each_other_without_waiting_are_answered_over_http_1() {
    let app = App::start().await;
    let call = format!(
        "POST {OPEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\ncontent-length: 5\r\n\r\n\0\0\0\0\0"
    );
    let mut socket = TcpStream::connect(app.address).await.expect("a server that listens");
    socket.write_all(call.repeat(20).as_bytes()).await.expect("sent");
    let mut answers = String::new();
    while answers.matches("grpc-status:0").count() < 20 {
        let mut read = [0; 4096];
        let length = in_time(socket.read(&mut read)).await.expect("an answer");
        assert!(length > 0, "closed after {answers}");
        answers.push_str(&String::from_utf8_lossy(&read[..length]));
    }
    assert_eq!(app.handlers.ran(), 20);
}
