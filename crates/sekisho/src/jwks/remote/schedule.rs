//! How often an issuer is asked.

use std::time::Duration;

/// When keys are fetched, and how long they serve. [`Duration::MAX`] is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// From a refresh that succeeded to the next; at least a tenth of a second.
    pub refresh: Duration,
    /// From a fetch that an unknown key caused to the next such fetch; and, apart from these, from one that a
    /// signature caused which did not verify to the next of its kind.
    pub cooldown: Duration,
    /// How long keys serve after the last refresh that succeeded.
    pub max_stale: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            refresh: Duration::from_secs(5 * 60),
            cooldown: Duration::from_secs(30),
            max_stale: Duration::from_secs(24 * 60 * 60),
        }
    }
}
