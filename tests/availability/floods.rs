//! Frames that cost the server more than whoever sends them.

use std::net::SocketAddr;
use std::pin::pin;

use tokio::io::{AsyncRead, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::support::{
    API1, Block, CONTINUATION, DATA, END_HEADERS, END_STREAM, Frame, GOAWAY, HEADERS, Healthy, PING, Peer,
    RST_STREAM, SETTINGS, Server, WINDOW_UPDATE, alone, call_head, in_time, read_frame,
};

/// How many frames a flood has, or pairs of them.
const FLOOD: u32 = 10_000;

/// How many connections send one at a time.
const CONNECTIONS: usize = 8;

/// How often each of them comes back after it was closed.
const RETURNS: usize = 5;

/// How many are sent at once.
const BURST: usize = 100;

/// How often another client is served while answers are not read.
const ROUNDS: usize = 200;

/// What is in the ping that follows a flood: whoever answers it has outlived it.
const LAST: [u8; 8] = *b"the last";

const ACK: u8 = 0x1;

/// Error codes (RFC 9113 §7).
const PROTOCOL_ERROR: u32 = 0x1;
const ENHANCE_YOUR_CALM: u32 = 0xb;

#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    /// Closed, with the code of the `GOAWAY` that came before.
    Closed(Option<u32>),
    /// Every frame was read.
    Outlived,
}

/// The streams of a client, from the second on.
fn streams() -> impl Iterator<Item = u32> + Clone {
    (0..FLOOD).map(|number| 3 + 2 * number)
}

fn head(stream: u32, flags: u8) -> Vec<u8> {
    call_head(API1).frames(stream, flags)
}

fn rst_stream(stream: u32) -> Vec<u8> {
    Frame::new(RST_STREAM, 0, stream, 8_u32.to_be_bytes()).bytes()
}

#[tokio::test]
async fn row_91_rapid_reset() {
    let pairs = streams().map(|stream| [head(stream, 0), rst_stream(stream)].concat());
    assert_closed(&flood(pairs).await, ENHANCE_YOUR_CALM);
}

#[tokio::test]
async fn row_91_continuation_flood() {
    let head = Frame::new(HEADERS, END_STREAM, 3, call_head(API1).0).bytes();
    let piece = Block::default().field("x", "y").0;
    let pieces = (0..FLOOD).map(move |_| Frame::new(CONTINUATION, 0, 3, piece.as_slice()).bytes());
    let end = Frame::new(CONTINUATION, END_HEADERS, 3, []).bytes();
    let frames = [head].into_iter().chain(pieces).chain([end]);
    assert_closed(&flood(frames).await, ENHANCE_YOUR_CALM);
}

#[tokio::test]
async fn row_91_empty_continuation_flood() {
    let head = Frame::new(HEADERS, END_STREAM, 3, call_head(API1).0).bytes();
    let pieces = (0..FLOOD).map(|_| Frame::new(CONTINUATION, 0, 3, []).bytes());
    let end = Frame::new(CONTINUATION, END_HEADERS, 3, []).bytes();
    let frames = [head].into_iter().chain(pieces).chain([end]);
    assert_closed(&flood(frames).await, ENHANCE_YOUR_CALM);
}

/// The server resets a stream whose window overflows (RFC 9113 §6.9.1).
#[tokio::test]
async fn row_91_resets_provoked_by_a_window_that_overflows() {
    let pairs = streams().map(|stream| {
        let most = Frame::new(WINDOW_UPDATE, 0, stream, 0x7fff_ffff_u32.to_be_bytes());
        [head(stream, 0), most.bytes()].concat()
    });
    assert_closed(&flood(pairs).await, ENHANCE_YOUR_CALM);
}

/// The server resets a stream whose body is not as long as its head says (RFC 9113 §8.1.1).
#[tokio::test]
async fn row_91_resets_provoked_by_a_length_that_is_wrong() {
    let pairs = streams().map(|stream| {
        let head = call_head(API1).field("content-length", "1").frames(stream, 0);
        [head, Frame::new(DATA, END_STREAM, stream, [0; 5]).bytes()].concat()
    });
    assert_closed(&flood(pairs).await, ENHANCE_YOUR_CALM);
}

/// The server resets a stream whose head is malformed (RFC 9113 §8.2.2).
#[tokio::test]
async fn row_91_resets_provoked_by_a_head_that_is_malformed() {
    let heads = streams().map(|stream| call_head(API1).field("connection", "close").frames(stream, 0));
    assert_closed(&flood(heads).await, ENHANCE_YOUR_CALM);
}

/// An increment of nothing (RFC 9113 §6.9): h2 calls the connection wrong, and not the stream alone.
#[tokio::test]
async fn row_91_resets_provoked_by_an_increment_of_zero() {
    let pairs = streams()
        .map(|stream| [head(stream, 0), Frame::new(WINDOW_UPDATE, 0, stream, [0; 4]).bytes()].concat());
    assert_closed(&flood(pairs).await, PROTOCOL_ERROR);
}

