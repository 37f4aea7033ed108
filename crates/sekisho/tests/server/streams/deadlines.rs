//! Deadlines, where the guard sees to them.

use std::time::Duration;

use sekisho::Services;

use super::{MESSAGE, SECOND, World, data, deadline_exceeded, expired, in_time, reason, trailers};

#[tokio::test]
async fn deadlines_are_kept_where_that_is_asked_for() {
    for method in ["Exchange", "Upload", "Keep", "Open", "Get"] {
        let mut world = World::new(Services::enforce_deadlines);
        let call = world.call(method, Some("5S"));
        let entered = world.entered().await;
        world.clock.advance(SECOND * 5);
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), deadline_exceeded(), "{method}");
        in_time(entered.dropped).await.expect_err("its future is gone");
    }
    for method in ["Exchange", "Keep", "Open"] {
        let mut world = World::new(Services::enforce_deadlines);
        let (sent, _, answer) = world.answered(method, Some("5S")).await;
        world.clock.advance(SECOND * 5);
        sent.dropped().await;
        assert_eq!(trailers(&mut answer.into_body()).await, deadline_exceeded(), "{method}");
    }
    // Whichever comes first is told.
    for (timeout, told) in [("3604S", deadline_exceeded()), ("3606S", expired())] {
        let mut world = World::new(Services::enforce_deadlines);
        let (sent, _, answer) = world.answered("Exchange", Some(timeout)).await;
        world.clock.advance(Duration::from_secs(3604));
        world.clock.advance(SECOND);
        sent.dropped().await;
        assert_eq!(trailers(&mut answer.into_body()).await, told, "{timeout}");
    }
    // Elsewhere they are somebody else's.
    let mut world = World::new(|services| services);
    let call = world.call("Get", Some("5S"));
    let entered = world.entered().await;
    world.clock.advance(SECOND * 5);
    let (sent, _) = entered.answer();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut in_time(call).await.expect("no panic").into_body()).await, MESSAGE);
}

#[tokio::test]
async fn a_deadline_that_has_passed_runs_no_handler() {
    let mut world = World::new(Services::enforce_deadlines);
    for method in ["Exchange", "Get"] {
        let call = world.call(method, Some("0S"));
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), deadline_exceeded(), "{method}");
    }
    assert!(world.handlers.try_recv().is_err());
}
