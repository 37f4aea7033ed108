//! Heads that are far more than the bytes they are sent in.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;

use crate::support::{
    API1, Block, END_STREAM, Frame, Healthy, PING, Peer, Server, alone, call_head, close, in_time, read_frame,
};

/// Above this many entries, `http::HeaderMap` panics unless it is asked nicely.
const FIELDS: usize = 30_000;

const CONNECTIONS: usize = 8;

/// What each connection sends a head on.
const STREAMS: [u32; 10] = [3, 5, 7, 9, 11, 13, 15, 17, 19, 21];

/// As many as fit into the frames that one head may have: 3,900 bytes each, for one.
const REFERENCES: usize = 50_000;

/// In MiB. A head that is refused leaves nothing behind.
const MOST_GROWTH: u64 = 32;

/// In the dynamic table, the entry that was put there last (RFC 7541 §2.3.3).
const NEWEST: u8 = 62;

/// `accept-encoding: gzip, deflate` in the static table (RFC 7541, appendix A).
const ACCEPT_ENCODING: u8 = 16;

#[tokio::test]
async fn row_92_compression_bomb() {
    let entry = Block::default().remembered_field("x", &"A".repeat(3900)).0;
    let bomb = |stream| {
        let mut block = call_head(API1);
        block.0.extend(&entry);
        block.indexed(NEWEST, REFERENCES).frames(stream, END_STREAM)
    };
    survives(STREAMS.map(bomb).to_vec()).await;
}

#[tokio::test]
async fn row_92_more_fields_than_a_map_holds() {
    let block = call_head(API1).indexed(ACCEPT_ENCODING, FIELDS);
    survives(STREAMS.map(|stream| block.frames(stream, END_STREAM)).to_vec()).await;
}

#[tokio::test]
async fn row_92_more_names_than_a_map_holds() {
    let block = (0..FIELDS).fold(call_head(API1), |block, number| block.field(&format!("x{number:x}"), ""));
    survives(STREAMS.map(|stream| block.frames(stream, END_STREAM)).to_vec()).await;
}

#[tokio::test]
async fn row_92_more_fields_than_a_map_holds_over_http_1() {
    let _guard = alone().await;
    let mut server = Server::start().await;
    let before = server.memory();
    let fields: Vec<String> = (0..FIELDS).map(|number| format!("x{number:x}:\r\n")).collect();
    let head = format!("POST {API1} HTTP/1.1\r\nhost: localhost\r\n{}\r\n", fields.concat());
    for _ in 0..CONNECTIONS {
        let mut peer = Peer::connect(server.address).await;
        // It may be closed before all of it is sent.
        let _ = peer.stream.write_all(head.as_bytes()).await;
        in_time("closing", close(peer.stream)).await;
    }
    before.assert_growth(server.memory(), MOST_GROWTH, MOST_GROWTH);
    server.assert_well().await;
}

/// Sends these heads over several connections at a time.
async fn survives(heads: Vec<Vec<u8>>) {
    let _guard = alone().await;
    let mut server = Server::start().await;
    let before = server.memory();
    let healthy = Healthy::start(&server).await;
    let mut peers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        peers.spawn(send(server.address, heads.clone()));
    }
    in_time("the heads", peers.join_all()).await;
    println!("the healthy client was served {} times four calls", healthy.stop().await);
    before.assert_growth(server.memory(), MOST_GROWTH, MOST_GROWTH);
    server.assert_well().await;
}

/// Until the server has read all of it, or has closed.
async fn send(address: SocketAddr, heads: Vec<Vec<u8>>) {
    let peer = Peer::after_a_call(address).await;
    let (mut reading, mut writing) = peer.stream.into_split();
    let sending = async {
        for head in heads.into_iter().chain([Frame::new(PING, 0, 0, [7; 8]).bytes()]) {
            if writing.write_all(&head).await.is_err() {
                return;
            }
        }
    };
    let answered = async {
        while let Some(frame) = read_frame(&mut reading).await {
            if (frame.kind, frame.payload.as_slice()) == (PING, &[7; 8]) {
                return;
            }
        }
    };
    tokio::join!(sending, answered);
}
