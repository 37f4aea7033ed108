//! Tokens that were verified before.

use super::*;

const LIFETIME: Duration = Duration::from_secs(3600);
const LEEWAY: Duration = Duration::from_secs(5);

/// Code and reason.
async fn verdict(world: &World, token: &str) -> (Code, String) {
    let answer = world.app.call(API1).bearer(token).send().await;
    (answer.code(), answer.details().error_info().map(|info| info.reason.clone()).unwrap_or_default())
}

#[tokio::test]
async fn row_102_tokens_that_look_alike_have_each_its_own_verdict() {
    let world = World::start().await;
    let token = |subject: &str| world.issuer.token().scope("api1:read:status").subject(subject).sign();
    let (alice, bobby) = (token("row-102-alice"), token("row-102-bobby"));
    assert_eq!(alice.len(), bobby.len());
    let (head, signature) = alice.rsplit_once('.').expect("a signature");
    let (other_head, other_signature) = bobby.rsplit_once('.').expect("a signature");
    let altered =
        [format!("{head}.{other_signature}"), format!("{other_head}.{signature}"), alice[1..].to_owned()];
    for _ in 0..3 {
        for right in [&alice, &bobby] {
            assert_eq!(verdict(&world, right).await.0, Code::Ok);
        }
        for wrong in &altered {
            assert_eq!(verdict(&world, wrong).await.0, Code::Unauthenticated);
        }
    }
    for subject in ["row-102-alice", "row-102-bobby"] {
        assert_eq!(lines_with(subject).len(), 3, "each call is its own caller's");
    }
}

#[tokio::test]
async fn row_103_a_remembered_token_ends_when_one_that_was_never_seen_does() {
    let world = World::start().await;
    let [remembered, unseen] =
        ["seen", "unseen"].map(|id| world.issuer.token().scope("api1:read:status").claim("jti", id).sign());
    assert_eq!(verdict(&world, &remembered).await.0, Code::Ok);
    // Tokens were issued at the clock's start, and the world is that much older.
    let to_the_end = (LIFETIME + LEEWAY).saturating_sub(AGE_OF_TOKENS);
    world.clock.advance(to_the_end.saturating_sub(Duration::from_secs(1)));
    assert_eq!(verdict(&world, &remembered).await.0, Code::Ok, "a second before");
    world.clock.advance(Duration::from_secs(1));
    let expired = (Code::Unauthenticated, "ACCESS_TOKEN_EXPIRED".to_owned());
    assert_eq!(verdict(&world, &remembered).await, expired);
    assert_eq!(verdict(&world, &unseen).await, expired);
}

#[tokio::test]
async fn row_103_a_remembered_token_ends_with_its_key() {
    let world = World::start().await;
    let [remembered, unseen] =
        ["seen", "unseen"].map(|id| world.issuer.token().scope("api1:read:status").claim("jti", id).sign());
    assert_eq!(verdict(&world, &remembered).await.0, Code::Ok);

    // Another key under its name.
    let same_name = world.rotated("test-key");
    world.publish(&[same_name.jwk()]);
    world.keys.refresh().await.expect("keys");
    let invalid = (Code::Unauthenticated, "ACCESS_TOKEN_INVALID".to_owned());
    assert_eq!(verdict(&world, &remembered).await, invalid);
    assert_eq!(verdict(&world, &unseen).await, invalid);
    assert_eq!(verdict(&world, &World::token_of(&same_name)).await.0, Code::Ok);

    // No key of its name, and its own once more.
    world.publish(&[world.rotated("another").jwk()]);
    world.keys.refresh().await.expect("keys");
    let withdrawn = verdict(&world, &remembered).await;
    assert_ne!(withdrawn.0, Code::Ok);
    assert_eq!(withdrawn, verdict(&world, &unseen).await);
    world.publish(&[world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(verdict(&world, &remembered).await.0, Code::Ok);
}

#[tokio::test]
async fn row_103_keys_that_are_too_old_serve_no_remembered_token() {
    let world = World::start().await;
    let token = world.issuer.token().scope("api1:read:status").claim("exp", 2_000_000_000).sign();
    assert_eq!(verdict(&world, &token).await.0, Code::Ok);
    world.clock.advance(Schedule::default().max_stale + Duration::from_secs(1));
    assert_eq!(verdict(&world, &token).await, (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE".to_owned()));
}
