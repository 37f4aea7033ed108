//! Keys that are fetched, and kept fresh beside the calls.
//!
//! One task fetches, so no two fetches are under way at once. Calls read what it published last; the
//! lock below is taken only for a key that is not held or a signature that does not verify, and never across a
//! fetch.

mod accepted;
mod refresher;
mod schedule;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

pub(super) use refresher::fetch_once;
pub use schedule::Schedule;

use super::lookups::{Ask, Lookups};
use super::source::{Fetched, KeySource};
use super::{
    Algorithm, HeldKeys, LeftOutKey, Lookup, NotFound, Standing, Unavailable, same_but_for_the_last_slash,
};
use crate::clock::Clock;
use accepted::Accepted;

/// Longest time that one fetch may take, discovery included, and so the longest that a call waits.
pub(super) const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// The handle; the task that fetches ends with it.
#[derive(Debug)]
pub(super) struct RemoteKeys {
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl Drop for RemoteKeys {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.stop();
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    /// As it was configured.
    issuer: Arc<str>,
    clock: Arc<dyn Clock>,
    schedule: Schedule,
    published: ArcSwapOption<Published>,
    lookups: Mutex<Lookups>,
    /// Taken before any other lock, and never by a call. Whoever publishes a set holds it since the set was judged. The
    /// set that is there before anybody has the handle needs no lock.
    accepted: Mutex<Accepted>,
    wake: Notify,
    ended: watch::Sender<Option<Arc<EndedFetch>>>,
    /// No fetch will end any more.
    is_stopped: AtomicBool,
    /// What is held is from elsewhere, and serves until the first fetch is over.
    is_on_trial: AtomicBool,
    next_refresh: Mutex<Duration>,
}

#[derive(Debug)]
struct Published {
    keys: Arc<HeldKeys>,
    refreshed_at: Duration,
}

/// A fetch that is over, for those who waited for it.
#[derive(Debug)]
struct EndedFetch {
    /// It is for the first so many that were asked for outright.
    requests: u64,
    error: Option<String>,
}

/// Fetches that are over.
#[cfg(feature = "server")]
pub(super) struct Ended(watch::Receiver<Option<Arc<EndedFetch>>>);

#[cfg(feature = "server")]
impl Ended {
    pub(super) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The issuer was given up.
            std::future::pending::<()>().await;
        }
    }
}

/// A fetch that was asked for did not bring keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the issuer's keys could not be refreshed: {reason}")]
pub struct RefreshFailed {
    reason: String,
}

impl RemoteKeys {
    /// With what was fetched already, if that is so; else the first fetch begins now.
    pub(super) fn start(
        source: Arc<impl KeySource>,
        first: Option<Fetched>,
        schedule: Schedule,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let shared = Shared::new(source.issuer(), schedule, clock);
        let left_out = first.map(|first| shared.begin_with(first));
        Self::run(shared, source, left_out)
    }

    /// With what is held here, as old as it is, where it is of the same issuer. The first fetch begins now; where it fails
    /// and `is_on_trial`, nothing is held any more. Keys that are on trial here stay so: to be held again is no fetch.
    pub(super) fn fetched_from(
        &self,
        source: Arc<impl KeySource>,
        schedule: Schedule,
        is_on_trial: bool,
    ) -> Arc<Self> {
        let shared = Shared::new(source.issuer(), schedule, Arc::clone(&self.shared.clock));
        if same_but_for_the_last_slash(&self.shared.issuer, &shared.issuer) {
            shared.published.store(self.shared.published.load_full());
            let is_on_trial = is_on_trial || self.shared.is_on_trial.load(Ordering::Relaxed);
            shared.is_on_trial.store(is_on_trial, Ordering::Relaxed);
        }
        Self::run(shared, source, None)
    }

    fn run(shared: Shared, source: Arc<impl KeySource>, left_out: Option<Vec<LeftOutKey>>) -> Arc<Self> {
        let shared = Arc::new(shared);
        let task = tokio::spawn(refresher::keep_fresh(Arc::clone(&shared), source, left_out)).abort_handle();
        Arc::new(Self { shared, task })
    }

    pub(super) fn lookup(&self, kid: Option<&str>) -> Lookup {
        let Some(held) = self.shared.held() else { return self.shared.no_keys() };
        match kid {
            Some(kid) if !held.set.knows(kid) => self.shared.ask_for(kid),
            _ => Lookup::Held(held),
        }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Waits for nothing: whoever sent the signature is refused meanwhile.
    pub(super) fn refresh_for_bad_signature(&self) {
        if self.shared.lookups().ask_for_bad_signature(self.shared.clock.elapsed()) {
            self.shared.wake.notify_one();
        }
    }

    pub(super) fn accept(&self, algorithms: &[Algorithm]) {
        self.shared.accept(algorithms);
    }

    pub(super) fn issuer(&self) -> &Arc<str> {
        &self.shared.issuer
    }

    pub(super) fn is_ready(&self) -> bool {
        self.shared.is_ready()
    }

    pub(super) fn had_keys(&self) -> bool {
        self.shared.published.load().is_some()
    }

    #[cfg(feature = "server")]
    pub(super) fn ended(&self) -> Ended {
        Ended(self.shared.ended.subscribe())
    }

    pub(super) async fn refresh(&self) -> Result<(), RefreshFailed> {
        let mut ended = self.shared.ended.subscribe();
        let request = self.shared.lookups().request();
        self.shared.wake.notify_one();
        let is_for_us =
            |fetch: &Option<Arc<EndedFetch>>| fetch.as_ref().is_some_and(|fetch| fetch.requests >= request);
        let stopped = |_| RefreshFailed { reason: "fetching has stopped".to_owned() };
        let fetch = ended.wait_for(is_for_us).await.map_err(stopped)?;
        match fetch.as_ref().and_then(|fetch| fetch.error.clone()) {
            Some(reason) => Err(RefreshFailed { reason }),
            None => Ok(()),
        }
    }
}

impl Shared {
    fn new(issuer: Arc<str>, schedule: Schedule, clock: Arc<dyn Clock>) -> Self {
        Self {
            issuer,
            next_refresh: Mutex::new(clock.elapsed()),
            clock,
            schedule,
            published: ArcSwapOption::empty(),
            lookups: Mutex::default(),
            accepted: Mutex::default(),
            wake: Notify::new(),
            ended: watch::Sender::new(None),
            is_stopped: AtomicBool::new(false),
            is_on_trial: AtomicBool::new(false),
        }
    }

