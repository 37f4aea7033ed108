//! Callers that read nothing of the end of their stream.

use super::{Cause, GRACE, Kind, LIMIT, TO_THE_END, World, for_each};
use crate::support::endless::{MANNER, Manner, PAYLOAD, Seen, message};
use crate::support::{
    Block, DATA, END_STREAM, End, Frames, HEADERS, LARGE, PING, RST_STREAM, SETTINGS, Setup, Transport,
    WINDOW_UPDATE, health_check,
};
use http::Version;
use sekisho_server::server::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How much a peer may be sent on a stream, unless it says otherwise (RFC 9113 §6.9.2).
const WINDOW: usize = 65_535;
const BESIDE: u32 = 1;
pub(super) const SLOW: u32 = 3;
const AFTER: u32 = 5;

fn cases(version: Version) -> impl Iterator<Item = (Cause, Kind, Transport)> {
    let kinds = [Kind::Server, Kind::Bidi];
    let causes = Cause::ALL.into_iter().flat_map(move |cause| kinds.map(|kind| (cause, kind)));
    let all = causes.flat_map(|(cause, kind)| Transport::ALL.map(|transport| (cause, kind, transport)));
    all.filter(move |(.., transport)| transport.version == version)
}

pub(super) fn head(world: &World, transport: Transport, path: &str, manner: Manner) -> Block {
    Block::default()
        .field(":method", "POST")
        .field(":scheme", "http")
        .field(":authority", "localhost")
        .field(":path", path)
        .field("content-type", transport.content_type)
        .field("te", "trailers")
        .field("authorization", &format!("Bearer {}", world.token()))
        .field(MANNER, &manner.name())
}

/// A connection with a stream whose window is full, and with another one that is idle and may not be cut.
async fn stuck(world: &World, (cause, kind, transport): (Cause, Kind, Transport)) -> Frames {
    let mut frames = Frames::connect(world.app.address).await.without_delay();
    // The connection's window is no limit to either.
    frames.send(WINDOW_UPDATE, 0, 0, &(1_u32 << 24).to_be_bytes()).await;
    let never = head(world, Transport::GRPC, &Kind::Bidi.never(), Manner::Idle);
    frames.head(BESIDE, 0, never).await;
    frames.send(DATA, 0, BESIDE, &message(0)).await;
    world.endless().received(1).await;

    let mut slow = head(world, transport, kind.path(), Manner::Flood).field(PAYLOAD, &LARGE.to_string());
    if cause == Cause::Deadline {
        slow = slow.field("grpc-timeout", "60S");
    }
    frames.head(SLOW, 0, slow).await;
    let end = if kind == Kind::Server { END_STREAM } else { 0 };
    frames.send(DATA, end, SLOW, &transport.encode(0)).await;
    let mut taken = 0;
    while taken < WINDOW {
        let frame = frames.first_of(SLOW).await.expect("a connection that is open");
        if frame.kind == DATA {
            taken += frame.payload.len();
        }
    }
    frames
}

/// All that the server had to say up to now is read: whether it said something of the slow stream.
pub(super) async fn has_come(frames: &mut Frames) -> bool {
    frames.send(PING, 0, 0, b"up to no").await;
    let mut has_come = false;
    loop {
        let frame = frames.next().await.expect("a connection that is open");
        match frame.kind {
            PING if frame.flags != 0 => return has_come,
            _ => has_come |= frame.stream == SLOW && frame.kind != WINDOW_UPDATE,
        }
    }
}

