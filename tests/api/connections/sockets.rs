//! Sockets that are written to by hand: full ones, half-closed ones, and calls that do not wait for answers.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tonic::Code;

use super::{LIMIT, OPEN, in_time};
use crate::support::{
    App, DATA, END_STREAM, Frame, GOAWAY, LARGE, MANY_ITEMS, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    call_head, client_preface, issuer, read_frame,
};

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
async fn whoever_has_closed_its_half_gets_an_end_and_for_a_whole_call_its_answer() {
    let app = App::start().await;
    let call = [call_head(OPEN).frames(1, 0), Frame::new(DATA, END_STREAM, 1, [0; 5]).bytes()].concat();
    let http_1 = format!(
        "POST {OPEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web\r\ncontent-length: 5\r\n\r\n"
    );
    let cases = [
        ("nothing but its preface", client_preface(), false),
        ("a call", [client_preface(), call].concat(), true),
        ("half a call", [client_preface(), call_head(OPEN).frames(1, 0)].concat(), false),
        ("a call over HTTP/1.1", [http_1.as_bytes(), &[0; 5]].concat(), true),
        ("half a call over HTTP/1.1", http_1.as_bytes().to_vec(), false),
    ];
    for (name, sent, is_answered) in cases {
        let mut socket = TcpStream::connect(app.address).await.expect("a server that listens");
        socket.write_all(&sent).await.expect("sent");
        socket.shutdown().await.expect("closed");
        let mut received = Vec::new();
        let end = tokio::time::timeout(LIMIT, socket.read_to_end(&mut received)).await;
        assert!(end.is_ok(), "{name}: the server closes its half, or resets it");
        // The handler's message says which method it is of.
        let has_answer = received.windows(OPEN.len()).any(|part| part == OPEN.as_bytes());
        assert_eq!(has_answer, is_answered, "{name}: {}", received.escape_ascii());
    }
    assert_eq!(app.call(OPEN).send().await.code(), Code::Ok, "and goes on");
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