    /// Whoever waits for a fetch is told that none will end.
    fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
        self.ended.send_modify(|_| {});
    }

    pub(super) fn is_ready(&self) -> bool {
        self.held().is_some()
    }

    /// It keeps nobody fetching: where that stops, keys become too old in time.
    pub(super) async fn readiness_other_than(&self, known: bool) {
        let mut ended = self.ended.subscribe();
        loop {
            // Before it is asked: keys that become too old after that do so within this time.
            let until_stale = self.until_stale();
            if self.is_ready() != known {
                return;
            }
            tokio::select! {
                _ = ended.changed() => {}
                // Keys also become too old with no fetch ending.
                () = tokio::time::sleep(until_stale) => {}
            }
        }
    }

    pub(super) fn standing_of(&self, seen: u64) -> Standing {
        let published = self.published.load();
        match published.as_ref().filter(|published| self.may_serve(published)) {
            Some(published) => Standing::of(seen, &published.keys),
            None => Standing::NoKeys,
        }
    }

    /// The keys that may serve now.
    fn held(&self) -> Option<Arc<HeldKeys>> {
        let published = self.published.load();
        let published = published.as_ref().filter(|published| self.may_serve(published))?;
        Some(Arc::clone(&published.keys))
    }

    fn may_serve(&self, published: &Published) -> bool {
        self.clock.elapsed().saturating_sub(published.refreshed_at) <= self.schedule.max_stale
    }

    fn until_stale(&self) -> Duration {
        let published = self.published.load();
        let stale_at = published.as_ref().map(|p| p.refreshed_at.saturating_add(self.schedule.max_stale));
        match stale_at.and_then(|at| at.checked_sub(self.clock.elapsed())) {
            Some(rest) => rest.max(Duration::from_millis(100)),
            None => Duration::from_secs(60 * 60),
        }
    }

    /// No call waits for the first keys: a fetch is under way or will be by itself.
    fn no_keys(&self) -> Lookup {
        let next = *lock(&self.next_refresh);
        unavailable(next.saturating_sub(self.clock.elapsed()))
    }

    fn ask_for(self: &Arc<Self>, kid: &str) -> Lookup {
        let ended = self.ended.subscribe();
        let asked = {
            let mut lookups = self.lookups();
            // A fetch may have brought it since it was looked up.
            if let Some(held) = self.held().filter(|held| held.set.knows(kid)) {
                return Lookup::Held(held);
            }
            lookups.ask(kid, self.clock.elapsed())
        };
        match asked {
            Ask::NotPublished { looked_for_at, rest } => not_found(looked_for_at, rest),
            Ask::Later(rest) => unavailable(rest),
            Ask::Wait => {
                self.wake.notify_one();
                Lookup::Pending(Box::pin(Arc::clone(self).wait_for(kid.into(), ended)))
            }
        }
    }

    async fn wait_for(
        self: Arc<Self>,
        kid: Box<str>,
        mut ended: watch::Receiver<Option<Arc<EndedFetch>>>,
    ) -> Lookup {
        let answer = async {
            while !self.is_stopped.load(Ordering::Acquire) && ended.changed().await.is_ok() {
                if let Some(answer) = self.answer(&kid) {
                    return answer;
                }
            }
            unavailable(Duration::ZERO)
        };
        tokio::time::timeout(FETCH_TIMEOUT, answer).await.unwrap_or_else(|_| unavailable(Duration::ZERO))
    }

    /// What is known of a key now that a fetch has ended; nothing, where the next one is yet to look for it.
    fn answer(&self, kid: &str) -> Option<Lookup> {
        match self.held() {
            Some(held) if held.set.knows(kid) => return Some(Lookup::Held(held)),
            Some(_) => {}
            None => return Some(self.no_keys()),
        }
        match self.lookups().outcome(kid, self.clock.elapsed()) {
            Ask::NotPublished { looked_for_at, rest } => Some(not_found(looked_for_at, rest)),
            Ask::Later(rest) => Some(unavailable(rest)),
            Ask::Wait => None,
        }
    }

    fn lookups(&self) -> MutexGuard<'_, Lookups> {
        lock(&self.lookups)
    }
}

/// A panic elsewhere leaves plain sets and numbers behind, which are safe to go on with.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unavailable(retry_after: Duration) -> Lookup {
    Lookup::Unavailable(Unavailable { retry_after: not_at_once(retry_after) })
}

fn not_found(looked_for_at: SystemTime, retry_after: Duration) -> Lookup {
    Lookup::NotFound(NotFound { looked_for_at, retry_after: not_at_once(retry_after) })
}

/// Nobody is told to ask again at once: the answer would be the same.
fn not_at_once(retry_after: Duration) -> Duration {
    if retry_after.is_zero() { Duration::from_secs(1) } else { retry_after }
}

#[cfg(test)]
mod tests;
