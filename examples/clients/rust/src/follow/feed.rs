//! One stream of events, until the server ends it.

use std::mem;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, pending};
use tokio::time::sleep;
use tonic::metadata::MetadataMap;
use tonic::{Response, Status, Streaming};

use super::{PAUSE, Renewal};
use crate::proto::events::Event;

/// How long before its end a stream is followed by the next, at least; of one that ends soon, a fifth of its time.
const MARGIN: Duration = Duration::from_secs(30);

/// A stream that was granted.
pub(super) struct Feed {
    events: Streaming<Event>,
    granted: Instant,
    /// When the server ends it.
    ends: Option<Instant>,
    /// Some time before that.
    expires: BoxFuture<'static, ()>,
    brought: bool,
}

/// What comes of a stream.
pub(super) enum Turn {
    /// The server ends it in so long.
    Expires(Duration),
    Event {
        event: Event,
        is_first: bool,
    },
    End(Status),
}

impl Feed {
    pub(super) fn granted(answer: Response<Streaming<Event>>, renewal: Renewal) -> Self {
        let ends_in = ends_in(answer.metadata()).filter(|_| renewal == Renewal::Before);
        let granted = Instant::now();
        Self {
            granted,
            ends: ends_in.map(|time| granted + time),
            expires: ends_in.map_or_else(|| pending().boxed(), |time| sleep(before_the_end(time)).boxed()),
            events: answer.into_inner(),
            brought: false,
        }
    }

    pub(super) async fn turn(&mut self) -> Turn {
        tokio::select! {
            () = &mut self.expires => {
                self.is_not_renewed(); // it is told once
                Turn::Expires(self.left())
            }
            answer = self.events.message() => match answer {
                Ok(Some(event)) => {
                    let is_first = !mem::replace(&mut self.brought, true);
                    Turn::Event { event, is_first }
                }
                Ok(None) => Turn::End(Status::unavailable("The server has ended the stream")),
                Err(status) => Turn::End(status),
            },
        }
    }

    /// It is not told when it expires.
    pub(super) fn is_not_renewed(&mut self) {
        self.expires = pending().boxed();
    }

    pub(super) fn left(&self) -> Duration {
        self.ends.map_or(Duration::ZERO, |ends| ends.saturating_duration_since(Instant::now()))
    }

    /// Whether it ends no later than this one; what is told of the end is in whole seconds.
    pub(super) fn ends_with(&self, before: &Self) -> bool {
        matches!((self.ends, before.ends), (Some(this), Some(other)) if this <= other + Duration::from_secs(1))
    }

    /// Whether it was more than a refusal.
    pub(super) fn stood(&self) -> bool {
        self.brought || self.granted.elapsed() > PAUSE
    }
}

/// What the head of an answer says of its end.
fn ends_in(head: &MetadataMap) -> Option<Duration> {
    let seconds = head.get("sekisho-expires-in")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// When to open the next stream. Not all clients at once, and not at once in any case.
fn before_the_end(ends_in: Duration) -> Duration {
    let margin = MARGIN.min(ends_in / 5);
    PAUSE.max(ends_in.saturating_sub(margin.mul_f64(1.0 + fastrand::f64())))
}
