//! Calls that are refused on a connection that other people's calls share, as behind a proxy.

use std::collections::HashSet;

use crate::support::{API1, AT_A_TIME, DATA, Early, Frame, RST_STREAM, Server, Shared, alone, call_head};

const REFUSED_CALLS: u32 = 20_000;

/// As many as one connection may have open.
const OPEN_CALLS: u32 = 100;

/// Frames that were under way when a stream was reset. Of half of the streams, they are more than h2 takes for
/// errors of its own.
const LATE_FRAMES: usize = 60;

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
    let mut open: HashSet<u32> = HashSet::new();
    let mut heads = Vec::new();
    for _ in 0..OPEN_CALLS {
        let stream = shared.stream();
        heads.extend(without_token().head.frames(stream, 0));
        open.insert(stream);
    }
    shared.write(&heads).await;
    while !open.is_empty() {
        let mut reset = Vec::new();
        while reset.is_empty() {
            let frame = shared.next().await;
            reset.extend((frame.kind == RST_STREAM).then_some(frame.stream));
        }
        for _ in 0..LATE_FRAMES {
            // A frame at a time: of those that are read at once, h2 counts one a stream.
            let late = reset.iter().map(|stream| Frame::new(DATA, 0, *stream, [0; 300]).bytes());
            shared.write(&late.collect::<Vec<_>>().concat()).await;
            let more = shared.resets_so_far().await;
            reset.extend(more.into_iter().filter(|stream| !reset.contains(stream)).collect::<Vec<_>>());
        }
        open.retain(|stream| !reset.contains(stream));
    }
    shared.assert_well().await;
    server.assert_well().await;
}
