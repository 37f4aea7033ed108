//! A message of which a part had gone out when its stream ended.

use super::{Cause, GRACE, World, for_each};
use crate::support::endless::{Manner, Seen, message};
use crate::support::{End, OpenCall, Transport};
use bytes::Bytes;
use tokio::sync::mpsc;

const PATH: &str = "/endless.v1.Raw/ServerStream";

/// Causes, transports, and after how many bytes the first message breaks off: in its prefix, and behind it.
fn cases() -> impl Iterator<Item = (Cause, Transport, usize)> {
    let causes = Cause::ALL.into_iter().flat_map(|cause| Transport::ALL.map(|transport| (cause, transport)));
    causes.flat_map(|(cause, transport)| [3, 5, 7].map(|length| (cause, transport, length)))
}

/// A stream that has ended in the midst of a message.
async fn ended(
    world: &World,
    (cause, transport, length): (Cause, Transport, usize),
) -> (OpenCall, mpsc::Sender<Bytes>) {
    let raw = world.endless().raw();
    let mut call = cause.metadata(world.call(transport, PATH, Manner::Once)).open().await;
    call.head().await;
    raw.send(message(0).slice(..length)).await.expect("a body that is read");
    while raw.capacity() == 0 {
        tokio::task::yield_now().await;
    }
    cause.happen(world).await;
    let ended = |seen: &Seen| seen.requests == [Some(cause.code())];
    world.endless().until("the request has ended", ended).await;
    world.assert_serves().await;
    assert_eq!(world.endless().seen().responses, 1, "the rest may come");
    (call, raw)
}

#[tokio::test]
async fn row_33_the_rest_of_a_message_goes_out_within_a_second() {
    for_each(cases(), |case| async move {
        let (world, (cause, _, length)) = (World::start().await, case);
        let (mut call, raw) = ended(&world, case).await;
        let rest = [&message(0)[length..], &message(1)[..]].concat();
        raw.send(rest.into()).await.expect("a body that is read");
        assert_eq!(call.next().await.expect("a whole message").number, 0);
        let (count, end) = call.end(1, world.endless()).await;
        assert_eq!(count, 1, "nothing of the next one");
        assert!(matches!(end, End::Trailers(_)), "{end:?}");
        cause.assert_told_of(&end.status(), PATH, Some("items:read"));
        world.endless().until("the body is gone", Seen::is_all_gone).await;
    })
    .await;
}

#[tokio::test]
async fn row_33_a_message_that_stays_unfinished_is_cut_by_a_reset() {
    for_each(cases(), |case| async move {
        let world = World::start().await;
        let (mut call, raw) = ended(&world, case).await;
        world.app.clock.advance(GRACE);
        raw.closed().await;
        world.endless().until("the body is gone", Seen::is_all_gone).await;
        let (count, end) = call.end(0, world.endless()).await;
        assert!(count == 0 && matches!(end, End::Cut), "{count}, {end:?}");
        world.assert_serves().await;
    })
    .await;
}
