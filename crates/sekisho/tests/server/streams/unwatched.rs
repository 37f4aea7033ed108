//! A clock that breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use sekisho::clock::Clock;
use sekisho::testing::ManualClock;
use tonic::Code;

use super::{SECOND, TO_THE_END, World, expired, in_time, reason, trailers};

/// Breaks while it is waited for.
#[derive(Debug)]
struct Broken {
    clock: ManualClock,
    is_broken: AtomicBool,
}

impl Clock for Broken {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn wait_until(&self, elapsed: Duration) -> sekisho::clock::Wait {
        let is_broken = self.is_broken.swap(false, Ordering::SeqCst);
        assert!(!is_broken, "the clock breaks, and this is its message");
        self.clock.wait_until(elapsed)
    }
}

#[tokio::test]
async fn a_stream_that_nobody_watches_over_ends() {
    let broken = Arc::new(Broken { clock: ManualClock::new(), is_broken: AtomicBool::new(false) });
    let clock = Arc::clone(&broken);
    let mut world = World::with_clock(Arc::new(ManualClock::new()), |services| services.clock(clock));
    let call = world.call("Exchange", None);
    let entered = world.entered().await;
    broken.is_broken.store(true, Ordering::SeqCst);
    broken.clock.advance(SECOND);
    let unavailable = (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE".to_owned());
    assert_eq!(reason(in_time(call).await.expect("no panic").headers()), unavailable);
    in_time(entered.dropped).await.expect_err("its future is gone");
    // Somebody watches over the next one.
    let (sent, _, answer) = world.answered("Exchange", None).await;
    broken.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut answer.into_body()).await, expired());
    sent.dropped().await;
}
