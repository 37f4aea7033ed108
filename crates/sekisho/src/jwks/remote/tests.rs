//! When a source is asked, and what is said meanwhile. The runtime's clock stands still (`start_paused`) and is moved
//! by `seconds`; nothing really waits.

mod accepted;
mod fetched;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::jwks::{FetchError, Fetched, KeySet, Keys};
use crate::testing::ManualClock;

/// An issuer that publishes one key, for as long as it is up.
#[derive(Clone, Default)]
struct Source(Arc<Script>);

#[derive(Default)]
struct Script {
    fetches: AtomicUsize,
    is_down: AtomicBool,
    panics: AtomicBool,
}

impl Source {
    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }

    fn down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::SeqCst);
    }
}

impl KeySource for Source {
    fn issuer(&self) -> Arc<str> {
        "https://tenant.example/".into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        self.0.fetches.fetch_add(1, Ordering::SeqCst);
        assert!(!self.0.panics.swap(false, Ordering::SeqCst), "a source with a fault");
        if self.0.is_down.load(Ordering::SeqCst) {
            return Err(FetchError::TimedOut { limit: Duration::ZERO });
        }
        let json = br#"{"keys": [
            {"kty": "OKP", "crv": "Ed25519", "kid": "held", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "crv": "X25519", "kid": "other use", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        ]}"#;
        let (set, left_out) = KeySet::parse(json).expect("a set");
        Ok(Fetched { issuer: self.issuer(), set, left_out })
    }
}

/// Keys that are held, and all that one may want to move.
struct World {
    source: Source,
    clock: Arc<ManualClock>,
    keys: Keys,
}

impl World {
    async fn start() -> Self {
        Self::scheduled(Schedule::default()).await
    }

    async fn scheduled(schedule: Schedule) -> Self {
        let (source, clock) = (Source::default(), Arc::new(ManualClock::new()));
        clock.advance(Duration::from_secs(1));
        let keys = Keys::remote(source.clone(), schedule, clock.clone());
        let ready = tokio::time::timeout(Duration::from_secs(1), keys.readiness_other_than(false)).await;
        assert!(ready.is_ok(), "{schedule:?}");
        Self { source, clock, keys }
    }

    /// A token did not verify with the keys that are held.
    fn bad_signature(&self, kid: Option<&str>) {
        let Lookup::Held(held) = self.keys.lookup(kid) else { panic!("it is held") };
        self.keys.refresh_for_bad_signature(&held, kid);
    }

    /// Lets time pass by both clocks, a second at a time, so that whatever is due is done.
    async fn seconds(&self, seconds: u64) {
        let half = Duration::from_millis(500);
        for _ in 0..seconds {
            tokio::time::sleep(half).await;
            self.clock.advance(2 * half);
            tokio::time::sleep(half).await;
        }
        // Timers end on the next millisecond.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    async fn look_for(&self, kid: &str) -> Lookup {
        match self.keys.lookup(Some(kid)) {
            Lookup::Pending(answer) => answer.await,
            known => known,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_fails_one_fetch_and_not_all() {
    let world = World::start().await;
    world.source.0.panics.store(true, Ordering::SeqCst);
    assert!(world.keys.refresh().await.is_err());
    assert_eq!(world.keys.refresh().await, Ok(()));
    assert!(world.keys.is_ready());
}

#[tokio::test(start_paused = true)]
async fn no_schedule_stops_the_fetching_or_makes_it_spin() {
    for interval in [Duration::MAX, Duration::ZERO] {
        let schedule = Schedule { refresh: interval, cooldown: interval, max_stale: Duration::MAX };
        let world = World::scheduled(schedule).await;
        assert!(matches!(world.look_for("unknown").await, Lookup::NotFound(_)), "{interval:?}");
        world.keys.refresh().await.expect("keys");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let fetches = world.source.fetches();
        assert!((3..=20).contains(&fetches), "{interval:?}: {fetches}");
    }
}

#[tokio::test(start_paused = true)]
async fn bad_signatures_cost_one_fetch_a_cooldown() {
    let world = World::start().await;
    for second in 0..61 {
        for kid in [Some("held"), None] {
            world.bad_signature(kid);
        }
        world.seconds(1).await;
        assert_eq!(world.source.fetches(), 2 + second / 30, "second {second}");
    }
}

#[tokio::test(start_paused = true)]
async fn bad_signatures_and_unknown_keys_each_have_a_cooldown_of_their_own() {
    let world = World::start().await;
    let _ = world.look_for("junk").await;
    assert_eq!(world.source.fetches(), 2);
    world.seconds(10).await;
    world.bad_signature(Some("held"));
    world.seconds(1).await;
    assert_eq!(world.source.fetches(), 3, "it does not await the cooldown of unknown keys");
    let Lookup::Unavailable(unavailable) = world.look_for("unseen").await else { panic!("not looked for") };
    assert_eq!(unavailable.retry_after, Duration::from_secs(19), "nor starts it anew");
    world.seconds(19).await;
    assert!(matches!(world.look_for("unseen").await, Lookup::NotFound(_)), "nor is awaited by it");
    assert_eq!(world.source.fetches(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_published_for_something_else_is_no_reason_for_a_fetch() {
    let world = World::start().await;
    world.bad_signature(Some("other use"));
    world.seconds(1).await;
    assert_eq!(world.source.fetches(), 1);
    world.bad_signature(Some("held"));
    world.seconds(1).await;
    assert_eq!(world.source.fetches(), 2);
}

/// A fetch that strangers caused and that failed leaves the next of our own where it was: it neither comes sooner nor
/// later, nor does it count among the failures.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_strangers_caused_in_vain_changes_no_schedule() {
    for name in ["a bad signature", "an unknown key"] {
        let world = World::start().await;
        world.source.down(true);
        match name {
            "a bad signature" => world.bad_signature(Some("held")),
            _ => drop(world.keys.lookup(Some("junk"))),
        }
        world.seconds(299).await;
        assert_eq!(world.source.fetches(), 2, "{name}");
        world.seconds(1).await;
        assert_eq!(world.source.fetches(), 3, "{name}: ours is due");
        // Our own failures: pauses of one second, then two.
        world.seconds(1).await;
        assert_eq!(world.source.fetches(), 4, "{name}");
        world.seconds(1).await;
        assert_eq!(world.source.fetches(), 4, "{name}");
        world.source.down(false);
        world.seconds(1).await;
        assert_eq!(world.source.fetches(), 5, "{name}");
        world.seconds(299).await;
        assert_eq!(world.source.fetches(), 5, "{name}: it succeeded");
    }
}

/// What is due is ours, whoever asked at the same time.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_was_due_and_failed_is_not_made_twice() {
    let world = World::start().await;
    world.source.down(true);
    world.seconds(299).await;
    world.clock.advance(Duration::from_secs(1));
    world.bad_signature(Some("held"));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(world.source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_found_is_told_with_the_start_of_the_fetch() {
    let world = World::start().await;
    world.seconds(10).await;
    let began_at = world.clock.time();
    let first = world.look_for("junk").await;
    let expected = NotFound { looked_for_at: began_at, retry_after: Duration::from_secs(30) };
    assert!(matches!(first, Lookup::NotFound(found) if found == expected), "{first:?}");
    world.seconds(10).await;
    let again = world.look_for("junk").await;
    let expected = NotFound { looked_for_at: began_at, retry_after: Duration::from_secs(20) };
    assert!(matches!(again, Lookup::NotFound(found) if found == expected), "{again:?}");
}
