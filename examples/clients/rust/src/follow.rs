//! Events of streams that take turns, since each of them ends with the token that it was opened with.

mod feed;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, OptionFuture};
use tokio::time::sleep;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::authorize::{Authorized, Credentials, no_token};
use crate::code_name;
use crate::proto::events::events_client::EventsClient;
use crate::proto::events::{Event, FollowRequest};
use crate::tokens::{PAUSE as TOKEN_PAUSE, Tokens};
use feed::{Feed, Turn};

/// The least that is waited for before a stream is opened after one that has ended; twice as much after each failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How often in a row the connection may fail.
const PATIENCE: u32 = 5;
/// How long a server may take to begin its answer.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// Shows the events of streams that take turns, each event once.
pub struct Follower {
    client: EventsClient<Authorized<Channel>>,
    /// None where the token is one that cannot be renewed.
    tokens: Option<Tokens>,
    renewal: Renewal,
    /// The number of the last event that was shown.
    last: u64,
    /// How often in a row a stream was refused that had brought nothing.
    refusals: u32,
    /// How often in a row there was no stream for other reasons.
    failures: u32,
}

/// When the next stream is opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Before the server ends a stream, as its head says.
    Before,
    /// After that, as it is with a server that does not say so.
    After,
}

type Opening = BoxFuture<'static, Result<Feed, Status>>;

impl Follower {
    /// Calls over a channel whose calls have these credentials.
    pub fn new(channel: Authorized<Channel>, credentials: &Credentials, renewal: Renewal) -> Self {
        let (tokens, renewal) = match credentials {
            Credentials::Renewed(tokens) => (Some(tokens.clone()), renewal),
            Credentials::Nothing | Credentials::Fixed(_) => (None, Renewal::After),
        };
        Self { client: EventsClient::new(channel), tokens, renewal, last: 0, refusals: 0, failures: 0 }
    }

    // snippet: begin
    /// Shows events until `show` breaks.
    ///
    /// # Errors
    /// What the last stream was refused with, or ended.
    pub async fn follow(mut self, mut show: impl FnMut(&Event) -> ControlFlow<()>) -> Result<(), Status> {
        let mut current: Option<Feed> = None;
        let mut next = Some(self.opening(Duration::ZERO, Duration::ZERO));
        loop {
            tokio::select! {
                Some(opened) = OptionFuture::from(next.as_mut()) => {
                    next = None;
                    match opened {
                        Ok(feed) => current = Some(self.replaced(current.take(), feed)),
                        Err(status) => {
                            let left = current.as_ref().map_or(Duration::ZERO, Feed::left);
                            match self.after(&status, false, current.is_none()) {
                                Ok(wait) => next = Some(self.opening(wait, left)),
                                Err(status) if current.is_none() => return Err(status),
                                Err(_) => {} // the stream that is there goes on to its end
                            }
                        }
                    }
                }
                Some(turn) = OptionFuture::from(current.as_mut().map(Feed::turn)) => match turn {
                    // There is time to fetch a token, and to open the next stream beside this one.
                    Turn::Expires(left) => next = Some(self.opening(Duration::ZERO, left)),
                    Turn::Event { event, is_first } => {
                        if self.is_new(&event, is_first) && show(&event).is_break() {
                            return Ok(());
                        }
                    }
                    Turn::End(status) => {
                        let stood = current.take().is_some_and(|feed| feed.stood());
                        let wait = self.after(&status, stood, next.is_none())?;
                        next = next.or_else(|| Some(self.opening(wait, Duration::ZERO)));
                    }
                },
            }
        }
    }

    /// A stream that was granted, instead of the one before.
    fn replaced(&mut self, before: Option<Feed>, mut feed: Feed) -> Feed {
        let Some(before) = before else { return feed };
        if before.stood() {
            (self.refusals, self.failures) = (0, 0);
        }
        if feed.ends_with(&before) {
            feed.is_not_renewed(); // the issuer has no other token yet: nothing is gained before the end
        }
        feed
    }

    /// Whether the stream before has not brought the event too.
    fn is_new(&mut self, event: &Event, is_first: bool) -> bool {
        if is_first {
            (self.refusals, self.failures) = (0, 0);
        }
        let last = self.last;
        self.last = last.max(event.number);
        event.number > last
    }

    /// How long to wait until a stream is opened after one that has ended so, or was refused; or that there is none.
    fn after(&mut self, status: &Status, stood: bool, alone: bool) -> Result<Duration, Status> {
        if stood {
            (self.refusals, self.failures) = (0, 0);
        }
        let again = match status.code() {
            // The channel has discarded the token. Another may do; but if it did not, a third one would not either.
            Code::Unauthenticated if stood => self.is_mended_by_another_token(status).then_some(PAUSE),
            Code::Unauthenticated => {
                self.refusals += 1;
                let mended = self.refusals < 2 && self.is_mended_by_another_token(status);
                mended.then_some(TOKEN_PAUSE * 2) // until then there is no other
            }
            Code::Unavailable | Code::Internal | Code::Unknown | Code::Cancelled => {
                self.failures = PATIENCE.min(self.failures + 1);
                (self.failures < PATIENCE || !alone).then_some(PAUSE * 2_u32.pow(self.failures - 1))
            }
            _ => None, // the server has understood, and would say the same again
        };
        let wait = again.map(jittered).ok_or_else(|| status.clone())?;
        let wait = wait.max(wanted_pause(status));
        eprintln!("again after {}: {} {}", self.last, code_name(status.code()), status.message());
        Ok(wait)
    }
    // snippet: end

    /// Whether it is the token that was refused, and not how it was sent.
    fn is_mended_by_another_token(&self, status: &Status) -> bool {
        let details = status.get_error_details();
        let info = details.error_info().filter(|info| info.domain == "sekisho");
        self.tokens.is_some()
            && info
                .is_some_and(|info| ["ACCESS_TOKEN_EXPIRED", "ACCESS_TOKEN_INVALID"].contains(&&*info.reason))
    }

    /// The next stream, after a while, with a token that lasts for longer than `left`.
    fn opening(&self, wait: Duration, left: Duration) -> Opening {
        let (mut client, tokens, renewal) = (self.client.clone(), self.tokens.clone(), self.renewal);
        let after = self.last;
        async move {
            sleep(wait).await;
            if let Some(tokens) = &tokens {
                tokens.lasting(left).await.map_err(|error| no_token(&error))?;
            }
            let call = client.follow(FollowRequest { after });
            let answer = tokio::time::timeout(HEAD_WITHIN, call).await;
            let answer = answer.map_err(|_| Status::unavailable("The server does not begin its answer"))?;
            Ok(Feed::granted(answer?, renewal))
        }
        .boxed()
    }
}

/// The server's own wish.
fn wanted_pause(status: &Status) -> Duration {
    let details = status.get_error_details();
    details.retry_info().and_then(|retry| retry.retry_delay).unwrap_or_default()
}

/// At least half of it: clients whose streams end together are not to come back together.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + fastrand::f64() / 2.0)
}
