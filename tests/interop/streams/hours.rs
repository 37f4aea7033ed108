//! A clock by which an hour passes whenever a test says so, and by which streams may end late: no test then has to have its
//! streams open, or its next one, in time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use sekisho::clock::{Clock, SystemClock, Wait};
use tokio::signal::unix::{SignalKind, signal};

const HOUR: Duration = Duration::from_secs(3600);

/// The system's clock, put forward by an hour for each SIGUSR1.
#[derive(Debug, Default)]
pub(super) struct Hours {
    system: SystemClock,
    passed: AtomicU32,
    /// By how much later it wakes whoever waits for a time, as the thread that ends streams does.
    late: Duration,
}

impl Hours {
    /// # Errors
    /// The signal cannot be waited for.
    pub(super) fn by_signal(late: Duration) -> io::Result<Arc<Self>> {
        let mut signals = signal(SignalKind::user_defined1())?;
        let hours = Arc::new(Self { late, ..Self::default() });
        let ours = Arc::clone(&hours);
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                ours.passed.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(hours)
    }
}

impl Clock for Hours {
    fn now(&self) -> SystemTime {
        self.system.now() + self.passed.load(Ordering::Relaxed) * HOUR
    }

    fn elapsed(&self) -> Duration {
        self.system.elapsed()
    }

    fn wait_until(&self, elapsed: Duration) -> Wait {
        self.system.wait_until(elapsed + self.late)
    }
}