#[tokio::test]
async fn row_33_a_stream_that_is_not_read_is_reset_and_its_neighbours_go_on() {
    for_each(cases(Version::HTTP_2), |case| async move {
        let (world, (cause, ..)) = (World::start().await, case);
        let mut frames = stuck(&world, case).await;
        cause.happen(&world).await;
        let is_gone = |seen: &Seen| seen.handlers == 0 && seen.responses == 1;
        world.endless().until("handler and response are gone", is_gone).await;
        world.app.clock.advance(GRACE.saturating_sub(GRACE / 1000));
        world.assert_serves().await;
        assert!(!has_come(&mut frames).await, "the second is not over");

        world.app.clock.advance(GRACE / 1000);
        let reset = frames.first_of(SLOW).await.expect("a connection that is open");
        assert_eq!((reset.kind, &reset.payload[..]), (RST_STREAM, &[0, 0, 0, 8][..]), "CANCEL");

        frames.send(DATA, 0, BESIDE, &message(1)).await;
        world
            .endless()
            .until("another message", |seen| seen.received >= 2 + u64::from(case.1 == Kind::Bidi))
            .await;
        assert_eq!(world.endless().seen().responses, 1);
        frames.write(&health_check(AFTER)).await;
        loop {
            let frame = frames.first_of(AFTER).await.expect("a connection that is open");
            assert_ne!(frame.kind, RST_STREAM);
            if frame.kind == HEADERS && frame.has(END_STREAM) {
                break;
            }
        }
    })
    .await;
}

