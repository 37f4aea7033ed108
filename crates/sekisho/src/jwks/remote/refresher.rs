//! The task that fetches: when, and what becomes of what it brings.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::{EndedFetch, FETCH_TIMEOUT, Published, Shared, lock};
use crate::excerpt;
use crate::jwks::lookups::Cause;
use crate::jwks::source::{FetchError, Fetched, KeySource};
use crate::jwks::{HeldKeys, LeftOutKey};

/// First and longest pause after a refresh that failed; it doubles in between.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// Shortest pause between two fetches that nobody gave reason for, whatever the schedule says.
const LEAST_PAUSE: Duration = Duration::from_millis(100);

/// Fetches for as long as it is let. `left_out` is of what was fetched before this began, if anything was.
pub(super) async fn keep_fresh(
    shared: Arc<Shared>,
    source: Arc<impl KeySource>,
    left_out: Option<Vec<LeftOutKey>>,
) {
    let mut failures = 0_u32;
    if left_out.is_some() {
        shared.until_next_fetch().await;
    }
    let mut left_out = left_out.unwrap_or_default();
    loop {
        let is_due = *lock(&shared.next_refresh) <= shared.clock.elapsed();
        let cause = shared.lookups().begin(shared.clock.now());
        let fetched = fetch_once(&source).await;
        shared.conclude(&cause, is_due, fetched, &mut failures, &mut left_out);
        shared.until_next_fetch().await;
    }
}

/// In a task of its own, so that a source that panics fails one fetch and not all that would follow. The set
/// ends the task with this future.
pub(in crate::jwks) async fn fetch_once<S: KeySource>(source: &Arc<S>) -> Result<Fetched, FetchError> {
    let source = Arc::clone(source);
    let mut fetch = JoinSet::new();
    fetch.spawn(async move { source.fetch().await });
    match tokio::time::timeout(FETCH_TIMEOUT, fetch.join_next()).await {
        Ok(Some(Ok(fetched))) => fetched,
        Ok(_) => Err(FetchError::Panicked),
        Err(_) => Err(FetchError::TimedOut { limit: FETCH_TIMEOUT }),
    }
}

fn pause_after(failures: u32, refresh: Duration) -> Duration {
    let pause = match failures {
        0 => refresh,
        _ => RETRY.0.saturating_mul(1 << (failures - 1).min(16)).min(RETRY.1).min(refresh),
    };
    pause.max(LEAST_PAUSE)
}

impl Shared {
    /// Holds what was fetched before there was a task. Nobody has said yet which algorithms are accepted; who does has
    /// it judged.
    pub(super) fn begin_with(&self, first: Fetched) -> Vec<LeftOutKey> {
        let mut left_out = Vec::new();
        report_left_out(&first, &mut left_out);
        self.publish(first);
        *lock(&self.next_refresh) =
            self.clock.elapsed().saturating_add(pause_after(0, self.schedule.refresh));
        left_out
    }

    /// Judges what was fetched, settles when the next refresh is due, and goes on with what is held from now on.
    fn conclude(
        &self,
        cause: &Cause,
        is_due: bool,
        fetched: Result<Fetched, FetchError>,
        failures: &mut u32,
        left_out: &mut Vec<LeftOutKey>,
    ) {
        // Until it is published: nobody says meanwhile that other algorithms are accepted.
        let accepted = lock(&self.accepted);
        let fetched = fetched.and_then(|fetched| accepted.judge(&fetched.set).map(|()| fetched));
        // What strangers make us fetch does not change when we fetch by ourselves, unless it brought keys.
        if fetched.is_ok() || is_due || !cause.is_of_tokens() {
            *failures = if fetched.is_ok() { 0 } else { *failures + 1 };
            let pause = pause_after(*failures, self.schedule.refresh);
            *lock(&self.next_refresh) = self.clock.elapsed().saturating_add(pause);
        }
        self.end(cause, fetched, left_out);
    }

    fn end(&self, cause: &Cause, fetched: Result<Fetched, FetchError>, left_out: &mut Vec<LeftOutKey>) {
        let before = self.held();
        let error = match fetched {
            Ok(fetched) => {
                report_left_out(&fetched, left_out);
                self.is_on_trial.store(false, Ordering::Relaxed);
                self.publish(fetched);
                None
            }
            Err(error) => {
                // Not every error says where it came from, and there may be several issuers.
                let (issuer, error) = (excerpt::name(&self.issuer), excerpt::message(&error));
                if self.is_on_trial.swap(false, Ordering::Relaxed) {
                    self.published.store(None);
                }
                tracing::warn!(
                    issuer = &*issuer,
                    error,
                    keys_held = self.is_ready(),
                    "the issuer's keys could not be fetched"
                );
                Some(error)
            }
        };
        self.settle(cause, error.is_none(), before.as_deref());
        self.ended.send_replace(Some(Arc::new(EndedFetch { requests: cause.requests, error })));
    }

    /// What is known of unknown keys from now on. Those that are gone come last: the end of a fetch for an unknown
    /// key starts a cooldown anew, and with it what is remembered while it runs.
    fn settle(&self, cause: &Cause, succeeded: bool, before: Option<&HeldKeys>) {
        let now = self.held();
        let knows = |kid: &str| now.as_ref().is_some_and(|held| held.set.knows(kid));
        let mut lookups = self.lookups();
        lookups.end(cause, succeeded, knows, self.clock.elapsed(), self.schedule.cooldown);
        if let (Some(before), true) = (before, succeeded) {
            let gone = before.set.kids().filter(|kid| !knows(kid)).map(Into::into);
            lookups.withdraw(gone, cause.began_at);
        }
    }

    fn publish(&self, fetched: Fetched) {
        let before = self.published.load_full();
        let set = match &before {
            Some(before) => fetched.set.keeping_keys_of(&before.keys.set),
            None => fetched.set,
        };
        let fresh = HeldKeys { issuer: fetched.issuer, set: Arc::new(set) };
        // The same keys keep their identity.
        let same = before.filter(|before| *before.keys == fresh).map(|before| Arc::clone(&before.keys));
        let keys = same.unwrap_or_else(|| {
            let issuer = excerpt::name(&fresh.issuer);
            tracing::info!(issuer = &*issuer, keys = fresh.set.len(), "the issuer's keys are held");
            Arc::new(fresh)
        });
        self.published.store(Some(Arc::new(Published { keys, refreshed_at: self.clock.elapsed() })));
    }

    /// Until a refresh is due, or somebody gives reason for one before.
    async fn until_next_fetch(&self) {
        let due = *lock(&self.next_refresh);
        let due = tokio::time::sleep(due.saturating_sub(self.clock.elapsed()));
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = &mut due => return,
                // The reason may be gone: what it asked for came with the fetch before.
                () = self.wake.notified() => if self.lookups().want_fetch() { return },
            }
        }
    }
}

/// Says once, and again only when it changes, which keys are not used.
fn report_left_out(fetched: &Fetched, before: &mut Vec<LeftOutKey>) {
    if *before != fetched.left_out {
        let issuer = excerpt::name(&fetched.issuer);
        for key in &fetched.left_out {
            let kid = key.kid.as_deref().map(excerpt::name);
            let (kid, reason) = (kid.as_deref(), excerpt::message(&key.reason));
            tracing::warn!(
                issuer = &*issuer,
                key = key.index + 1,
                kid,
                reason,
                "a published key is not used"
            );
        }
        before.clone_from(&fetched.left_out);
    }
}