/// Each of them has to be answered. Whether the server goes on answering or closes is its choice.
#[tokio::test]
async fn row_91_settings_flood() {
    flood((0..10 * FLOOD).map(setting)).await;
}

#[tokio::test]
async fn row_91_ping_flood() {
    flood((0..10 * FLOOD).map(ping)).await;
}

#[tokio::test]
async fn row_91_settings_flood_whose_answers_nobody_reads() {
    flood_unread((0..).map(setting)).await;
}

#[tokio::test]
async fn row_91_ping_flood_whose_answers_nobody_reads() {
    flood_unread((0..).map(ping)).await;
}

/// `SETTINGS_MAX_CONCURRENT_STREAMS` (RFC 9113 §6.5.2), another value each.
fn setting(number: u32) -> Vec<u8> {
    let [a, b, c, d] = number.to_be_bytes();
    Frame::new(SETTINGS, 0, 0, [0, 3, a, b, c, d]).bytes()
}

fn ping(number: u32) -> Vec<u8> {
    Frame::new(PING, 0, 0, u64::from(number).to_be_bytes()).bytes()
}

/// Sends all of it, over several connections, to a server that serves another client meanwhile and afterwards,
/// in bounded memory. How each of them ends.
async fn flood(frames: impl Iterator<Item = Vec<u8>> + Clone + Send + 'static) -> Vec<End> {
    let _guard = alone().await;
    let mut server = Server::start().await;
    let before = server.memory();
    let healthy = Healthy::start(&server).await;
    let mut floods = JoinSet::new();
    for _ in 0..CONNECTIONS {
        floods.spawn(ends_of(server.address, frames.clone()));
    }
    let ends = in_time("the end of the floods", floods.join_all()).await.concat();
    let rounds = healthy.stop().await;
    println!("{} floods, each {:?}; served meanwhile: {rounds} times four calls", ends.len(), ends[0]);
    before.assert_growth(server.memory(), 64, 64);
    server.assert_well().await;
    ends
}

#[track_caller]
fn assert_closed(ends: &[End], code: u32) {
    assert!(ends.iter().all(|end| *end == End::Closed(Some(code))), "{ends:?}");
}

async fn ends_of(address: SocketAddr, frames: impl Iterator<Item = Vec<u8>> + Clone) -> Vec<End> {
    let mut ends = Vec::new();
    while ends.len() < RETURNS && ends.last() != Some(&End::Outlived) {
        ends.push(end_of(address, frames.clone()).await);
    }
    ends
}

/// The connection was served before, so that no limit for those who never ask closes it.
async fn end_of(address: SocketAddr, frames: impl Iterator<Item = Vec<u8>>) -> End {
    let peer = Peer::after_a_call(address).await;
    let (mut reading, mut writing) = peer.stream.into_split();
    let mut end = pin!(read_to_the_end(&mut reading));
    let last = Frame::new(PING, 0, 0, LAST).bytes();
    let mut frames = frames.chain([last]).peekable();
    while frames.peek().is_some() {
        let burst = frames.by_ref().take(BURST).collect::<Vec<_>>().concat();
        tokio::select! {
            end = &mut end => return end,
            sent = writing.write_all(&burst) => if sent.is_err() { break },
        }
    }
    end.await
}

async fn read_to_the_end(stream: &mut (impl AsyncRead + Unpin)) -> End {
    let mut code = None;
    while let Some(frame) = read_frame(stream).await {
        match frame.kind {
            PING if frame.has(ACK) && frame.payload == LAST => return End::Outlived,
            GOAWAY => code = error_code(&frame),
            _ => {}
        }
    }
    End::Closed(code)
}

/// After the last stream that was taken (RFC 9113 §6.8).
fn error_code(goaway: &Frame) -> Option<u32> {
    let bytes = goaway.payload.get(4..8)?.try_into().ok()?;
    Some(u32::from_be_bytes(bytes))
}

/// Sends as much as the server takes from one who takes nothing, while another client is served.
async fn flood_unread(frames: impl Iterator<Item = Vec<u8>> + Send + 'static) {
    let _guard = alone().await;
    let mut server = Server::start().await;
    let before = server.memory();
    let mut peer = Peer::after_a_call(server.address).await;
    let flood = tokio::spawn(async move {
        for frame in frames {
            if peer.stream.write_all(&frame).await.is_err() {
                return;
            }
        }
    });
    for _ in 0..ROUNDS {
        Healthy::one_round(server.address, &server.token).await;
    }
    before.assert_growth(server.memory(), 64, 64);
    server.assert_well().await;
    flood.abort();
}
