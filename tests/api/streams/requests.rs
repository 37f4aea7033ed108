//! What becomes of the request of a stream that ends, whoever has it.

use tonic::Code;

use super::{Cause, Kind, TIMEOUT, World, for_each};
use crate::support::endless::{Manner, Seen};
use crate::support::{End, OpenCall, Transport};

fn cases<const N: usize>(manners: [Manner; N]) -> impl Iterator<Item = (Manner, Cause, Transport)> {
    let causes = manners.into_iter().flat_map(|manner| Cause::ALL.map(|cause| (manner, cause)));
    causes.flat_map(|(manner, cause)| Transport::ALL.map(|transport| (manner, cause, transport)))
}

/// A call whose handler is there.
async fn begun(
    world: &World,
    kind: Kind,
    (manner, cause, transport): (Manner, Cause, Transport),
) -> OpenCall {
    let mut call = world.call(transport, kind.path(), manner);
    if cause == Cause::Deadline {
        call = call.metadata("grpc-timeout", format!("{}S", TIMEOUT.as_secs()));
    }
    let call = call.open().await;
    world.endless().until("a handler", |seen| seen.began == 1).await;
    call
}

#[tokio::test]
async fn row_33_a_task_that_has_the_request_sees_it_end_while_the_handler_waits() {
    for_each(cases([Manner::Spawned]), |case: (Manner, Cause, Transport)| async move {
        let world = World::start().await;
        let mut call = begun(&world, Kind::Client, case).await;
        call.send(0).await;
        world.endless().received(1).await;
        case.1.happen(&world).await;
        let ended = |seen: &Seen| seen.requests == [Some(case.1.code())] && seen.is_all_gone();
        world.endless().until("the request has ended", ended).await;
        case.1.assert_told(&call.end(0, world.endless()).await.1.status(), Kind::Client);
    })
    .await;
}

/// The answer stands; only the request ends.
#[tokio::test]
async fn row_33_a_task_that_has_the_request_sees_it_end_after_the_handler_has_returned() {
    // Over HTTP/1.1 the request is over with the answer.
    let cases = cases([Manner::Returned, Manner::Unread]).filter(|(.., on)| *on == Transport::GRPC);
    for_each(cases, |case: (Manner, Cause, Transport)| async move {
        let world = World::start().await;
        let mut call = begun(&world, Kind::Client, case).await;
        call.send(0).await;
        assert_eq!(call.next().await.expect("an answer").number, 0);
        let Err(end) = call.next().await else { panic!("one answer") };
        assert_eq!(end.status().code(), Code::Ok);
        if case.0 == Manner::Returned {
            world.endless().received(1).await;
        }
        assert_eq!(world.endless().seen().requests, []);
        case.1.happen(&world).await;
        // The one that does not look sees it when it looks.
        world.endless().go_on.notify_one();
        let ended = |seen: &Seen| seen.requests == [Some(case.1.code())];
        world.endless().until("the request has ended", ended).await;
    })
    .await;
}

/// Nobody who reads it, nobody who lets it go: the caller is told all the same.
#[tokio::test]
async fn row_33_a_request_that_nobody_reads_is_let_go() {
    for_each(cases([Manner::Unread]), |case: (Manner, Cause, Transport)| async move {
        let world = World::start().await;
        let mut call = begun(&world, Kind::Bidi, case).await;
        assert_eq!(call.next().await.expect("a message").number, 0);
        case.1.happen(&world).await;
        world.endless().until("handler and response are gone", Seen::is_all_gone).await;
        case.1.assert_told(&call.end(1, world.endless()).await.1.status(), Kind::Bidi);
        call.request_is_dropped().await;
        assert_eq!(world.endless().seen().requests, []);
        world.endless().go_on.notify_one();
        let ended = |seen: &Seen| seen.requests == [Some(case.1.code())];
        world.endless().until("the request has ended", ended).await;
    })
    .await;
}

/// Its request has ended with the stream, and it is quicker to say something than whoever ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn row_33_what_a_handler_makes_of_the_end_of_its_request_is_not_told() {
    let kinds = [Kind::Client, Kind::Bidi];
    let manners = kinds.into_iter().flat_map(|kind| [(kind, Manner::Looks), (kind, Manner::LooksAndFails)]);
    for_each(manners, |(kind, manner): (Kind, Manner)| async move {
        let world = World::start().await;
        let mut call = begun(&world, kind, (manner, Cause::Expiry, Transport::GRPC)).await;
        world.endless().received(1).await;
        Cause::Expiry.happen(&world).await;
        let (_, end) = call.end(0, world.endless()).await;
        Cause::Expiry.assert_told(&end.status(), kind);
        assert_eq!(matches!(end, End::TrailersOnly(_)), kind == Kind::Client, "{end:?}");
    })
    .await;
}
