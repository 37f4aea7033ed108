//! Which stream ends when.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use super::End;
use super::open::OpenStream;
use super::reset_due::Grace;

/// How many streams are looked at with the lock held. Whoever opens another one waits meanwhile.
const BATCH: usize = 256;

/// How often the calendar is looked at, which may be set.
const LOOK: Duration = Duration::from_secs(1);

/// Streams, by their ends. No stream is dropped while this is locked, since that takes the lock.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) is_watched: bool,
    by_calendar: BTreeMap<(SystemTime, u64), Weak<OpenStream>>,
    by_deadline: BTreeMap<(Duration, u64), Weak<OpenStream>>,
    by_end_of_grace: BTreeMap<(Duration, u64), (Weak<OpenStream>, Arc<Grace>)>,
    /// Until when the thread waits, if nothing changes.
    waits_until: Option<Duration>,
}

/// What is to be done.
pub(super) enum Due {
    End(Arc<OpenStream>, End),
    /// Where it is still there.
    GiveUp(Option<Arc<OpenStream>>, Arc<Grace>),
}

impl Ends {
    /// Whether it is due before whoever watches looks again.
    pub(super) fn add(&mut self, stream: &Arc<OpenStream>, elapsed: Duration, now: SystemTime) -> bool {
        let mut is_before = false;
        if let Some(at) = stream.grant.stream_ends_at() {
            self.by_calendar.insert((at, stream.id), Arc::downgrade(stream));
            is_before |= self.is_before(until(at, now).saturating_add(elapsed));
        }
        if let Some(at) = stream.deadline {
            self.by_deadline.insert((at, stream.id), Arc::downgrade(stream));
            is_before |= self.is_before(at);
        }
        is_before
    }

    /// The same of what is left of a stream.
    pub(super) fn give_up_at(&mut self, stream: &Arc<OpenStream>, at: Duration) -> bool {
        let left = (Arc::downgrade(stream), Arc::clone(&stream.grace));
        self.by_end_of_grace.insert((at, stream.id), left);
        self.is_before(at)
    }

    pub(super) fn remove(&mut self, stream: &OpenStream) {
        if let Some(at) = stream.grant.stream_ends_at() {
            self.by_calendar.remove(&(at, stream.id));
        }
        if let Some(at) = stream.deadline {
            self.by_deadline.remove(&(at, stream.id));
        }
    }

    /// The first one to say so is told it: by then, whoever watches has been woken.
    fn is_before(&mut self, at: Duration) -> bool {
        let is_before = self.waits_until.is_none_or(|until| at < until);
        if is_before {
            self.waits_until = Some(at);
        }
        is_before
    }

    /// Until when there is nothing to do, by the steady time.
    pub(super) fn wait(&mut self, elapsed: Duration, now: SystemTime) -> Option<Duration> {
        self.waits_until = self.next(elapsed, now);
        self.waits_until
    }

    pub(super) fn take_due(&mut self, elapsed: Duration, now: SystemTime) -> Vec<Due> {
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
            && let Some(first) = self.by_deadline.first_entry().filter(|first| first.key().0 <= elapsed)
        {
            due.extend(first.remove().upgrade().map(|stream| Due::End(stream, End::DeadlineExceeded)));
        }
        while due.len() < BATCH
            && let Some(first) = self.by_end_of_grace.first_entry().filter(|first| first.key().0 <= elapsed)
        {
            let (stream, grace) = first.remove();
            due.push(Due::GiveUp(stream.upgrade(), grace));
        }
        due
    }

    fn next(&self, elapsed: Duration, now: SystemTime) -> Option<Duration> {
        let calendar =
            self.by_calendar.first_key_value().map(|((at, _), _)| until(*at, now).saturating_add(elapsed));
        let deadline = self.by_deadline.first_key_value().map(|((at, _), _)| *at);
        let grace = self.by_end_of_grace.first_key_value().map(|((at, _), _)| *at);
        calendar.into_iter().chain(deadline).chain(grace).min()
    }

    pub(super) fn give_over(&mut self) -> Vec<Arc<OpenStream>> {
        self.is_watched = false;
        let all = self.by_calendar.values().chain(self.by_deadline.values());
        all.filter_map(Weak::upgrade).collect()
    }

    /// Streams of tokens, and which the last one was.
    pub(super) fn batch(
        &self,
        from: Bound<(SystemTime, u64)>,
    ) -> (Vec<Arc<OpenStream>>, Option<(SystemTime, u64)>) {
        let entries = self.by_calendar.range((from, Bound::Unbounded)).take(BATCH);
        let mut last = None;
        let streams = entries.filter_map(|(key, stream)| {
            last = Some(*key);
            stream.upgrade()
        });
        (streams.collect(), last)
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
