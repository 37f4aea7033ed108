//! A server that has no file descriptors left.

use crate::support::{Healthy, Peer, Server, beside_others, in_time};

/// How many connections get past the server's own files, where it may have so few that none can be set aside.
const ACCEPTED: usize = 4;

/// How many files a server may have that can set some aside.
const SOME: usize = 64;

/// As many warnings as it takes to be noticed, where it happens again and again all along.
const MOST_WARNINGS: usize = 20;

#[tokio::test]
async fn row_95_accepting_resumes_when_peers_leave() {
    let _guard = beside_others().await;
    let (mut server, peers) = exhausted().await;
    drop(peers);
    Healthy::one_round(server.address, &server.token).await;
    assert_told_seldom(&mut server).await;
}

#[tokio::test]
async fn row_95_accepting_resumes_though_peers_stay() {
    let _guard = beside_others().await;
    let (mut server, peers) = exhausted().await;
    // Waits behind them, who are closed for having asked nothing.
    Healthy::one_round(server.address, &server.token).await;
    drop(peers);
    assert_told_seldom(&mut server).await;
}

/// Keys and certificates have to be read whoever connects.
#[tokio::test]
async fn row_95_peers_do_not_get_the_last_descriptors() {
    let _guard = beside_others().await;
    let mut server = Server::start_with_files(SOME).await;
    let peers = connect(&server, SOME).await;
    // At its start that it has so few, and now that connections have to wait.
    until("two warnings", || server.logged().warnings >= 2).await;
    assert!(server.open_files() < SOME, "{} of {SOME}", server.open_files());
    drop(peers);
    Healthy::one_round(server.address, &server.token).await;
    assert_told_seldom(&mut server).await;
}

/// A server that can't open anything any more, for its peers, which say nothing.
async fn exhausted() -> (Server, Vec<Peer>) {
    let own = Server::start().await.open_files();
    let files = own + ACCEPTED;
    let server = Server::start_with_files(files).await;
    // Twice as many as are accepted: the others wait.
    let peers = connect(&server, 2 * ACCEPTED).await;
    until("running out of descriptors", || server.open_files() >= files).await;
    (server, peers)
}

async fn connect(server: &Server, count: usize) -> Vec<Peer> {
    let mut peers = Vec::new();
    for _ in 0..count {
        peers.push(Peer::connect(server.address).await);
    }
    peers
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    in_time(what, async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn assert_told_seldom(server: &mut Server) {
    server.assert_well().await;
    let logged = server.logged();
    println!("{} warnings", logged.warnings);
    assert!(logged.warnings <= MOST_WARNINGS, "{} warnings: {:#?}", logged.warnings, logged.last);
}
