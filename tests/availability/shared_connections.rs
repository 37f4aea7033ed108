//! Calls that are refused on a connection that other people's calls share, as behind a proxy.

use crate::support::{API1, AT_A_TIME, Early, Server, Shared, alone, call_head};

const REFUSED_CALLS: u32 = 20_000;

/// As many as one connection may have open.
const OPEN_CALLS: u32 = 100;

fn without_token() -> Early {
    Early::new("no token", call_head(API1))
}

#[tokio::test]
async fn row_106_refusals_whose_bodies_come_after_them_end_nobody_elses_calls() {
    let _alone = alone().await;
    let mut server = Server::start().await;
    let mut shared = Shared::connect(server.address).await;
    for _ in 0..REFUSED_CALLS / AT_A_TIME {
        shared.round(&without_token()).await;
        shared.assert_well().await;
    }
    server.assert_well().await;
}

/// What comes on a stream after its reset comes on one that h2 remembers, however many are reset.
#[tokio::test]
async fn row_106_bodies_that_do_not_end_end_nobody_elses_calls() {
    let _alone = alone().await;
    let mut server = Server::start().await;
    let mut shared = Shared::connect(server.address).await;
    shared.late_frames(&without_token().head, OPEN_CALLS).await;
    shared.assert_well().await;
    server.assert_well().await;
}
