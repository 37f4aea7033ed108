//! An issuer that publishes what a test says, when the test says so.

use std::sync::Mutex;

use tokio::sync::watch;

use super::*;
use crate::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};

/// All clones are the one issuer.
#[derive(Clone)]
pub(super) struct Source {
    name: Arc<str>,
    /// Down with nothing.
    published: Arc<Mutex<Option<String>>>,
    is_held: watch::Sender<bool>,
    asked: watch::Sender<usize>,
}

impl Source {
    pub(super) fn new(name: &str, published: Option<String>) -> Self {
        Self {
            name: name.into(),
            published: Arc::new(Mutex::new(published)),
            is_held: watch::Sender::new(false),
            asked: watch::Sender::new(0),
        }
    }

    pub(super) fn publish(&self, jwks: Option<String>) {
        *self.published.lock().expect("a lock") = jwks;
    }

    /// Whoever asks from now on waits until it is let go.
    pub(super) fn hold(&self, is_held: bool) {
        self.is_held.send_replace(is_held);
    }

    pub(super) async fn was_asked(&self, times: usize) {
        let mut asked = self.asked.subscribe();
        let is_asked = asked.wait_for(|asked| *asked >= times);
        tokio::time::timeout(Duration::from_secs(60), is_asked).await.expect("in time").expect("it is there");
    }

    /// Waits until nobody fetches from it any more.
    pub(super) async fn is_given_up(&self) {
        // The task that fetches has one; `self` another.
        let given_up = async {
            while Arc::strong_count(&self.published) > 1 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), given_up).await.expect("in time");
    }

    /// Its keys, once the first fetch is over.
    pub(super) async fn keys(&self, clock: &Arc<ManualClock>) -> Keys {
        let keys = Keys::remote(self.clone(), Schedule::default(), clock.clone());
        let _ = keys.refresh().await;
        keys
    }
}

impl KeySource for Source {
    fn issuer(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        self.asked.send_modify(|asked| *asked += 1);
        self.is_held.subscribe().wait_for(|is_held| !is_held).await.expect("it is there");
        let jwks = self.published.lock().expect("a lock").clone();
        let jwks = jwks.ok_or(FetchError::TimedOut { limit: Duration::ZERO })?;
        let (set, left_out) = KeySet::parse(jwks.as_bytes()).expect("a set");
        Ok(Fetched { issuer: self.issuer(), set, left_out })
    }
}
