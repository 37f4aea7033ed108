//! Time as a parameter: whatever compares against "now" asks a [`Clock`].

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// Until a time has come.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What time it is, twice: by the calendar for claims, and steadily for intervals.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of the calendar, which may jump.
    fn now(&self) -> SystemTime;

    /// Time since a moment of the clock's choosing. It never goes backwards.
    fn elapsed(&self) -> Duration;

    /// Waits until [`Clock::elapsed`] has come to `elapsed`; it may end too early, and whoever waits looks again. As
    /// given here, it waits by the time of the operating system: a clock that goes at another pace has a way of its own.
    ///
    /// # Panics
    /// As given here, outside of a tokio runtime with its timer.
    fn wait_until(&self, elapsed: Duration) -> Wait {
        Box::pin(tokio::time::sleep(elapsed.saturating_sub(self.elapsed())))
    }
}

/// The clock of the operating system.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] counts from now.
    pub fn new() -> Self {
        Self { start: ambient_instant() }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the ambient clock is read")]
fn ambient_instant() -> Instant {
    Instant::now()
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the ambient clock is read")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
