//! The status of a stream over gRPC-Web, which is data like its messages.

use super::slow_readers::{INITIAL_WINDOW_SIZE, SLOW, has_come, head};
use super::{Cause, GRACE, Kind, World, for_each};
use crate::support::endless::{Manner, PAYLOAD, Seen};
use crate::support::{DATA, END_STREAM, Frames, RST_STREAM, SETTINGS, Transport};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Version;

/// The flag of a status, in the first byte.
const STATUS: u8 = 0x80;

fn transports() -> impl Iterator<Item = Transport> {
    Transport::ALL.into_iter().filter(|transport| transport.is_web() && transport.version == Version::HTTP_2)
}

/// A connection with a stream whose first message is read, which is all that comes until its end; and how many bytes that took.
async fn idle(world: &World, transport: Transport) -> (Frames, usize) {
    let mut frames = Frames::connect(world.app.address).await.without_delay();
    let idle = head(world, transport, Kind::Server.path(), Manner::Idle).field(PAYLOAD, "20");
    frames.head(SLOW, 0, idle).await;
    frames.send(DATA, END_STREAM, SLOW, &transport.encode(0)).await;
    let mut message = Vec::new();
    while whole(transport, &message).is_none() {
        let frame = frames.first_of(SLOW).await.expect("a connection that is open");
        if frame.kind == DATA {
            message.extend(&frame.payload);
        }
    }
    (frames, message.len())
}

/// What is sent, if it is one message or a status, and all of it.
fn whole(transport: Transport, sent: &[u8]) -> Option<Vec<u8>> {
    let decoded = if transport.is_text() { BASE64_STANDARD.decode(sent).ok()? } else { sent.to_vec() };
    let (length, rest) = decoded.get(1..)?.split_first_chunk()?;
    (usize::try_from(u32::from_be_bytes(*length)) == Ok(rest.len())).then_some(decoded)
}

/// tonic-web-wasm-client takes a status that it reads in parts for none. Frames are read one by one.
#[tokio::test]
async fn a_status_comes_in_one_frame() {
    for_each(transports(), |transport| async move {
        let world = World::start().await;
        let (mut frames, _) = idle(&world, transport).await;
        Cause::Expiry.happen(&world).await;
        let status = frames.first_of(SLOW).await.expect("a connection that is open");
        assert_eq!(status.kind, DATA);
        let status = whole(transport, &status.payload).expect("all of it");
        assert_eq!(status[0], STATUS);
        assert!(String::from_utf8_lossy(&status).contains("grpc-status:16"));
        let end = frames.first_of(SLOW).await.expect("a connection that is open");
        assert_eq!((end.kind, end.has(END_STREAM), end.payload.len()), (DATA, true, 0));
    })
    .await;
}

/// Its last byte does not wait for room, and hyper would be done with the call.
#[tokio::test]
async fn row_33_a_stream_of_whose_status_a_part_was_taken_is_reset() {
    let rooms = [0_u8, 1, 10];
    let all = transports().flat_map(|transport| rooms.map(|room| (transport, room)));
    for_each(all, |(transport, room)| async move {
        let world = World::start().await;
        let (mut frames, taken) = idle(&world, transport).await;
        // Of windows that are open, what was taken counts.
        let window = u32::try_from(taken).expect("a short message") + u32::from(room);
        frames
            .send(SETTINGS, 0, 0, &[&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat())
            .await;
        assert!(!has_come(&mut frames).await, "it is idle");
        Cause::Expiry.happen(&world).await;
        world.endless().until("all is gone", Seen::is_all_gone).await;
        if room > 0 {
            let part = frames.first_of(SLOW).await.expect("a connection that is open");
            assert_eq!((part.kind, part.payload.len()), (DATA, room.into()));
        }
        assert!(!has_come(&mut frames).await, "there is no room for more");
        world.app.clock.advance(GRACE);
        let reset = frames.first_of(SLOW).await.expect("a connection that is open");
        assert_eq!((reset.kind, &reset.payload[..]), (RST_STREAM, &[0, 0, 0, 8][..]), "CANCEL");
    })
    .await;
}
