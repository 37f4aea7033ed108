//! Bodies that are dropped before their end, by a time that the tests move.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body::{Body, Frame};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

use super::{ConnectionResets, LIMIT, MEMORY, REMEMBERED, TIME};
use crate::grpc::RequestBody;

/// A body whose frames a test sends.
struct Sent(UnboundedReceiver<Frame<Bytes>>);

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}

fn body() -> (UnboundedSender<Frame<Bytes>>, Request<RequestBody<Sent>>) {
    let (sender, receiver) = unbounded_channel();
    (sender, RequestBody::wrap(Request::new(Sent(receiver))))
}

fn send(sender: &UnboundedSender<Frame<Bytes>>, length: usize) -> bool {
    sender.send(Frame::data(Bytes::from(vec![0; length]))).is_ok()
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Until every task has done what it can at this time.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_read_to_its_end_costs_no_task() {
    let (sender, request) = body();
    send(&sender, 5);
    drop(sender);
    let read = http_body_util::BodyExt::collect(request.into_body()).await.expect("read").to_bytes();
    assert_eq!((read.len(), tasks()), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_has_come_whole_costs_no_task() {
    let (sender, request) = body();
    assert!(send(&sender, 5));
    drop(sender);
    drop(request);
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_comes_late_is_thrown_away_until_the_body_ends() {
    let (sender, request) = body();
    drop(request);
    assert_eq!(tasks(), 1);
    for _ in 0..3 {
        assert!(send(&sender, 5), "somebody takes it");
        settle().await;
    }
    drop(sender);
    settle().await;
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_dropped_after_a_second() {
    let (sender, request) = body();
    drop(request);
    settle().await;
    tokio::time::advance(TIME.saturating_sub(Duration::from_millis(2))).await;
    settle().await;
    assert!(send(&sender, 5), "it has a second");
    tokio::time::advance(Duration::from_millis(4)).await;
    settle().await;
    assert!(!send(&sender, 5));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_long_is_dropped_at_the_limit() {
    for come in [0, LIMIT / 2] {
        let (sender, request) = body();
        assert!(send(&sender, come));
        drop(request);
        assert!(send(&sender, LIMIT - 1 - come));
        settle().await;
        assert!(send(&sender, 1), "one byte less than the limit");
        settle().await;
        assert!(!send(&sender, 1));
    }
    let (sender, request) = body();
    assert!(send(&sender, LIMIT + 1));
    drop(request);
    assert!(!send(&sender, 1), "dropped at once");
    assert_eq!(tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_wrapped_twice_is_discarded_once() {
    let (sender, request) = body();
    drop(RequestBody::wrap(request));
    assert_eq!(tasks(), 1);
    assert!(send(&sender, LIMIT));
    settle().await;
    assert!(!send(&sender, 1));
}

#[tokio::test(start_paused = true)]
async fn trailers_are_the_end_and_are_dropped() {
    let (sender, request) = body();
    send(&sender, 5);
    let trailers =
        HeaderMap::from_iter([(http::header::AUTHORIZATION, "Bearer x".parse().expect("a value"))]);
    sender.send(Frame::trailers(trailers)).expect("sent");
    let read = http_body_util::BodyExt::collect(request.into_body()).await.expect("read");
    assert!(read.trailers().is_none());
    assert_eq!(read.to_bytes().len(), 5);
    assert!(!send(&sender, 1), "nothing is waited for after them");
}

#[tokio::test(start_paused = true)]
async fn resets_of_a_connection_keep_to_what_is_remembered() {
    let connection = ConnectionResets::default();
    let bodies: Vec<_> = (0..=REMEMBERED)
        .map(|_| {
            let (sender, receiver) = unbounded_channel();
            drop(RequestBody::wrap_on(Request::new(Sent(receiver)), &connection));
            assert!(send(&sender, LIMIT));
            sender
        })
        .collect();
    settle().await;
    let still_read = || bodies.iter().filter(|sender| send(sender, LIMIT)).count();
    assert_eq!(still_read(), 1, "the last one has to wait, and is read on");
    settle().await;
    assert_eq!(still_read(), 1, "however much comes");
    tokio::time::advance(MEMORY + Duration::from_millis(2)).await;
    settle().await;
    assert_eq!(still_read(), 0);
}

/// A body that needs a runtime, as one with a timer does.
struct NeedsRuntime;

impl Body for NeedsRuntime {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        drop(tokio::time::sleep(Duration::ZERO));
        Poll::Ready(None)
    }
}

#[test]
fn without_a_runtime_a_body_is_not_polled() {
    drop(RequestBody::wrap(Request::new(NeedsRuntime)));
}

#[test]
fn without_a_runtime_the_body_is_just_dropped() {
    let (sender, request) = body();
    drop(request);
    assert!(!send(&sender, 5));
}
