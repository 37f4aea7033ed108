//! A clock that stands still until it is moved.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::clock::Clock;

/// Starts on 15 January 2027, 08:00:00 UTC.
#[derive(Debug, Default)]
pub struct ManualClock {
    elapsed: Mutex<Duration>,
}

impl ManualClock {
    const START: Duration = Duration::from_secs(1_800_000_000);

    /// A clock that stands at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    /// What it shows.
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::START + self.elapsed()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.time()
    }

    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
