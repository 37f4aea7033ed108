//! Callers that read nothing of the end of their stream.

use super::{Cause, GRACE, Kind, World, for_each};
use crate::support::endless::{MANNER, Manner, PAYLOAD, Seen, message};
use crate::support::{
    Block, DATA, END_STREAM, Frames, HEADERS, LARGE, PING, RST_STREAM, Transport, WINDOW_UPDATE, health_check,
};
use http::Version;

/// How much a peer may be sent on a stream, unless it says otherwise (RFC 9113 §6.9.2).
const WINDOW: usize = 65_535;
const BESIDE: u32 = 1;
const SLOW: u32 = 3;
const AFTER: u32 = 5;

fn cases(version: Version) -> impl Iterator<Item = (Cause, Kind, Transport)> {
    let kinds = [Kind::Server, Kind::Bidi];
    let causes = Cause::ALL.into_iter().flat_map(move |cause| kinds.map(|kind| (cause, kind)));
    let all = causes.flat_map(|(cause, kind)| Transport::ALL.map(|transport| (cause, kind, transport)));
    all.filter(move |(.., transport)| transport.version == version)
}

fn head(world: &World, transport: Transport, path: &str, manner: Manner) -> Block {
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
    let mut frames = Frames::connect(world.app.address).await;
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
async fn has_come(frames: &mut Frames) -> bool {
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
        world.app.clock.advance(GRACE - GRACE / 1000);
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
