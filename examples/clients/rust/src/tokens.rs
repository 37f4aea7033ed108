//! An access token that is kept, and renewed before it expires.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::HeaderValue;

use crate::issuer::{ClientCredentials, FetchError};

/// How long before its end a token is renewed; of one that lives short, a fifth of its life.
const MARGIN: Duration = Duration::from_secs(30);
/// Between two tries to renew a token that still holds.
const PAUSE: Duration = Duration::from_secs(5);

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
}

struct Held {
    authorization: HeaderValue,
    renew_at: Instant,
    expires_at: Instant,
}

/// One request to the issuer, for everybody who waits for it.
type Fetch = Shared<BoxFuture<'static, Result<HeaderValue, Arc<FetchError>>>>;

impl Tokens {
    pub fn new(client: ClientCredentials, clock: Clock) -> Self {
        Self(Arc::new(Inner { client, clock, state: Mutex::default() }))
    }

    /// What to send. A token that is soon to expire is renewed beside the call, which goes on with it; a call
    /// waits only where there is none.
    ///
    /// # Errors
    /// [`FetchError`], the same for all who waited for that fetch.
    pub async fn authorization(&self) -> Result<HeaderValue, Arc<FetchError>> {
        let fetch = {
            let mut state = self.state();
            let now = (self.0.clock)();
            let held = state.held.as_ref().filter(|held| now < held.expires_at);
            match held.map(|held| (held.authorization.clone(), now < held.renew_at)) {
                Some((authorization, true)) => return Ok(authorization),
                Some((authorization, false)) => {
                    self.fetching(&mut state);
                    return Ok(authorization);
                }
                None => self.fetching(&mut state).clone(),
            }
        };
        fetch.await
    }

    /// The next call is to have another token than `sent`, which was turned away.
    pub fn discard(&self, sent: &HeaderValue) {
        // Of calls that were turned away together, a later one must not discard what the first has had fetched.
        self.state().held.take_if(|held| held.authorization == sent);
    }

    /// The fetch that is under way, or a new one.
    fn fetching<'a>(&self, state: &'a mut State) -> &'a Fetch {
        state.fetch.get_or_insert_with(|| {
            let this = self.clone();
            // A task of its own: a caller who gives up waiting does not end it for the others.
            let task = tokio::spawn(async move { this.fetch().await });
            task.map(|ended| ended.unwrap_or_else(|error| Err(Arc::new(error.into())))).boxed().shared()
        })
    }

    async fn fetch(&self) -> Result<HeaderValue, Arc<FetchError>> {
        // Its life is counted from before it was asked for, and so never too long.
        let asked_at = (self.0.clock)();
        let fetched = self.0.client.fetch().await;
        let mut state = self.state();
        state.fetch = None;
        match fetched {
            Ok((authorization, lifetime)) => {
                let expires_at = asked_at + lifetime;
                let renew_at = asked_at + lifetime.saturating_sub(MARGIN.min(lifetime / 5));
                state.held = Some(Held { authorization: authorization.clone(), renew_at, expires_at });
                Ok(authorization)
            }
            Err(error) => {
                if let Some(held) = &mut state.held {
                    held.renew_at = (self.0.clock)() + PAUSE;
                }
                Err(Arc::new(error))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
