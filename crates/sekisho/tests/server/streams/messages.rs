//! What becomes of the message that is under way, and of what nobody reads.

use http_body_util::BodyExt as _;
use sekisho::grpc::ResetDue;
use tonic::Code;

use super::{MESSAGE, SECOND, TO_THE_END, World, data, ended, expired, in_time, trailers};

#[tokio::test]
async fn a_message_that_has_begun_is_ended_first_and_no_other_begins() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let mut body = answer.into_body();
    sent.chunk(&MESSAGE[..6]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[..6]);
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.chunk([&MESSAGE[6..], MESSAGE].concat()).await;
    assert_eq!(data(&mut body).await, &MESSAGE[6..], "the rest, and not the next one");
    assert_eq!(trailers(&mut body).await, expired());
    sent.dropped().await;
}

#[tokio::test]
async fn a_message_that_stays_unfinished_is_cut_a_second_later() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let mut body = answer.into_body();
    sent.chunk(&MESSAGE[..6]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[..6]);
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.chunk(&MESSAGE[6..7]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[6..7], "it goes on");
    let rest = tokio::spawn(async move { body.frame().await.expect("an end") });
    world.clock.advance(SECOND);
    assert_eq!(in_time(rest).await.expect("no panic").expect_err("it is cut").code(), Code::Unauthenticated);
    sent.dropped().await;
}

#[tokio::test]
async fn what_nobody_reads_is_to_be_reset_a_second_later() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let due = answer.extensions().get::<ResetDue>().expect("how it is reset").clone();
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.dropped().await;
    world.clock.advance(SECOND);
    in_time(due).await;
}
