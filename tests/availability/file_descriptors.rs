//! A server that has no file descriptors left.

use crate::support::{Healthy, Peer, Server, beside_others, in_time};

const FILES: usize = 48;

/// More than there are descriptors for, since the server has some of its own.
const PEERS: usize = FILES;

/// As many warnings as it takes to be noticed, where it happens again and again all along.
const MOST_WARNINGS: usize = 20;

#[tokio::test]
async fn row_95_accepting_resumes_when_peers_leave() {
    let _guard = beside_others().await;
    let mut server = Server::start_with_files(FILES).await;
    let peers = exhaust(&server).await;
    drop(peers);
    Healthy::one_round(server.address, &server.token).await;
    assert_told_seldom(&mut server).await;
}

#[tokio::test]
async fn row_95_accepting_resumes_though_peers_stay() {
    let _guard = beside_others().await;
    let mut server = Server::start_with_files(FILES).await;
    let peers = exhaust(&server).await;
    // Waits behind them, who are closed for having asked nothing.
    Healthy::one_round(server.address, &server.token).await;
    drop(peers);
    assert_told_seldom(&mut server).await;
}

/// Peers that say nothing, until the server can't open anything any more.
async fn exhaust(server: &Server) -> Vec<Peer> {
    let mut peers = Vec::new();
    for _ in 0..PEERS {
        peers.push(Peer::connect(server.address).await);
    }
    in_time("running out of descriptors", async {
        while server.open_files() < FILES {
            tokio::task::yield_now().await;
        }
    })
    .await;
    peers
}

async fn assert_told_seldom(server: &mut Server) {
    server.assert_well().await;
    let logged = server.logged();
    println!("{} warnings: {:#?}", logged.warnings, logged.last);
    assert!(
        (1..=MOST_WARNINGS).contains(&logged.warnings),
        "{} warnings: {:#?}",
        logged.warnings,
        logged.last
    );
}
