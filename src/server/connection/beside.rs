//! A future with another one beside it, that is polled seldom.
//!
//! A connection is woken for every packet, and what else could end it happens once: a time-out, a stop. `select!` polls
//! all of its branches at each wake, and each takes a look at a timer, or registers itself once more.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::Either;
use futures_util::task::AtomicWaker;

/// The first of the two that ends. `main` is polled whenever the task is woken; `other` at first, and then only where
/// something has woken `other` itself.
pub(super) async fn beside<M: Future, O: Future>(
    mut main: Pin<&mut M>,
    mut other: Pin<&mut O>,
) -> Either<M::Output, O::Output> {
    let woken = Arc::new(Woken { other: AtomicBool::new(true), task: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&woken));
    poll_fn(move |cx| {
        if let Poll::Ready(output) = main.as_mut().poll(cx) {
            return Poll::Ready(Either::Left(output));
        }
        // Each time, since a wake takes it; and before it is asked whether `other` was woken.
        woken.task.register(cx.waker());
        if woken.other.swap(false, Ordering::AcqRel) {
            return other.as_mut().poll(&mut Context::from_waker(&waker)).map(Either::Right);
        }
        Poll::Pending
    })
    .await
}

struct Woken {
    other: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.other.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::time::Duration;

    use tokio::sync::{mpsc, oneshot};

    use super::*;

    #[tokio::test]
    async fn the_first_one_that_ends_counts_whichever_it_is() {
        let never = std::future::pending::<()>;
        assert!(matches!(beside(pin!(async { 1 }), pin!(never())).await, Either::Left(1)));
        assert!(matches!(beside(pin!(never()), pin!(async { 2 })).await, Either::Right(2)));
        assert!(matches!(beside(pin!(async { 1 }), pin!(async { 2 })).await, Either::Left(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_other_one_is_polled_when_it_is_woken_and_only_then() {
        let (packets, mut received) = mpsc::unbounded_channel();
        let (polls, mut sleep) = (AtomicBool::new(false), pin!(tokio::time::sleep(Duration::from_secs(5))));
        let main = async {
            let mut count = 0;
            while received.recv().await.is_some() {
                assert_eq!(polls.swap(false, Ordering::Relaxed), count == 0, "packet {count}");
                count += 1;
                tokio::task::yield_now().await;
            }
            std::future::pending::<()>().await;
        };
        let other = poll_fn(|cx| {
            polls.store(true, Ordering::Relaxed);
            sleep.as_mut().poll(cx)
        });
        let send = async {
            tokio::task::yield_now().await;
            for packet in 0..100 {
                packets.send(packet).expect("a receiver");
                tokio::task::yield_now().await;
            }
            drop(packets);
        };
        let (main, other) = (pin!(main), pin!(other));
        let (ended, ()) = tokio::join!(beside(main, other), send);
        assert!(matches!(ended, Either::Right(())), "it was woken by its timer");
    }

    #[tokio::test(start_paused = true)]
    async fn the_other_one_is_polled_each_time_that_it_is_woken() {
        let (events, mut received) = mpsc::unbounded_channel();
        let other = async move { while received.recv().await.is_some_and(|event| event < 3) {} };
        let task = tokio::spawn(async move {
            let ended = beside(pin!(std::future::pending::<()>()), pin!(other)).await;
            assert!(matches!(ended, Either::Right(())));
        });
        for event in 0..4 {
            tokio::task::yield_now().await;
            events.send(event).expect("a receiver");
        }
        tokio::time::timeout(Duration::from_secs(1), task).await.expect("it is polled").expect("no panic");
    }

    #[tokio::test]
    async fn it_is_woken_wherever_its_task_has_gone() {
        let (stop, stopped) = oneshot::channel::<()>();
        let mut both = Box::pin(async { beside(pin!(std::future::pending::<()>()), pin!(stopped)).await });
        // Polled by one task, and then by another.
        assert!(both.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let elsewhere = tokio::spawn(async move { matches!(both.await, Either::Right(Ok(()))) });
        tokio::task::yield_now().await;
        stop.send(()).expect("a receiver");
        assert!(elsewhere.await.expect("no panic"));
    }
}
