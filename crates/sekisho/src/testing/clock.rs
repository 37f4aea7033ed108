//! A clock that stands still until it is moved.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use crate::clock::{Clock, Wait};

/// Starts on 15 January 2027, 08:00:00 UTC.
#[derive(Debug, Default)]
pub struct ManualClock {
    elapsed: watch::Sender<Duration>,
}

impl ManualClock {
    const START: Duration = Duration::from_secs(1_800_000_000);

    /// A clock that stands at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves it on, which wakes whoever waits for a time that has come by it: streams whose token has expired end.
    pub fn advance(&self, by: Duration) {
        self.elapsed.send_modify(|elapsed| *elapsed += by);
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
        *self.elapsed.borrow()
    }

    fn wait_until(&self, elapsed: Duration) -> Wait {
        let mut time = self.elapsed.subscribe();
        Box::pin(async move {
            if time.wait_for(|now| *now >= elapsed).await.is_err() {
                // The clock is gone, and stands still.
                std::future::pending::<()>().await;
            }
        })
    }
}
