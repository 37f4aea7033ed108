//! Keys that change under their name, or have none.

use sekisho::jwks::Algorithm;

use super::*;

const INVALID: (Code, &str) = (Code::Unauthenticated, "ACCESS_TOKEN_INVALID");

/// Longest time until a fetch beside the calls has shown.
const LIMIT: Duration = Duration::from_secs(20);

impl World {
    async fn refused(&self, token: &str) -> String {
        let answer = self.call(token).await;
        assert_eq!((answer.code(), answer.reason().as_str()), INVALID);
        answer.status().message().to_owned()
    }

    /// Calls until what the fetch under way brings is in effect.
    async fn is_soon_accepted(&self, token: &str) {
        let accepted = async { while self.code(token).await != Code::Ok {} };
        tokio::time::timeout(LIMIT, accepted).await.expect("the key takes effect");
    }

    /// Whatever the issuer is asked for from now on, it has answered before: the fetch that this waits for is the
    /// only one besides those that the test is about.
    async fn fetches_caused_by(&self, calls: impl Future<Output = ()>) -> usize {
        let before = self.server.key_fetches();
        calls.await;
        self.keys.refresh().await.expect("keys");
        self.server.key_fetches() - before - 1
    }
}

#[tokio::test]
async fn a_key_that_changes_under_its_name_takes_effect_after_one_refused_call() {
    let world = World::start().await;
    let fetches = world.server.key_fetches();
    let changed = world.rotated("test-key");
    world.server.publish(Document::Held(changed.jwks()));
    let token = World::token_of(&changed);
    // Answered though the fetch that it asked for is not: it is beside the call.
    assert_eq!(world.refused(&token).await, "The access token's signature does not verify");
    world.server.is_asked().await;
    assert_eq!(world.code(&world.token()).await, Code::Ok, "what is held serves on");
    world.server.let_go();
    world.is_soon_accepted(&token).await;
    world.refused(&world.token()).await;
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn keys_without_a_name_change_too() {
    let world = World::start().await;
    let nameless = |issuer: &TestIssuer| {
        let mut jwk = issuer.jwk();
        jwk.as_object_mut().expect("an object").remove("kid");
        jwk
    };
    let token = |issuer: &TestIssuer| issuer.token().scope("api1:read:status").without_header("kid").sign();
    world.publish(&[nameless(&world.issuer)]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&token(&world.issuer)).await, Code::Ok);
    let changed = world.rotated("unnamed");
    world.publish(&[nameless(&changed)]);
    world.refused(&token(&changed)).await;
    world.is_soon_accepted(&token(&changed)).await;
    world.refused(&token(&world.issuer)).await;
}

/// It was signed for another algorithm than the key that is held is for.
#[tokio::test]
async fn a_key_that_changes_its_algorithm_under_its_name_takes_effect() {
    for kid in [Some("test-key"), None] {
        let world =
            World::start_with(|verifier| verifier.algorithms([Algorithm::Rs256, Algorithm::Es256])).await;
        let mut other = json!({
            "kty": "EC", "crv": "P-256", "kid": "test-key",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        });
        if kid.is_none() {
            other.as_object_mut().expect("an object").remove("kid");
        }
        world.publish(&[other]);
        world.keys.refresh().await.expect("keys");
        let mut token = world.issuer.token().scope("api1:read:status");
        if kid.is_none() {
            token = token.without_header("kid");
        }
        world.publish(&[world.issuer.jwk()]);
        let message = world.refused(&token.sign()).await;
        assert_eq!(message, "The access token's issuer publishes no key that fits its algorithm and key id");
        world.is_soon_accepted(&token.sign()).await;
    }
}

#[tokio::test]
async fn row_4_bad_signatures_cost_one_fetch_a_cooldown_and_hurt_nobody() {
    let world = World::start().await;
    let forged = World::token_of(&world.rotated("test-key"));
    let nameless = world.rotated("x").token().without_header("kid").sign();
    let calls = async || {
        for _ in 0..10 {
            world.refused(&forged).await;
            world.refused(&nameless).await;
            assert_eq!(world.code(&world.token()).await, Code::Ok);
        }
    };
    for round in 0..2 {
        // The first of them is under way while the others come.
        world.server.publish(Document::Held(world.issuer.jwks()));
        let fetches = world.fetches_caused_by(async {
            world.refused(&forged).await;
            world.server.is_asked().await;
            calls().await;
            world.publish(&[world.issuer.jwk()]);
            world.server.let_go();
        });
        assert_eq!(fetches.await, 1, "{round}");
        assert_eq!(world.fetches_caused_by(calls()).await, 0, "{round}: in the cooldown");
        world.clock.advance(COOLDOWN);
    }
}

#[tokio::test]
async fn rows_4_and_44_neither_kind_of_junk_starves_the_other() {
    let world = World::start().await;
    let forged = World::token_of(&world.rotated("test-key"));
    let fetches = world.server.key_fetches();
    // Both cooldowns begin.
    world.refused(&forged).await;
    world.code(&world.junk("junk")).await;
    world.keys.refresh().await.expect("keys");
    assert!((2..=3).contains(&(world.server.key_fetches() - fetches)));
    let junk = async || {
        for index in 0..10 {
            world.refused(&forged).await;
            assert_eq!(world.code(&world.junk(&format!("junk-{index}"))).await, Code::Unavailable);
            assert_eq!(world.code(&world.token()).await, Code::Ok, "valid calls are unhurt");
        }
    };
    assert_eq!(world.fetches_caused_by(junk()).await, 0);

    // The one is over, and the other begins anew: a key that changes under its name is not held up by junk keys.
    world.clock.advance(COOLDOWN);
    assert_eq!(world.code(&world.junk("junk")).await, Code::Unauthenticated);
    let changed = world.rotated("test-key");
    world.publish(&[changed.jwk()]);
    world.refused(&World::token_of(&changed)).await;
    world.is_soon_accepted(&World::token_of(&changed)).await;

    // And the other way round: a rotated key is not held up by junk signatures.
    world.clock.advance(COOLDOWN);
    world.fetches_caused_by(async { drop(world.refused(&forged).await) }).await;
    let rotated = world.rotated("2027");
    world.publish(&[changed.jwk(), rotated.jwk()]);
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok);
}

#[tokio::test]
async fn a_refresh_for_a_bad_signature_that_fails_leaves_what_is_held() {
    let world = World::start().await;
    world.server.publish(Document::Status(503));
    world.refused(&World::token_of(&world.rotated("test-key"))).await;
    world.keys.refresh().await.expect_err("the issuer is down");
    assert_eq!(world.code(&world.token()).await, Code::Ok);
    assert_eq!(world.app.health("").await.expect("health"), 1, "still ready");
    // It comes again once the cooldown is over.
    let changed = world.rotated("test-key");
    world.publish(&[changed.jwk()]);
    world.clock.advance(COOLDOWN);
    world.refused(&World::token_of(&changed)).await;
    world.is_soon_accepted(&World::token_of(&changed)).await;
}

/// A claim that is wrong says nothing of the key.
#[tokio::test]
async fn a_token_whose_signature_verifies_makes_no_fetch() {
    let world = World::start().await;
    let tokens = [
        world.issuer.token().claim("aud", "another").sign(),
        world.issuer.token().claim("exp", 1).sign(),
        world.issuer.token().sign(),
    ];
    let calls = async {
        for token in tokens {
            assert_ne!(world.code(&token).await, Code::Ok);
        }
    };
    assert_eq!(world.fetches_caused_by(calls).await, 0);
}
