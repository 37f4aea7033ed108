//! A stream ends when its token is not accepted any more.

use http_body::Body as _;
use http_body_util::BodyExt as _;
use sekisho::Grant;
use tokio::sync::mpsc;

use super::{MESSAGE, TO_THE_END, World, data, ended, expired, in_time, reason, trailers};

/// To write the statuses of many takes longer than their handlers may go on.
#[tokio::test]
async fn of_streams_that_end_together_each_is_dropped_before_a_status_is_written() {
    let mut world = World::new(|services| services);
    let (told, mut statuses) = mpsc::channel(64);
    let mut handlers = Vec::new();
    for _ in 0..64 {
        let (answer, told) = (world.answer_to("Exchange", None), told.clone());
        // As in a server: one task waits for the answer, and then reads it.
        tokio::spawn(async move {
            let mut body = answer.await.into_body();
            let reads = told.reserve().await.expect("a test that goes on");
            let status = trailers(&mut body).await;
            reads.send(status);
        });
        handlers.push(world.entered().await.answer());
    }
    while told.capacity() > 0 {
        tokio::task::yield_now().await;
    }

    world.clock.advance(TO_THE_END);
    assert_eq!(statuses.recv().await, Some(expired()));
    let left = handlers.iter().filter(|(sent, _)| !sent.chunks.is_closed()).count();
    assert_eq!(left, 0, "handlers went on while a status was written");
}

#[tokio::test]
async fn a_handler_that_has_not_answered_is_dropped_and_its_caller_told_by_the_head() {
    let mut world = World::new(|services| services);
    for method in ["Exchange", "Upload"] {
        let world = &mut World::new(|services| services);
        let call = world.call(method, None);
        let entered = world.entered().await;
        world.clock.advance(TO_THE_END);
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), expired(), "{method}");
        in_time(entered.dropped).await.expect_err("its future is gone");
        ended(entered.request.into_body()).await;
    }
    // Unary calls are judged when they begin.
    let call = world.call("Get", None);
    let entered = world.entered().await;
    world.clock.advance(TO_THE_END);
    let (sent, _) = entered.answer();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut in_time(call).await.expect("no panic").into_body()).await, MESSAGE);
}

#[tokio::test]
async fn a_response_ends_after_its_last_message_and_is_gone_though_nobody_reads() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    assert_eq!(answer.headers()["sekisho-expires-in"], "3605");
    let mut body = answer.into_body();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut body).await, MESSAGE);
    world.clock.advance(TO_THE_END);
    sent.dropped().await;
    assert_eq!(trailers(&mut body).await, expired());
    assert!(body.frame().await.is_none(), "nothing comes after the trailers");
    assert!(body.is_end_stream());
    ended(request).await;
}

#[tokio::test]
async fn a_grant_tells_when_its_stream_will_end() {
    let mut world = World::new(|services| services);
    let end = world.clock.time() + TO_THE_END;
    let of_tokens = ["Exchange", "Upload", "Welcome"].map(|method| (method, Some(end)));
    let of_none = ["Keep", "Report", "ReportUpload", "Open", "Get"].map(|method| (method, None));
    for (method, expected) in of_tokens.into_iter().chain(of_none) {
        let _call = world.call(method, None);
        let entered = world.entered().await;
        let grant = entered.request.extensions().get::<Grant>().expect("a grant");
        assert_eq!(grant.stream_ends_at(), expected, "{method}");
    }
}
