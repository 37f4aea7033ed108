//! What tokens may be signed with, and whether a set has a key for any of it.

use super::{Shared, lock};
use crate::jwks::source::FetchError;
use crate::jwks::{Algorithm, KeySet};

/// The algorithms that are accepted by whoever shares the keys; nothing until somebody says so.
#[derive(Debug, Default)]
pub(super) struct Accepted(Option<Vec<Algorithm>>);

impl Accepted {
    fn add(&mut self, algorithms: &[Algorithm]) {
        let accepted = self.0.get_or_insert_default();
        accepted.extend(algorithms);
        accepted.sort_unstable();
        accepted.dedup();
    }

    /// # Errors
    /// [`FetchError::NoAcceptedKey`]: no token can be verified with it.
    pub(super) fn judge(&self, set: &KeySet) -> Result<(), FetchError> {
        let Some(accepted) = &self.0 else { return Ok(()) };
        if accepted.iter().any(|algorithm| set.has_key_for(*algorithm)) {
            return Ok(());
        }
        let found = Algorithm::ALL.into_iter().filter(|algorithm| set.has_key_for(*algorithm)).collect();
        Err(FetchError::NoAcceptedKey { keys: set.len(), accepted: accepted.clone(), found })
    }
}

impl Shared {
    /// What is published already was not judged by it, and no refresh may be due for long.
    pub(super) fn accept(&self, algorithms: &[Algorithm]) {
        let mut accepted = lock(&self.accepted);
        accepted.add(algorithms);
        let published = self.published.load_full();
        if published.is_some_and(|published| accepted.judge(&published.keys.set).is_err()) {
            self.published.store(None);
            self.lookups().request();
            self.wake.notify_one();
            // Whoever watches for readiness looks again.
            self.ended.send_modify(|_| {});
        }
    }
}