/// hyper hands all of a message to h2 where there is room for a byte of it, and would be done with the call at its end.
/// gRPC-Web's status is data, for which there is no room either.
#[tokio::test]
async fn row_33_a_stream_of_which_a_part_was_taken_is_reset() {
    let windows = [0_u32, 1, 10];
    let kinds = [Kind::Server, Kind::Bidi];
    let transports = Transport::ALL.into_iter().filter(|transport| transport.version == Version::HTTP_2);
    let all = transports.flat_map(|transport| {
        kinds.into_iter().flat_map(move |kind| windows.map(|window| (transport, kind, window)))
    });
    for_each(all, |(transport, kind, window)| async move {
        let world = World::start().await;
        let mut frames = Frames::connect(world.app.address).await.without_delay();
        frames
            .send(SETTINGS, 0, 0, &[&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat())
            .await;
        let idle = head(&world, transport, kind.path(), Manner::Idle).field(PAYLOAD, "20");
        frames.head(SLOW, 0, idle).await;
        let end = if kind == Kind::Server { END_STREAM } else { 0 };
        frames.send(DATA, end, SLOW, &transport.encode(0)).await;
        let (mut has_head, mut taken) = (false, 0);
        while !has_head || taken < window as usize {
            let frame = frames.first_of(SLOW).await.expect("a connection that is open");
            has_head |= frame.kind == HEADERS;
            taken += if frame.kind == DATA { frame.payload.len() } else { 0 };
        }
        world.endless().until("a message", |seen| seen.sent == 1).await;
        Cause::Expiry.happen(&world).await;
        world.endless().until("all is gone", Seen::is_all_gone).await;
        assert!(!has_come(&mut frames).await, "there is no room for anything");
        world.app.clock.advance(GRACE);
        let reset = frames.first_of(SLOW).await.expect("a connection that is open");
        assert_eq!((reset.kind, &reset.payload[..]), (RST_STREAM, &[0, 0, 0, 8][..]), "CANCEL");
    })
    .await;
}

/// RFC 9113 §6.5.2.
pub(super) const INITIAL_WINDOW_SIZE: u16 = 4;

/// It is its connection that is closed, so another one gets its place.
#[tokio::test]
async fn row_33_over_http_1_the_connection_of_a_stream_that_is_not_read_is_closed() {
    for_each(cases(Version::HTTP_11), |(cause, kind, transport)| async move {
        let limits = Limits { connections: 2, ..Limits::default() };
        let world = World::start_with(Setup { limits, ..Setup::default() }).await;
        let slow = world.call(transport, kind.path(), Manner::Flood).metadata(PAYLOAD, LARGE.to_string());
        let mut slow = cause.metadata(slow).window(16 * 1024).open().await;
        slow.send(0).await;
        if kind == Kind::Server {
            slow.close();
        }
        slow.head().await;
        world.endless().until("a message", |seen| seen.sent > 0).await;
        world.until_nothing_is_taken().await;
        cause.happen(&world).await;
        world.endless().until("handler and response are gone", Seen::is_all_gone).await;

        // Whatever the key: it takes the other place.
        let path = "/endless.v1.Endless/PublicServerStream";
        let mut beside = world.call(Transport::GRPC, path, Manner::Busy).open().await;
        beside.send(0).await;
        beside.close();
        assert_eq!(beside.next().await.expect("a message").number, 0);
        world.app.clock.advance(GRACE);
        world.assert_serves().await;
        let (_, end) = slow.end(0, world.endless()).await;
        assert!(matches!(end, End::Cut), "{end:?}");
        world.endless().ask_for_more();
        assert_eq!(beside.next().await.expect("a message").number, 1);
    })
    .await;
}

/// A call of gRPC-Web as it is sent, of a stream that says one thing and then no more.
fn web_call(world: &World) -> String {
    let head = [
        format!("POST {} HTTP/1.1", Kind::Server.path()),
        "host: localhost".to_owned(),
        "content-type: application/grpc-web+proto".to_owned(),
        format!("authorization: Bearer {}", world.token()),
        format!("{MANNER}: {}", Manner::Idle.name()),
        "content-length: 5".to_owned(),
    ];
    format!("{}\r\n\r\n{}", head.join("\r\n"), "\0".repeat(5))
}

/// To the end of a body in chunks.
async fn read_body(socket: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n0\r\n\r\n") {
        let come = tokio::time::timeout(LIMIT, socket.read_buf(&mut read)).await.expect("more in time");
        assert_ne!(come.expect("a socket"), 0, "closed: {}", String::from_utf8_lossy(&read));
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// What is not read is the answer to the next call, which nothing ends.
#[tokio::test]
async fn over_http_1_the_second_after_a_stream_ends_no_call_after_it() {
    let world = World::start().await;
    let mut socket = TcpStream::connect(world.app.address).await.expect("a server that listens");
    socket.write_all(web_call(&world).as_bytes()).await.expect("a connection that is open");
    world.endless().until("a message", |seen| seen.sent == 1).await;
    world.app.clock.advance(TO_THE_END);
    assert!(read_body(&mut socket).await.contains("grpc-status:16"));

    let flood = [
        "POST /endless.v1.Endless/PublicServerStream HTTP/1.1".to_owned(),
        "host: localhost".to_owned(),
        "content-type: application/grpc-web+proto".to_owned(),
        format!("{MANNER}: {}", Manner::Flood.name()),
        format!("{PAYLOAD}: {LARGE}"),
        "content-length: 5".to_owned(),
    ];
    let flood = format!("{}\r\n\r\n{}", flood.join("\r\n"), "\0".repeat(5));
    socket.write_all(flood.as_bytes()).await.expect("a connection that is open");
    world.until_nothing_is_taken().await;
    world.app.clock.advance(GRACE);
    world.assert_serves().await;
    let sent = world.endless().seen().sent;
    let (mut read, mut buffer) = (0, vec![0; LARGE]);
    while world.endless().seen().sent < sent + 100 {
        let come = tokio::time::timeout(LIMIT, socket.read(&mut buffer)).await.expect("more in time");
        let come = come.expect("a socket");
        assert_ne!(come, 0, "closed after {read} bytes");
        read += come;
    }
}

#[tokio::test]
async fn over_http_1_the_connection_of_a_stream_that_was_read_serves_on() {
    let world = World::start().await;
    let mut socket = TcpStream::connect(world.app.address).await.expect("a server that listens");
    for number in 1..3 {
        socket.write_all(web_call(&world).as_bytes()).await.expect("a connection that is open");
        world.endless().until("a message", |seen| seen.sent == number).await;
        world.app.clock.advance(TO_THE_END);
        let answer = read_body(&mut socket).await;
        assert!(answer.contains("grpc-status:16"), "{answer}");
        world.app.clock.advance(GRACE);
        world.assert_serves().await;
    }
}
