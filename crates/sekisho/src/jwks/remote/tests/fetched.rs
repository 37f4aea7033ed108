//! Keys that were fetched before anybody asks for one.

use super::*;
use crate::jwks::{Algorithm, JwksFile};

/// A source that never answers.
struct Silent;

impl KeySource for Silent {
    fn issuer(&self) -> Arc<str> {
        "https://tenant.example/".into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        std::future::pending().await
    }
}

impl World {
    async fn fetched() -> Self {
        let (source, clock) = (Source::default(), Arc::new(ManualClock::new()));
        let keys = Keys::fetch(source.clone(), Schedule::default(), clock.clone()).await.expect("keys");
        Self { source, clock, keys }
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_were_fetched_are_held_at_once_and_fetched_again_when_it_is_due() {
    let world = World::fetched().await;
    assert!(world.keys.is_ready());
    assert!(matches!(world.keys.lookup(Some("held")), Lookup::Held(_)));
    world.seconds(299).await;
    assert_eq!(world.source.fetches(), 1);
    world.seconds(1).await;
    assert_eq!(world.source.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn keys_that_were_fetched_are_given_up_where_none_is_for_an_accepted_algorithm() {
    let world = World::fetched().await;
    world.keys.accept(&[Algorithm::EdDsa]);
    assert!(world.keys.is_ready());
    let world = World::fetched().await;
    world.keys.accept(&[Algorithm::Rs256]);
    assert!(!world.keys.is_ready());
}

#[tokio::test(start_paused = true)]
async fn where_no_keys_come_of_the_first_fetch_it_is_told_why_in_bounded_time() {
    let fetch = async |source: Source| {
        Keys::fetch(source, Schedule::default(), Arc::new(ManualClock::new())).await.map(|_| ())
    };
    let (down, panics) = (Source::default(), Source::default());
    down.down(true);
    panics.0.panics.store(true, Ordering::SeqCst);
    assert!(matches!(fetch(down).await, Err(FetchError::TimedOut { .. })));
    assert!(matches!(fetch(panics).await, Err(FetchError::Panicked)));
    let silent = Keys::fetch(Silent, Schedule::default(), Arc::new(ManualClock::new()));
    let silent = tokio::time::timeout(FETCH_TIMEOUT * 2, silent).await.expect("an end");
    assert!(matches!(silent, Err(FetchError::TimedOut { limit }) if limit == FETCH_TIMEOUT));
}

/// Who has another schedule, or other roots, has the keys that are held; they are as old as they were.
#[tokio::test(start_paused = true)]
async fn keys_that_are_held_are_held_on_where_they_are_fetched_otherwise() {
    let world = World::fetched().await;
    world.seconds(60).await;
    world.source.down(true);
    let shorter = Schedule { max_stale: Duration::from_secs(100), ..Schedule::default() };
    let keys = world.keys.fetched_from(world.source.clone(), shorter);
    assert!(keys.is_ready());
    assert!(matches!(keys.lookup(Some("held")), Lookup::Held(_)));
    world.seconds(1).await;
    assert!(world.source.fetches() > 1, "they are fetched at once");
    assert!(keys.is_ready(), "though in vain");
    world.seconds(40).await;
    assert!(!keys.is_ready(), "they are older than may be now");
    assert!(world.keys.is_ready(), "and no older than might be before");
    world.source.down(false);
    keys.refresh().await.expect("keys");
    assert!(keys.is_ready());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_held_on_that_is_of_another_issuer_or_for_no_accepted_algorithm() {
    let world = World::fetched().await;
    let schedule = Schedule::default();
    let other = JwksFile::new("https://other.example/", "/nowhere");
    assert!(!world.keys.fetched_from(other, schedule).is_ready());
    let alike = JwksFile::new("https://tenant.example", "/nowhere");
    let keys = world.keys.fetched_from(alike, schedule);
    assert!(keys.is_ready(), "a last slash makes it no other");
    keys.accept(&[Algorithm::Rs256]);
    assert!(!keys.is_ready());
    world.keys.accept(&[Algorithm::EdDsa]);
    assert!(world.keys.is_ready(), "of the one nothing is known by the other");
}

#[tokio::test]
async fn fixed_keys_are_not_fetched_from_elsewhere() {
    let fixed = Keys::fixed("https://tenant.example/", Source::default().fetch().await.expect("keys").set);
    let keys = fixed.fetched_from(Silent, Schedule::default());
    assert!(matches!(keys.lookup(Some("held")), Lookup::Held(_)));
    assert!(matches!(keys.lookup(Some("other")), Lookup::NotPublished));
}

/// As where a root or an address was not to be trusted any more.
#[tokio::test(start_paused = true)]
async fn keys_from_elsewhere_serve_until_the_first_fetch_is_over_whatever_it_brings() {
    let world = World::fetched().await;
    let moved = || Source::default();
    let schedule = Schedule::default();

    let silent = world.keys.held_until_fetched_from(Silent, schedule);
    assert!(matches!(silent.lookup(Some("held")), Lookup::Held(_)));
    tokio::time::sleep(FETCH_TIMEOUT.saturating_sub(Duration::from_millis(1))).await;
    assert!(silent.is_ready(), "its fetch is under way");
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert!(!silent.is_ready(), "it has failed");

    let down = moved();
    down.down(true);
    let keys = world.keys.held_until_fetched_from(down.clone(), schedule);
    assert!(keys.is_ready());
    assert!(keys.refresh().await.is_err());
    assert!(!keys.is_ready());
    down.down(false);
    keys.refresh().await.expect("keys");
    assert!(keys.is_ready(), "what it brings later counts");

    let before_it_is_over = world.keys.held_until_fetched_from(Silent, schedule);
    let keys = before_it_is_over.fetched_from(down.clone(), schedule);
    down.down(true);
    assert!(keys.is_ready());
    assert!(keys.refresh().await.is_err());
    assert!(!keys.is_ready(), "another schedule makes them no more trusted");

    let up = moved();
    let keys = world.keys.held_until_fetched_from(up.clone(), schedule);
    keys.refresh().await.expect("keys");
    up.down(true);
    assert!(keys.refresh().await.is_err());
    assert!(keys.is_ready(), "these are its own, and the last good ones serve on");
    assert!(world.keys.is_ready());
}
