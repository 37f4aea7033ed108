//! Signatures of many tokens that are not remembered, apart from the threads that serve calls.
//!
//! To verify one takes a hundred times as long as to find a token that is remembered. In a flood of tokens that are new,
//! or bad, every call would wait for those before it (docs/performance.md has figures). Alone, a token is verified where
//! its call is: handing it over costs half as much again as the rest of a call.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::oneshot;

use crate::authorizer::{Authorization, Authorizer, Verdict, authorization_of};

/// After a verification where its call is, others are handed over for so many times as long as it took: a tenth of a
/// thread's time is spent there, whatever the algorithm.
const PAUSES: u32 = 9;

/// How many wait at most. Further ones are verified where their calls are, whose peers then have to wait.
pub(super) const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce() + Send>;

/// The threads of one guard, which begin with the first token that is handed over. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Verifications(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// When one may be verified where its call is again, in nanoseconds of the authorizer's clock.
    here_from: AtomicU64,
    /// `None` where there can be no threads.
    queue: OnceLock<Option<SyncSender<Job>>>,
}

impl Verifications {
    /// Decides by `authorizer`, and has its work done elsewhere where there is much of it.
    pub(super) fn authorize(
        &self,
        authorizer: &Arc<Authorizer>,
        path: &str,
        metadata: &HeaderMap,
    ) -> Authorization {
        let (method, presented) = match authorizer.decide_at_once(path, metadata) {
            Ok(verdict) => return Authorization::Decided(verdict),
            Err(undecided) => undecided,
        };
        // Where none is remembered, there is nobody to be kept from waiting.
        if !authorizer.remembers_tokens() {
            return authorizer.decide(method, presented, metadata);
        }
        let begin = authorizer.elapsed();
        if nanoseconds(begin) < self.0.here_from.load(Ordering::Relaxed) {
            let elsewhere =
                authorizer.has_to_verify(presented).then(|| self.hand_over(authorizer, path, metadata));
            return match elsewhere.flatten() {
                // A key or a thread: the guard waits alike.
                Some(verdict) => Authorization::AwaitingKey(Box::pin(verdict)),
                None => authorizer.decide(method, presented, metadata),
            };
        }
        let decided = authorizer.decide(method, presented, metadata);
        let end = authorizer.elapsed();
        let here_from = end.saturating_add(end.saturating_sub(begin).saturating_mul(PAUSES));
        self.0.here_from.store(nanoseconds(here_from), Ordering::Relaxed);
        decided
    }

    /// `None` where the queue is full.
    fn hand_over(
        &self,
        authorizer: &Arc<Authorizer>,
        path: &str,
        metadata: &HeaderMap,
    ) -> Option<impl Future<Output = Verdict> + Send + use<>> {
        let (done, decided) = oneshot::channel();
        let (authorizer, path, metadata) =
            (Arc::clone(authorizer), path.to_owned(), authorization_of(metadata));
        let lost = authorizer.undecided(&path);
        self.run(Box::new(move || {
            // Nobody waits where the call has ended.
            if !done.is_closed() {
                let _ = done.send(authorizer.authorize(&path, &metadata));
            }
        }))
        .then_some(async move {
            match decided.await {
                Ok(Authorization::Decided(verdict)) => verdict,
                Ok(Authorization::AwaitingKey(verdict)) => verdict.await,
                // It panicked, which says nothing of the token.
                Err(_) => lost,
            }
        })
    }

    /// Whether it will be run.
    fn run(&self, job: Job) -> bool {
        let queue = self.0.queue.get_or_init(start);
        queue.as_ref().is_some_and(|queue| queue.try_send(job).is_ok())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A thread for each processor, so that calls and verifications each have their share of all. They end with the guard.
fn start() -> Option<SyncSender<Job>> {
    let (queue, jobs) = sync_channel(QUEUE);
    let jobs = Arc::new(Mutex::new(jobs));
    let count = thread::available_parallelism().map_or(1, usize::from);
    let started = (0..count).filter(|_| {
        let jobs = Arc::clone(&jobs);
        thread::Builder::new().name("verification".to_owned()).spawn(move || work(&jobs)).is_ok()
    });
    (started.count() > 0).then_some(queue)
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The process's hook tells of a panic; whoever waits for the job finds that it is gone.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

impl fmt::Debug for Verifications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifications")
    }
}

#[cfg(test)]
mod tests;
