//! The calls of a connection, from hyper to their first poll.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use hyper::rt::Executor;
use tokio::task::coop::has_budget_remaining;
use tokio::time::Instant;

use super::super::resettable::Resettable;

/// How long calls are run in place, one after the other. Those that are left become tasks, which other threads can take.
pub(super) const TURN: Duration = Duration::from_micros(100);

/// How many calls become tasks at once after one that has taken longer than a turn: a handler that computes for long
/// keeps the other calls of its connection waiting once in as many.
pub(super) const AFTER_A_SLOW_ONE: usize = 1023;

/// How many calls are taken in at a time. hyper hands over more than it allows streams where a peer resets them at once.
pub(super) const MOST_TAKEN: usize = 256;

type Call = Resettable;

/// Takes in the calls of one connection, as hyper's executor.
#[derive(Clone, Default)]
pub(in super::super) struct Calls(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    /// While the connection is polled. Nobody would run what comes at another time, from a call that is a task.
    is_open: bool,
    calls: Vec<Call>,
}

impl Calls {
    pub(super) fn open(&self) -> Open<'_> {
        self.taken().is_open = true;
        Open(self)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While calls are taken in.
pub(super) struct Open<'a>(&'a Calls);

impl Open<'_> {
    /// Moves what was taken in to `calls`.
    pub(super) fn close(self, calls: &mut ToRun) {
        calls.calls.append(&mut self.0.taken().calls);
    }
}

/// Also where the connection has panicked: each call holds the executor, and would be held by it for ever.
impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut taken = self.0.taken();
        taken.is_open = false;
        let left = std::mem::take(&mut taken.calls);
        drop(taken);
        drop(left);
    }
}

impl<F> Executor<F> for Calls
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, call: F) {
        let mut taken = self.taken();
        if taken.is_open && taken.calls.len() < MOST_TAKEN {
            taken.calls.push(Resettable::new(Box::pin(call)));
        } else {
            drop(taken);
            tokio::spawn(Resettable::new(Box::pin(call)));
        }
    }
}

/// Calls that have not been polled.
#[derive(Default)]
pub(super) struct ToRun {
    calls: Vec<Call>,
    /// How many are yet to become tasks after a slow one.
    as_tasks: usize,
}

impl ToRun {
    /// Polls each once. A task goes on with what has to wait, and with what there is no time for. Whether any was polled.
    pub(super) fn run(&mut self) -> bool {
        if self.calls.is_empty() {
            return false;
        }
        let mut have_run = false;
        let begin = now();
        let mut last = begin;
        for call in self.calls.drain(..) {
            if self.as_tasks > 0 || last - begin > TURN || !has_budget_remaining() {
                self.as_tasks = self.as_tasks.saturating_sub(1);
                tokio::spawn(call);
                if self.as_tasks == 0 {
                    last = last.max(now());
                }
                continue;
            }
            have_run = true;
            poll_or_spawn(call);
            let before = std::mem::replace(&mut last, now());
            if last - before > TURN {
                self.as_tasks = AFTER_A_SLOW_ONE;
            }
        }
        have_run
    }
}

#[expect(clippy::disallowed_methods, reason = "the runtime's own, that a test stops and moves")]
fn now() -> Instant {
    Instant::now()
}

/// A panic ends its call alone, as that of a task does: the process's hook has told of it, and the call is dropped while
/// its thread panics, by which its request knows.
fn poll_or_spawn(mut call: Call) {
    let _ = catch_unwind(AssertUnwindSafe(move || {
        // Its task polls it once more, and is woken then.
        if Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            tokio::spawn(call);
        }
    }));
}
