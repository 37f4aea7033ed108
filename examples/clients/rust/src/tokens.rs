//! An access token that is kept, and renewed before it expires.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::HeaderValue;
use tokio::task::AbortHandle;

use crate::issuer::{ClientCredentials, FetchError};

/// How long before its end a token is renewed; of one that lives short, a fifth of its life.
const MARGIN: Duration = Duration::from_secs(30);
/// From the beginning of a fetch until there may be another: issuers meter them, and neither their failure nor a
/// token that the server turns away is mended by asking again at once. A token is sent for as long at least, unless
/// it lives so short that half of its life is less.
pub const PAUSE: Duration = Duration::from_secs(5);

/// What time it is. Tests bring one that they move.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The token of one client, shared by all that clone this.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    client: ClientCredentials,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    fetch: Option<Fetch>,
    /// Of the last token that was fetched; none before the first, and after a failure.
    lifetime: Option<Duration>,
}

struct Held {
    authorization: HeaderValue,
    renew_at: Instant,
    expires_at: Instant,
}

/// One request to the issuer.
struct Fetch {
    /// For everybody who waits for it, or comes soon after.
    answer: Answer,
    task: AbortHandle,
    begun_at: Instant,
}

type Answer = Shared<BoxFuture<'static, Result<HeaderValue, Arc<FetchError>>>>;

impl Tokens {
    pub fn new(client: ClientCredentials, clock: Clock) -> Self {
        Self(Arc::new(Inner { client, clock, state: Mutex::default() }))
    }

    /// What to send. A token that is soon to expire is renewed beside the call, which goes on with it; a call
    /// waits only where there is none.
    ///
    /// # Errors
    /// [`FetchError`], the same for all who waited for that fetch, and until there may be another.
    pub async fn authorization(&self) -> Result<HeaderValue, Arc<FetchError>> {
        let answer = {
            let mut state = self.state();
            let now = (self.0.clock)();
            let held = state.held.as_ref().filter(|held| now < held.expires_at);
            match held.map(|held| (held.authorization.clone(), now < held.renew_at)) {
                Some((authorization, true)) => return Ok(authorization),
                Some((authorization, false)) => {
                    self.fetching(&mut state, now);
                    return Ok(authorization);
                }
                None => self.fetching(&mut state, now).clone(),
            }
        };
        answer.await
    }

    /// Has a token held that lasts for longer than that: the one that is held, or the next. Calls go on with the one
    /// that is held meanwhile.
    ///
    /// # Errors
    /// As for [`Self::authorization`].
    pub async fn lasting(&self, longer_than: Duration) -> Result<(), Arc<FetchError>> {
        let answer = {
            let mut state = self.state();
            let now = (self.0.clock)();
            if state.held.as_ref().is_some_and(|held| now + longer_than < held.expires_at) {
                return Ok(());
            }
            self.fetching(&mut state, now).clone()
        };
        answer.await.map(drop)
    }

    /// `sent` was turned away: another token is to follow it, as soon as there may be a fetch.
    pub fn discard(&self, sent: &HeaderValue) {
        // Of calls that were turned away together, a later one must not discard what the first has had fetched.
        self.state().held.take_if(|held| held.authorization == sent);
    }

    /// What the fetch answers that is under way; the last one, where it is too early for another; or a new one.
    fn fetching<'a>(&self, state: &'a mut State, now: Instant) -> &'a Answer {
        let pause = state.lifetime.map_or(PAUSE, |lifetime| PAUSE.min(lifetime / 2));
        state.fetch.take_if(|fetch| fetch.task.is_finished() && now >= fetch.begun_at + pause);
        let fetch = state.fetch.get_or_insert_with(|| {
            let this = self.clone();
            // A task of its own: a caller who gives up waiting does not end it for the others.
            let task = tokio::spawn(async move { this.renew(now).await });
            let handle = task.abort_handle();
            let answer = task.map(|ended| ended.unwrap_or_else(|error| Err(Arc::new(error.into()))));
            Fetch { answer: answer.boxed().shared(), task: handle, begun_at: now }
        });
        &fetch.answer
    }

    /// The life of the token is counted from before it was asked for, and so never too long.
    async fn renew(&self, asked_at: Instant) -> Result<HeaderValue, Arc<FetchError>> {
        let fetched = self.0.client.fetch().await;
        self.state().lifetime = fetched.as_ref().ok().map(|(_, lifetime)| *lifetime);
        let (authorization, lifetime) = fetched?;
        let expires_at = asked_at + lifetime;
        let renew_at = asked_at + lifetime.saturating_sub(MARGIN.min(lifetime / 5));
        self.state().held = Some(Held { authorization: authorization.clone(), renew_at, expires_at });
        Ok(authorization)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
