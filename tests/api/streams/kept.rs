//! What goes on: `stream_end: NEVER`, public methods, keys that are not withdrawn.

use sekisho::jwks::Schedule;
use tonic::Code;

use super::{Cause, Kind, SECOND, TIMEOUT, TO_THE_END, World, for_each, publish, rotated};
use crate::support::endless::{Manner, Seen};
use crate::support::{OpenCall, Transport, impostor, issuer};

/// Longer than a token is good for.
const LONG: u32 = 7200;

/// A call of a method whose streams are not cut, with a message of the request come.
async fn kept(world: &World, (path, manner, transport): (&str, Manner, Transport)) -> OpenCall {
    let call = world.call(transport, path, manner).metadata("grpc-timeout", format!("{LONG}S"));
    let mut call = call.open().await;
    call.send(0).await;
    if path.ends_with("ServerStream") {
        call.close();
    }
    world.endless().until("a handler", |seen| seen.began == 1).await;
    call
}

#[tokio::test]
async fn what_may_not_be_cut_goes_on_until_its_deadline() {
    let public = ("/endless.v1.Endless/PublicServerStream".to_owned(), Kind::Server);
    let paths = Kind::ALL.map(|kind| (kind.never(), kind)).into_iter().chain([public]);
    let paths: &'static [(String, Kind)] = paths.collect::<Vec<_>>().leak();
    let manners = [Manner::Idle, Manner::Busy, Manner::Late];
    let cells = paths.iter().flat_map(|path| manners.map(|manner| (path, manner)));
    let cells = cells.flat_map(|cell| Transport::ALL.map(|transport| (cell, transport)));
    for_each(cells, |(((path, kind), manner), transport)| async move {
        let world = World::start().await;
        let mut call = kept(&world, (path, manner, transport)).await;
        if kind.streams_response() && manner != Manner::Late {
            assert_eq!(call.next().await.expect("a message").number, 0);
        }
        let before = world.endless().seen();
        world.app.clock.advance(TO_THE_END + SECOND);
        world.publish(&[rotated().jwk()]).await;
        world.assert_serves().await;
        let after = world.endless().seen();
        assert_eq!((before.handlers, before.responses), (after.handlers, after.responses));
        assert_eq!(after.requests, []);
        if kind.streams_request() && manner != Manner::Late {
            call.send(1).await;
            world.endless().received(2).await;
        }
        let mut first = u64::from(kind.streams_response() && manner != Manner::Late);
        if first > 0 && manner == Manner::Busy {
            world.endless().ask_for_more();
            assert_eq!(call.next().await.expect("a message").number, 1);
            first = 2;
        }
        world.app.clock.advance((LONG * SECOND).saturating_sub(TO_THE_END + 2 * SECOND));
        world.assert_serves().await;
        assert_eq!(world.endless().seen().handlers, after.handlers);
        world.app.clock.advance(SECOND);
        world.endless().until("all is gone", Seen::is_all_gone).await;
        let (_, end) = call.end(first, world.endless()).await;
        assert_eq!(end.status().code(), Code::DeadlineExceeded);
    })
    .await;
}

#[tokio::test]
async fn an_upload_that_may_not_be_cut_is_taken_whole() {
    for_each(Transport::ALL, |transport| async move {
        let world = World::start().await;
        let mut call = world.call(transport, &Kind::Client.never(), Manner::Idle).open().await;
        call.send(0).await;
        world.endless().received(1).await;
        world.app.clock.advance(TO_THE_END + SECOND);
        world.assert_serves().await;
        call.send(1).await;
        call.close();
        let (count, end) = call.end(0, world.endless()).await;
        assert_eq!((count, end.status().code(), world.endless().seen().received), (1, Code::Ok, 2));
    })
    .await;
}

/// An idle stream of a token that is good for long.
async fn idle(world: &World) -> OpenCall {
    let token = issuer().token().claim("exp", 1_800_000_000 + 1_000_000).sign();
    let mut call = world.call_with(&token, Transport::GRPC, Kind::Bidi.path(), Manner::Idle).open().await;
    assert_eq!(call.next().await.expect("a message").number, 0);
    call
}

#[tokio::test]
async fn row_33_rotations_that_keep_the_key_end_nothing() {
    let world = World::start().await;
    let mut call = idle(&world).await;
    let sets =
        [vec![issuer().jwk(), rotated().jwk()], vec![rotated().jwk(), issuer().jwk()], vec![issuer().jwk()]];
    for (number, set) in (0..).zip(sets) {
        world.publish(&set).await;
        world.assert_serves().await;
        call.send(number).await;
        world.endless().received(number + 1).await;
    }
    // Another key under the name of this one.
    world.publish(&[impostor().jwk()]).await;
    Cause::Withdrawal.assert_told(&call.end(1, world.endless()).await.1.status(), Kind::Bidi);
}

#[tokio::test]
async fn row_33_keys_that_are_too_old_are_not_withdrawn() {
    let world = World::start().await;
    let mut call = idle(&world).await;
    std::fs::remove_file(world.folder.path().join("jwks.json")).expect("a file");
    world.keys.refresh().await.expect_err("no file");
    world.app.clock.advance(Schedule::default().max_stale + SECOND);
    world.keys.refresh().await.expect_err("no file");
    world.app.ready_is(false).await;
    call.send(0).await;
    world.endless().received(1).await;
    assert_eq!(world.endless().seen().responses, 1);

    // They are fetched again, this one among them; and then it is not.
    world.publish(&[issuer().jwk()]).await;
    world.app.ready_is(true).await;
    call.send(1).await;
    world.endless().received(2).await;
    publish(&world.folder, &[rotated().jwk()]);
    world.app.clock.advance(TIMEOUT);
    world.assert_serves().await;
    assert_eq!(world.endless().seen().responses, 1, "nobody has looked");
    world.keys.refresh().await.expect("keys");
    Cause::Withdrawal.assert_told(&call.end(1, world.endless()).await.1.status(), Kind::Bidi);
}
