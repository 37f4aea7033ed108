//! Who watches over streams: what ends when, and the thread that ends it.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use tokio::runtime;
use tokio::sync::Notify;

use super::ends::{Due, Ends};
use super::open::OpenStream;
use super::{End, Shared, Watched};
use crate::authorizer::KeyChanges;
use crate::clock::{Clock, Wait};

/// How many streams that end one after the other are dropped before the statuses of the first are written.
const TOGETHER: usize = 1 << 14;

/// Ends what is over, in a thread that begins with the first stream.
#[derive(Default)]
pub(super) struct Watch {
    ids: AtomicU64,
    ends: Mutex<Ends>,
    change: Arc<Notify>,
}

impl Watch {
    pub(super) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Has somebody watch, if nobody does.
    pub(super) fn start(&self, shared: &Arc<Shared>) -> io::Result<()> {
        let mut ends = self.ends();
        if !ends.is_watched {
            let (watched, change) = (Arc::downgrade(shared), Arc::clone(&self.change));
            let changes = shared.authorizer.key_changes();
            let run = move || {
                // Of the clock's, if it is a panic: the process's hook has told of it.
                let ended = catch_unwind(AssertUnwindSafe(|| run(&watched, &change, changes)));
                if !matches!(ended, Ok(Ok(()))) {
                    watched.upgrade().inspect(|shared| shared.end_all());
                }
            };
            thread::Builder::new().name("streams".to_owned()).spawn(run)?;
            ends.is_watched = true;
        }
        Ok(())
    }

    pub(super) fn add(&self, stream: &Arc<OpenStream>, clock: &dyn Clock) {
        // The steady time first: what is waited for is then no later than it should be.
        let (elapsed, now) = (clock.elapsed(), clock.now());
        if self.ends().add(stream, elapsed, now) {
            self.change.notify_one();
        }
    }

    pub(super) fn give_up_at(&self, stream: &Arc<OpenStream>, at: Duration) {
        if self.ends().give_up_at(stream, at) {
            self.change.notify_one();
        }
    }

    pub(super) fn remove(&self, stream: &OpenStream) {
        self.ends().remove(stream);
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Ends what is over. When there will be something to do again, by the steady time.
    fn end_what_is_over(&self) -> Option<Duration> {
        let mut ended = Vec::new();
        loop {
            let clock = self.authorizer.clock_in_use();
            let (elapsed, now) = (clock.elapsed(), clock.now());
            let due = {
                let mut ends = self.watch.ends();
                let due = ends.take_due(elapsed, now);
                if due.is_empty() {
                    return ends.wait(elapsed, now);
                }
                due
            };
            if ended.len() >= TOGETHER {
                ended.clear();
            }
            for due in due {
                match due {
                    Due::End(stream, end) => ended.extend(stream.end(end)),
                    Due::GiveUp(stream, grace) => {
                        // It was told before.
                        ended.clear();
                        grace.end();
                        stream.inspect(OpenStream::give_up);
                    }
                }
            }
        }
    }

    /// Ends the streams of withdrawn keys.
    fn end_what_is_withdrawn(&self) {
        let mut ended = Vec::new();
        self.for_each(|stream| {
            if ended.len() >= TOGETHER {
                ended.clear();
            }
            if self.authorizer.has_withdrawn_key_of(&stream.grant) {
                ended.extend(stream.end(End::KeyWithdrawn));
            }
        });
    }

    /// Nobody watches any more: no stream may go on for that.
    fn end_all(&self) {
        // Not those that begin from now on: somebody watches over them.
        let left = self.watch.ends().give_over();
        let ended: Vec<_> = left.iter().filter_map(|stream| stream.end(End::Unwatched)).collect();
        drop(ended);
    }

    fn for_each(&self, mut act: impl FnMut(&Arc<OpenStream>)) {
        let mut from = Bound::Unbounded;
        loop {
            let (streams, last) = self.watch.ends().batch(from);
            let Some(last) = last else { return };
            streams.iter().for_each(&mut act);
            from = Bound::Excluded(last);
        }
    }
}

/// The runtime is made here: to drop one is not for whoever serves calls, and so it would be if there were no thread.
fn run(shared: &Watched, change: &Notify, changes: KeyChanges) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(watch(shared, change, changes));
    Ok(())
}

/// For as long as there is a guard, or a stream that it let in.
async fn watch(shared: &Watched, change: &Notify, mut changes: KeyChanges) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let next = strong.end_what_is_over();
        let wait = next.map(|at| strong.authorizer.clock_in_use().wait_until(at));
        drop(strong);
        let key_change = tokio::select! {
            () = change.notified() => None,
            () = wait_or_for_ever(wait) => None,
            others_are_trusted = changes.next() => Some(others_are_trusted),
        };
        if let (Some(others_are_trusted), Some(strong)) = (key_change, shared.upgrade()) {
            if others_are_trusted {
                // Before keys are looked at: those that change afterwards are told of.
                changes = strong.authorizer.key_changes();
            }
            strong.end_what_is_withdrawn();
        }
    }
}

async fn wait_or_for_ever(wait: Option<Wait>) {
    match wait {
        Some(wait) => wait.await,
        None => std::future::pending().await,
    }
}

/// The thread has nobody left to watch for.
impl Drop for Watch {
    fn drop(&mut self) {
        self.change.notify_one();
    }
}
