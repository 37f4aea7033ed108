//! Whichever of deadline and token comes first; and unary calls, which have a deadline alone.

use std::time::Duration;

use tonic::Code;

use super::{Cause, Kind, SECOND, TO_THE_END, World, for_each};
use crate::support::endless::{Manner, Seen};
use crate::support::{End, Transport};

#[tokio::test]
async fn whichever_comes_first_is_told() {
    let cases = [
        (TO_THE_END.saturating_sub(SECOND), Cause::Deadline),
        (TO_THE_END + SECOND, Cause::Expiry),
        (Duration::from_secs(99_999_999 * 3600), Cause::Expiry),
    ];
    let kinds = Kind::ALL.into_iter().flat_map(|kind| cases.map(|(timeout, cause)| (kind, timeout, cause)));
    let cells = kinds.flat_map(|cell| [Manner::Idle, Manner::Late].map(|manner| (cell, manner)));
    for_each(cells, |((kind, timeout, cause), manner)| async move {
        let world = World::start().await;
        let hours = timeout.as_secs() / 3600;
        let text = if hours > 1 { format!("{hours}H") } else { format!("{}S", timeout.as_secs()) };
        let mut call =
            world.call(Transport::GRPC, kind.path(), manner).metadata("grpc-timeout", text).open().await;
        call.send(0).await;
        if kind == Kind::Server {
            call.close();
        }
        world.endless().until("a handler", |seen| seen.began == 1).await;
        world.app.clock.advance(timeout.min(TO_THE_END));
        let (_, end) = call.end(0, world.endless()).await;
        cause.assert_told(&end.status(), kind);
        // What comes next finds nothing more to end.
        world.app.clock.advance(2 * SECOND);
        world.endless().until("all is gone", Seen::is_all_gone).await;
        world.assert_serves().await;
    })
    .await;
}

const UNARY: &str = "/endless.v1.Endless/Unary";

#[tokio::test]
async fn a_unary_call_that_has_begun_ends_well_after_its_token() {
    let causes = [Cause::Expiry, Cause::Withdrawal];
    let all = causes.into_iter().flat_map(|cause| Transport::ALL.map(|transport| (cause, transport)));
    for_each(all, |(cause, transport)| async move {
        let world = World::start().await;
        let token = world.token();
        let mut call = world.call_with(&token, transport, UNARY, Manner::Late).open().await;
        call.send(0).await;
        call.close();
        world.endless().until("a handler", |seen| seen.handlers == 1).await;
        cause.happen(&world).await;
        // The next one is refused, so the token is known to be no good any more.
        let mut next = world.call_with(&token, transport, UNARY, Manner::Once).open().await;
        next.send(0).await;
        let (_, end) = next.end(0, world.endless()).await;
        assert_ne!(end.status().code(), Code::Ok);
        world.endless().go_on.notify_one();
        let (count, end) = call.end(0, world.endless()).await;
        assert_eq!((count, end.status().code()), (1, Code::Ok));
    })
    .await;
}

#[tokio::test]
async fn a_unary_call_ends_at_its_deadline() {
    for_each(Transport::ALL, |transport| async move {
        let world = World::start().await;
        let mut call = Cause::Deadline.metadata(world.call(transport, UNARY, Manner::Late)).open().await;
        call.send(0).await;
        call.close();
        world.endless().until("a handler", |seen| seen.handlers == 1).await;
        Cause::Deadline.happen(&world).await;
        world.endless().until("the handler is gone", |seen| seen.handlers == 0).await;
        let (_, end) = call.end(0, world.endless()).await;
        assert!(matches!(end, End::TrailersOnly(_)), "{end:?}");
        Cause::Deadline.assert_told_of(&end.status(), UNARY, Some("items:read"));

        // In time, it ends well.
        let mut call = Cause::Deadline.metadata(world.call(transport, UNARY, Manner::Once)).open().await;
        call.send(0).await;
        call.close();
        assert_eq!(call.end(0, world.endless()).await.1.status().code(), Code::Ok);
    })
    .await;
}
