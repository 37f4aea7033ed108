//! Events that are followed: a new one each tenth of a second, with a number that is the marker to go on from. What is
//! different for some callers is said by the token's subject, so that every client can ask for it without a word.

use std::future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use sekisho::grpc::RequestExt as _;
use tokio::sync::watch;
use tokio::time::{self, MissedTickBehavior};
use tonic::{Request, Response, Status};

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, reason = "generated")]
mod proto {
    tonic::include_proto!("events.v1");
}

use super::tell_open;
use proto::events_server::{self, EventsServer};
use proto::{Event, FollowRequest};

/// How long it takes until there is another event.
const PERIOD: Duration = Duration::from_millis(100);
/// And in a busy stream.
const SHORT_PERIOD: Duration = Duration::from_millis(5);
/// How many events are kept.
const KEPT: u64 = 10_000;

/// The events of this process, the same for every call, from its first one on.
pub(super) fn server() -> EventsServer<Events> {
    let (newest, events) = watch::channel(0);
    tokio::spawn(async move {
        let mut ticks = time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while newest.receiver_count() > 0 {
            ticks.tick().await;
            newest.send_modify(|number| *number += 1);
        }
    });
    EventsServer::new(Events { newest: events })
}

/// What an event says follows from its number, so that the number of the newest is all that has to be kept.
pub(super) struct Events {
    newest: watch::Receiver<u64>,
}

#[tonic::async_trait]
impl events_server::Events for Events {
    type FollowStream = Pin<Box<dyn Stream<Item = Result<Event, Status>> + Send>>;

    /// The subject `idle` gets one event and no other, `busy` one each few milliseconds, `late` not even a head.
    ///
    /// # Errors
    /// `OUT_OF_RANGE` where events after the marker are no longer kept, or the marker is of another process.
    async fn follow(&self, request: Request<FollowRequest>) -> Result<Response<Self::FollowStream>, Status> {
        let after = request.get_ref().after;
        let subject = request.grant()?.subject();
        Ok(Response::new(match subject {
            Some("idle") => Box::pin(stream::iter([Ok(event(after + 1))]).chain(idle())),
            Some("busy") => Box::pin(busy(after, event)),
            Some("late") => {
                tell_open();
                future::pending().await
            }
            _ => {
                let newest = self.newest.clone();
                let first = first_after(after, kept(*newest.borrow()))?;
                Box::pin(stream::unfold((first, newest), next))
            }
        }))
    }
}

/// The event of that number, once there is one.
async fn next(
    (number, mut newest): (u64, watch::Receiver<u64>),
) -> Option<(Result<Event, Status>, (u64, watch::Receiver<u64>))> {
    let now = *newest.wait_for(|newest| number <= *newest).await.ok()?;
    // Whoever reads so slowly misses no event unnoticed.
    let event = if kept(now).contains(&number) {
        Ok(event(number))
    } else {
        Err(no_longer_kept(number, *kept(now).start()))
    };
    Some((event, (number + 1, newest)))
}

fn idle<T>() -> impl Stream<Item = T> {
    stream::once(async {
        tell_open();
        future::pending().await
    })
}

/// A message each few milliseconds.
pub(super) fn busy<T>(after: u64, message: fn(u64) -> T) -> impl Stream<Item = Result<T, Status>> {
    stream::unfold(after + 1, move |number| async move {
        // After two it is clear that there are many.
        if number == after + 3 {
            tell_open();
        }
        time::sleep(SHORT_PERIOD).await;
        Some((Ok(message(number)), number + 1))
    })
}

fn event(number: u64) -> Event {
    Event { number, text: format!("event {number}") }
}

fn kept(newest: u64) -> RangeInclusive<u64> {
    newest.saturating_sub(KEPT - 1).max(1)..=newest
}

/// The number of the first event to be sent to a client that has the event `after`; all of them where that is 0.
fn first_after(after: u64, kept: RangeInclusive<u64>) -> Result<u64, Status> {
    let (oldest, newest) = kept.into_inner();
    match after {
        0 => Ok(oldest),
        after if after > newest => Err(Status::out_of_range(format!("There is no event {after} yet"))),
        after if after + 1 < oldest => Err(no_longer_kept(after + 1, oldest)),
        after => Ok(after + 1),
    }
}

fn no_longer_kept(number: u64, oldest: u64) -> Status {
    Status::out_of_range(format!("Event {number} is no longer kept; the oldest is {oldest}"))
}
