//! Peers that hold connections open, and do nothing with them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::support::{
    END_HEADERS, Frame, HEADERS, HEALTH, Healthy, PREFACE, Peer, Server, beside_others, call_head,
    client_preface, close, in_time,
};

const OF_EACH_KIND: usize = 150;

/// The contract's own bound, and no measurement.
const CLOSED_WITHIN: Duration = Duration::from_secs(30);

/// Before it falls silent, a peer has
#[derive(Clone)]
enum Opening {
    /// sent this and no more.
    Sent(Vec<u8>),
    /// been served over HTTP/2, and has sent this.
    BeenServed(Vec<u8>),
}

fn kinds() -> [(&'static str, Opening); 9] {
    let sent = |bytes: &[u8]| Opening::Sent(bytes.to_vec());
    // The first field of a head alone.
    let unfinished = |stream| Frame::new(HEADERS, 0, stream, [0x83]).bytes();
    let without_body = Frame::new(HEADERS, END_HEADERS, 3, call_head(HEALTH).0).bytes();
    let half_a_body = format!(
        "POST {HEALTH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc-web+proto\r\n\
         content-length: 100\r\n\r\n\0\0"
    );
    [
        ("silent", sent(b"")),
        ("half a preface", sent(&PREFACE[..10])),
        ("idle HTTP/2", sent(&client_preface())),
        ("idle HTTP/2 after a call", Opening::BeenServed(Vec::new())),
        ("unfinished HEADERS", sent(&[client_preface(), unfinished(1)].concat())),
        ("unfinished HEADERS after a call", Opening::BeenServed(unfinished(3))),
        ("no HTTP/2 body", Opening::BeenServed(without_body)),
        ("half an HTTP/1 head", sent(b"POST / HTTP/1.1\r\nhost:")),
        ("half an HTTP/1 body", sent(half_a_body.as_bytes())),
    ]
}

#[tokio::test]
async fn row_93_peers_that_do_nothing_are_closed_and_others_served() {
    let _guard = beside_others().await;
    allow_open_files();
    let mut server = Server::start().await;
    let before = server.memory();
    let healthy = Healthy::start(&server).await;

    let mut peers = JoinSet::new();
    for (kind, opening) in kinds() {
        for _ in 0..OF_EACH_KIND {
            let opening = opening.clone();
            let address = server.address;
            peers.spawn(async move { (kind, is_closed(address, opening).await) });
        }
    }
    let closed = in_time("closing", peers.join_all()).await;

    println!("the healthy client was served {} times four calls", healthy.stop().await);
    assert_eq!(still_open(&closed), BTreeMap::new(), "of {OF_EACH_KIND} each");
    before.assert_growth(server.memory(), 256, 128);
    server.assert_well().await;
}

async fn is_closed(address: SocketAddr, opening: Opening) -> bool {
    let (mut peer, bytes) = match opening {
        Opening::Sent(bytes) => (Peer::connect(address).await, bytes),
        Opening::BeenServed(bytes) => (Peer::after_a_call(address).await, bytes),
    };
    peer.send(&bytes).await;
    tokio::time::timeout(CLOSED_WITHIN, close(peer.stream)).await.is_ok()
}

fn still_open(closed: &[(&'static str, bool)]) -> BTreeMap<&'static str, usize> {
    let mut open = BTreeMap::new();
    for (kind, _) in closed.iter().filter(|(_, closed)| !closed) {
        *open.entry(*kind).or_default() += 1;
    }
    open
}

/// A shell's usual 1,024 are too few for this process.
fn allow_open_files() {
    let allowed = rlimit::increase_nofile_limit(4096).expect("a limit of open files");
    assert!(allowed >= 2048, "{allowed} open files are too few for the peers");
}
