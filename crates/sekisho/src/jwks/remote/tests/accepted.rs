//! Sets that are of no use, for want of a key that is for an accepted algorithm. The source has one for `EdDSA`.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_set_that_came_before_it_was_said_what_is_accepted_is_given_up() {
    let world = World::start().await;
    let became_unready = tokio::spawn({
        let keys = world.keys.clone();
        async move { tokio::time::timeout(Duration::from_secs(1), keys.readiness_other_than(true)).await }
    });
    tokio::task::yield_now().await;
    world.keys.accept(&[Algorithm::Rs256]);
    assert!(!world.keys.is_ready());
    assert!(matches!(world.keys.lookup(Some("held")), Lookup::Unavailable(_)));
    assert!(became_unready.await.expect("no panic").is_ok(), "whoever watches is told");
    world.seconds(1).await;
    assert!(world.source.fetches() > 1, "it is looked for another set");
    assert!(!world.keys.is_ready(), "which is the same");

    // Somebody else shares the keys, and accepts what they are for.
    world.keys.accept(&[Algorithm::EdDsa]);
    world.keys.refresh().await.expect("keys");
    assert!(world.keys.is_ready());
    world.keys.accept(&[Algorithm::Es256]);
    assert!(world.keys.is_ready(), "what was accepted before still is");
}

#[tokio::test(start_paused = true)]
async fn a_set_with_a_key_for_an_accepted_algorithm_is_kept() {
    for accepted in [&[Algorithm::EdDsa][..], &[Algorithm::Rs256, Algorithm::EdDsa]] {
        let world = World::start().await;
        world.keys.accept(accepted);
        world.seconds(1).await;
        assert!(world.keys.is_ready());
        assert_eq!(world.source.fetches(), 1);
        world.keys.refresh().await.expect("keys");
    }
}

#[tokio::test(start_paused = true)]
async fn where_no_algorithm_is_accepted_no_set_is_of_use() {
    let world = World::start().await;
    world.keys.accept(&[]);
    assert!(!world.keys.is_ready());
    let error = world.keys.refresh().await.expect_err("no key is of use").to_string();
    assert!(error.contains("accepted algorithm (none): they are for EdDSA"), "{error}");
}

/// A fetch that brought such a set is one that failed, also in when the next is made.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_brings_no_accepted_key_is_made_again_soon() {
    let world = World::start().await;
    world.keys.accept(&[Algorithm::Rs256]);
    world.seconds(10).await;
    let fetches = world.source.fetches();
    assert!((3..=6).contains(&fetches), "{fetches}");
}
