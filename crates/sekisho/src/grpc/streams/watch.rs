//! Who watches over streams: what ends when, and the thread that ends it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};
use std::{io, thread};

use tokio::runtime;
use tokio::sync::Notify;

use super::open::OpenStream;
use super::{End, Shared, Watched};
use crate::clock::{Clock, Wait};
use crate::jwks::Fetches;

/// How many streams are looked at with the lock held. Whoever opens another one waits meanwhile.
const BATCH: usize = 256;

/// How many streams that end one after the other are dropped before the statuses of the first are written.
const TOGETHER: usize = 1 << 14;

/// How often the calendar is looked at, which may be set.
const LOOK: Duration = Duration::from_secs(1);

/// Ends what is over, in a thread that begins with the first stream.
#[derive(Default)]
pub(super) struct Watch {
    ids: AtomicU64,
    ends: Mutex<Ends>,
    change: Arc<Notify>,
}

/// Which stream ends when. No stream is dropped while this is locked, since that takes the lock.
#[derive(Default)]
struct Ends {
    is_watched: bool,
    by_calendar: BTreeMap<(SystemTime, u64), Weak<OpenStream>>,
    by_steady_time: BTreeMap<(Duration, Event, u64), Weak<OpenStream>>,
    /// Until when the thread waits, if nothing changes.
    waits_until: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Deadline,
    GiveUp,
}

enum Due {
    End(Arc<OpenStream>, End),
    GiveUp(Arc<OpenStream>),
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
            let fetches = shared.authorizer.fetches();
            let run = move || {
                // Of the clock's, if it is a panic: the process's hook has told of it.
                let ended = catch_unwind(AssertUnwindSafe(|| run(&watched, &change, fetches)));
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
        let mut ends = self.ends();
        if let Some(at) = stream.grant.stream_ends_at() {
            ends.by_calendar.insert((at, stream.id), Arc::downgrade(stream));
            self.wake_before(&mut ends, until(at, now).saturating_add(elapsed));
        }
        if let Some(at) = stream.deadline {
            ends.by_steady_time.insert((at, Event::Deadline, stream.id), Arc::downgrade(stream));
            self.wake_before(&mut ends, at);
        }
    }

    pub(super) fn give_up_at(&self, stream: &Arc<OpenStream>, at: Duration) {
        let mut ends = self.ends();
        ends.by_steady_time.insert((at, Event::GiveUp, stream.id), Arc::downgrade(stream));
        self.wake_before(&mut ends, at);
    }

    pub(super) fn remove(&self, stream: &OpenStream) {
        let mut ends = self.ends();
        if let Some(at) = stream.grant.stream_ends_at() {
            ends.by_calendar.remove(&(at, stream.id));
        }
        if let Some(at) = stream.deadline {
            ends.by_steady_time.remove(&(at, Event::Deadline, stream.id));
        }
    }

    fn wake_before(&self, ends: &mut Ends, at: Duration) {
        if ends.waits_until.is_none_or(|until| at < until) {
            ends.waits_until = Some(at);
            self.change.notify_one();
        }
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long it is until the calendar has to be looked at.
fn until(at: SystemTime, now: SystemTime) -> Duration {
    at.duration_since(now).unwrap_or_default().min(LOOK)
}

/// Whether the deadline of a stream passed before something else that is `late` by so much.
fn passed_before(stream: &OpenStream, elapsed: Duration, late: Duration) -> bool {
    stream.deadline.and_then(|at| elapsed.checked_sub(at)).is_some_and(|passed| passed > late)
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
                    ends.waits_until = ends.next(elapsed, now);
                    return ends.waits_until;
                }
                due
            };
            if ended.len() >= TOGETHER {
                ended.clear();
            }
            for due in due {
                match due {
                    Due::End(stream, end) => ended.extend(stream.end(end)),
                    Due::GiveUp(stream) => stream.give_up(),
                }
            }
        }
    }

    /// Ends the streams of withdrawn keys.
    fn end_what_is_withdrawn(&self) {
        let mut ended = Vec::new();
        self.for_each(|stream| {
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

impl Ends {
    fn take_due(&mut self, elapsed: Duration, now: SystemTime) -> Vec<Due> {
        let mut due = Vec::new();
        while due.len() < BATCH
            && let Some(first) = self.by_calendar.first_entry().filter(|first| first.key().0 <= now)
        {
            let late = now.duration_since(first.key().0).unwrap_or_default();
            due.extend(first.remove().upgrade().map(|stream| {
                let end =
                    if passed_before(&stream, elapsed, late) { End::DeadlineExceeded } else { End::Expired };
                Due::End(stream, end)
            }));
        }
        while due.len() < BATCH
            && let Some(first) = self.by_steady_time.first_entry().filter(|first| first.key().0 <= elapsed)
        {
            let event = first.key().1;
            due.extend(first.remove().upgrade().map(|stream| match event {
                Event::Deadline => Due::End(stream, End::DeadlineExceeded),
                Event::GiveUp => Due::GiveUp(stream),
            }));
        }
        due
    }

    fn next(&self, elapsed: Duration, now: SystemTime) -> Option<Duration> {
        let calendar =
            self.by_calendar.first_key_value().map(|((at, _), _)| until(*at, now).saturating_add(elapsed));
        let steady = self.by_steady_time.first_key_value().map(|((at, ..), _)| *at);
        calendar.into_iter().chain(steady).min()
    }

    fn give_over(&mut self) -> Vec<Arc<OpenStream>> {
        self.is_watched = false;
        let all = self.by_calendar.values().chain(self.by_steady_time.values());
        all.filter_map(Weak::upgrade).collect()
    }

    /// Streams of tokens, and which the last one was.
    fn batch(&self, from: Bound<(SystemTime, u64)>) -> (Vec<Arc<OpenStream>>, Option<(SystemTime, u64)>) {
        let entries = self.by_calendar.range((from, Bound::Unbounded)).take(BATCH);
        let mut last = None;
        let streams = entries.filter_map(|(key, stream)| {
            last = Some(*key);
            stream.upgrade()
        });
        (streams.collect(), last)
    }
}

/// The runtime is made here: to drop one is not for whoever serves calls, and so it would be if there were no thread.
fn run(shared: &Watched, change: &Notify, fetches: Fetches) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(watch(shared, change, fetches));
    Ok(())
}

/// For as long as there is a guard, or a stream that it let in.
async fn watch(shared: &Watched, change: &Notify, mut fetches: Fetches) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let next = strong.end_what_is_over();
        let wait = next.map(|at| strong.authorizer.clock_in_use().wait_until(at));
        drop(strong);
        let is_fetched = tokio::select! {
            () = change.notified() => false,
            () = wait_or_for_ever(wait) => false,
            () = fetches.next() => true,
        };
        if is_fetched && let Some(strong) = shared.upgrade() {
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
