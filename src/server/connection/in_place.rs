//! Calls that wait for nothing are answered in place: by the task of their connection.
//!
//! hyper has each call run as a task of its own. That task is allocated and queued, and wakes the task of the connection
//! once its answer is there: in all as much work as a handler that knows its answer. So each call is polled once by the
//! connection's task, after hyper has taken in all that has come, and becomes a task of its own where it has to wait. The
//! answers to what one read has brought then go out in one write.

mod calls;
mod yields;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;
use pin_project_lite::pin_project;

pub(super) use calls::Calls;
use calls::ToRun;
use yields::Yields;

/// How often a connection is polled at most, before the other tasks have their turn.
const MOST_POLLS: usize = 4;

pin_project! {
    /// A connection, with the calls that it hands to [`Calls`].
    pub(super) struct InPlace<C> {
        #[pin]
        connection: C,
        calls: Calls,
        to_run: ToRun,
        yields: Yields,
        woken: Arc<Woken>,
        waker: Waker,
    }
}

impl<C> InPlace<C> {
    /// `connection` has to hand its calls to `calls`, and to no other executor.
    pub(super) fn new(connection: C, calls: Calls) -> Self {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        Self { connection, calls, to_run: ToRun::default(), yields: Yields::default(), woken, waker }
    }

    pub(super) fn connection(self: Pin<&mut Self>) -> Pin<&mut C> {
        self.project().connection
    }
}

impl<C: Future> Future for InPlace<C> {
    type Output = C::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<C::Output> {
        let mut this = self.project();
        this.woken.task.register(cx.waker());
        this.yields.begin_turn();
        for _ in 0..MOST_POLLS {
            this.woken.begin_poll();
            let open = this.calls.open();
            let polled = this.connection.as_mut().poll(&mut Context::from_waker(this.waker));
            open.close(this.to_run);
            let have_run = this.to_run.run();
            if polled.is_ready() {
                return polled;
            }
            if !this.woken.end_poll() {
                return Poll::Pending;
            }
            // Answers are there, to be written at once or after what other connections have to do.
            if !have_run || this.yields.is_worth_it() {
                break;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

const POLLED: u8 = 1;
const WOKEN: u8 = 2;

/// Wakes the task of the connection. While that polls the connection, it is noted only: an answer that is given in place
/// needs no further turn of the task.
#[derive(Default)]
struct Woken {
    state: AtomicU8,
    task: AtomicWaker,
}

impl Woken {
    fn begin_poll(&self) {
        self.state.store(POLLED, Ordering::Release);
    }

    /// Whether it was woken meanwhile.
    fn end_poll(&self) -> bool {
        self.state.swap(0, Ordering::AcqRel) & WOKEN != 0
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.fetch_or(WOKEN, Ordering::AcqRel) & POLLED == 0 {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests;
