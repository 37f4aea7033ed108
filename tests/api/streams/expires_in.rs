//! What clients are told of the end that will come: `sekisho-expires-in`.

use super::{Kind, SECOND, World, for_each};
use crate::support::endless::{Manner, OWN_EXPIRES_IN};
use crate::support::{LongCall, Transport, issuer};

const NAME: &str = "sekisho-expires-in";

/// All values in the head of an answer.
async fn told(call: LongCall) -> Vec<String> {
    let mut call = call.open().await;
    call.send(0).await;
    call.close();
    let head = call.head().await;
    head.get_all(NAME).iter().map(|value| value.to_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn a_stream_tells_how_many_seconds_are_left() {
    for_each(Transport::ALL, |transport| async move {
        let world = World::start().await;
        let token = world.token();
        for kind in Kind::ALL {
            assert_eq!(told(world.call(transport, kind.path(), Manner::Once)).await, ["3605"], "{kind:?}");
        }
        world.app.clock.advance(1000 * SECOND + SECOND / 2);
        let later = world.call_with(&token, transport, Kind::Bidi.path(), Manner::Once);
        assert_eq!(told(later).await, ["2604"], "whole seconds that are left");
        let last = world.token();
        world.app.clock.advance(3604 * SECOND);
        let last = world.call_with(&last, transport, Kind::Bidi.path(), Manner::Once);
        assert_eq!(told(last).await, ["0"], "a token that has expired, within the leeway");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_ended_tells_of_no_end() {
    let paths = ["Unary", "PublicServerStream", "NeverClientStream", "NeverServerStream", "NeverBidi"];
    let cases = paths.into_iter().flat_map(|path| Transport::ALL.map(|transport| (path, transport)));
    for_each(cases, |(path, transport)| async move {
        let world = World::start().await;
        let path = format!("/endless.v1.Endless/{path}");
        assert!(told(world.call(transport, &path, Manner::Once)).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_refusal_tells_of_no_end() {
    for_each(Transport::ALL, |transport| async move {
        let world = World::start().await;
        for kind in Kind::ALL {
            assert!(told(LongCall::new(world.app.address, transport, kind.path())).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_handlers_own_entry_is_replaced() {
    for_each(Transport::ALL, |transport| async move {
        let world = World::start().await;
        let call = world.call(transport, Kind::Server.path(), Manner::Once).metadata(OWN_EXPIRES_IN, "1");
        assert_eq!(told(call).await, ["3605"]);
        // Where nothing is told, it is the handler's.
        let never = world.call(transport, &Kind::Server.never(), Manner::Once).metadata(OWN_EXPIRES_IN, "1");
        assert_eq!(told(never).await, ["99"]);
    })
    .await;
}

#[tokio::test]
async fn a_page_may_read_it() {
    for_each(Transport::ALL.into_iter().filter(Transport::is_web), |transport| async move {
        let world = World::start().await;
        let mut call = world.call(transport, Kind::Bidi.path(), Manner::Idle).open().await;
        let exposed = call.head().await["access-control-expose-headers"].to_str().expect("text").to_owned();
        assert!(exposed.split(',').any(|name| name.trim() == NAME), "{exposed}");
    })
    .await;
}

/// The end of the year 9999.
const LATEST: u64 = 253_402_300_799;

#[tokio::test]
async fn a_token_that_expires_in_thousands_of_years_is_one_like_others() {
    let world = World::start().await;
    let token = issuer().token().claim("exp", LATEST).sign();
    let mut call = world.call_with(&token, Transport::GRPC, Kind::Bidi.path(), Manner::Idle).open().await;
    assert_eq!(call.head().await[NAME], (LATEST - 1_800_000_000 + 5).to_string());
    world.app.clock.advance(1_000_000_000 * SECOND);
    world.assert_serves().await;
    call.send(0).await;
    world.endless().received(1).await;
}
