//! A stream that goes on: the changes of one caller's orders, as they are made.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sekisho::clock::Clock;
use tokio::sync::watch;
use tonic::Status;

use crate::changes::Batch;
use crate::proto::FollowOrdersResponse;
use crate::store::Store;

/// How long before the guard would end the stream with an error it ends by itself, and without one. Where no more is
/// left at the beginning, it is the guard that ends it: a client that came again with the same token would else be sent
/// away again and again.
const SOONER: Duration = Duration::from_secs(5);

/// One call, between two of its messages.
#[derive(Debug)]
pub(crate) struct Follower {
    store: Arc<Store>,
    owner: String,
    /// Up to here the owner has been sent all changes, or they are in `waiting`.
    seen: u64,
    waiting: VecDeque<FollowOrdersResponse>,
    news: watch::Receiver<u64>,
    clock: Arc<dyn Clock>,
    /// By the clock's steady time.
    ends_at: Option<Duration>,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    GoingOn,
    /// It is next, after the changes that are waiting.
    LastMessage,
    Over,
}

impl Follower {
    /// # Errors
    /// `OUT_OF_RANGE`: changes after `after` are not known.
    pub(crate) fn new(
        store: Arc<Store>,
        owner: String,
        after: u64,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Status> {
        let news = store.news();
        let first = match after {
            0 => store.as_changes(&owner),
            _ => store.changes(&owner, after).ok_or_else(|| not_known(after))?,
        };
        let Batch { changes: waiting, seen } = first;
        Ok(Self { store, owner, seen, waiting, news, clock, ends_at: None, phase: Phase::GoingOn })
    }

    /// Ends before `time`, which is when the token is not accepted any more.
    pub(crate) fn ending_before(mut self, time: Option<SystemTime>) -> Self {
        let left = time.and_then(|time| time.duration_since(self.clock.now()).ok());
        let sooner = left.and_then(|left| left.checked_sub(SOONER)).filter(|sooner| !sooner.is_zero());
        self.ends_at = sooner.map(|sooner| self.clock.elapsed() + sooner);
        self
    }

    /// The next message. The last one has no change: it says from where to go on, however long ago the owner's last change
    /// was made.
    ///
    /// # Errors
    /// `OUT_OF_RANGE`: the client reads so slowly that changes have been forgotten meanwhile.
    pub(crate) async fn next(mut self) -> Result<Option<(FollowOrdersResponse, Self)>, Status> {
        loop {
            if let Some(change) = self.waiting.pop_front() {
                return Ok(Some((change, self)));
            }
            match self.phase {
                Phase::GoingOn => self.wait().await?,
                Phase::LastMessage => {
                    self.phase = Phase::Over;
                    let last = FollowOrdersResponse { number: self.seen, change: None };
                    return Ok(Some((last, self)));
                }
                Phase::Over => return Ok(None),
            }
        }
    }

    async fn wait(&mut self) -> Result<(), Status> {
        tokio::select! {
            biased;
            () = reached(&*self.clock, self.ends_at) => self.phase = Phase::LastMessage,
            () = later_than(self.seen, &mut self.news) => {}
        }
        self.read()
    }

    fn read(&mut self) -> Result<(), Status> {
        let batch = self.store.changes(&self.owner, self.seen).ok_or_else(|| not_known(self.seen))?;
        (self.waiting, self.seen) = (batch.changes, batch.seen);
        Ok(())
    }
}

fn not_known(after: u64) -> Status {
    Status::out_of_range(format!(
        "not all changes after {after} are known; begin with 0, which tells of every order that is there"
    ))
}

async fn later_than(seen: u64, news: &mut watch::Receiver<u64>) {
    // Never an error, since whoever waits holds the store.
    let _ = news.wait_for(|last| *last > seen).await;
}

async fn reached(clock: &dyn Clock, time: Option<Duration>) {
    let Some(time) = time else { return std::future::pending().await };
    while clock.elapsed() < time {
        clock.wait_until(time).await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use sekisho::testing::ManualClock;
    use tonic::Code;

    use super::*;

    fn place_and_delete(store: &Store, times: usize) {
        for _ in 0..times {
            let id = store.place("alice", "tea".to_owned(), SystemTime::UNIX_EPOCH.into()).expect("room");
            assert!(store.delete(Some("alice"), &id));
        }
    }

    fn follow(store: &Arc<Store>, after: u64) -> Result<Follower, Status> {
        Follower::new(Arc::clone(store), "alice".to_owned(), after, Arc::new(ManualClock::new()))
    }

    /// The next message, which is there already.
    fn next(follower: Follower) -> Result<(FollowOrdersResponse, Follower), Status> {
        let next = follower.next().now_or_never().expect("it need not be waited for");
        next.map(|next| next.expect("it goes on"))
    }

    #[test]
    fn a_client_that_was_away_for_too_long_begins_anew() {
        let store = Arc::<Store>::default();
        place_and_delete(&store, 1);
        follow(&store, 1).expect("the deletion is known");
        place_and_delete(&store, 5_001);
        assert_eq!(follow(&store, 1).expect_err("it is forgotten").code(), Code::OutOfRange);
        store.place("alice", "fan".to_owned(), SystemTime::UNIX_EPOCH.into()).expect("room");
        let (first, _) = next(follow(&store, 0).expect("all orders")).expect("an order");
        assert_eq!(first.number, 10_005);
    }

    #[test]
    fn a_client_that_reads_too_slowly_is_told_so_and_not_skipped_over() {
        let store = Arc::<Store>::default();
        let mut follower = follow(&store, 0).expect("no order yet");
        place_and_delete(&store, 1);
        let mut numbers = Vec::new();
        while numbers.len() < 2 {
            let (change, rest) = next(follower).expect("a change");
            numbers.push(change.number);
            follower = rest;
        }
        assert_eq!(numbers, [1, 2]);
        place_and_delete(&store, 5_001);
        assert_eq!(next(follower).expect_err("some are forgotten").code(), Code::OutOfRange);
    }
}
