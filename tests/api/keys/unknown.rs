//! Tokens that name a key which is not held.

use super::*;

#[tokio::test]
async fn row_44_a_flood_of_unknown_keys_costs_one_fetch_a_cooldown() {
    let world = World::start().await;
    let fetches = world.server.key_fetches();
    let first = world.call(&world.junk("junk-0")).await;
    assert_eq!((first.code(), first.reason().as_str()), (Code::Unauthenticated, "ACCESS_TOKEN_INVALID"));
    for index in 1..100 {
        let answer = world.call(&world.junk(&format!("junk-{index}"))).await;
        assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
        assert_eq!(retry_after(&answer), Some(COOLDOWN));
        assert_eq!(answer.challenges(), Vec::<String>::new());
    }
    assert_eq!(world.code(&world.junk("junk-0")).await, Code::Unauthenticated, "it was looked for");
    assert_eq!(world.code(&world.token()).await, Code::Ok, "valid calls are unhurt");
    assert_eq!(world.server.key_fetches() - fetches, 1);

    world.clock.advance(Duration::from_secs(29));
    let last = world.call(&world.junk("junk-1")).await;
    assert_eq!((last.code(), retry_after(&last)), (Code::Unavailable, Some(Duration::from_secs(1))));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.code(&world.junk("junk-1")).await, Code::Unauthenticated);
    assert_eq!(world.server.key_fetches() - fetches, 2);
}

#[tokio::test]
async fn row_44_a_key_that_was_rotated_in_meanwhile_is_never_called_wrong() {
    let world = World::start().await;
    world.code(&world.junk("junk")).await;
    let rotated = world.rotated("2027");
    world.publish(&[world.issuer.jwk(), rotated.jwk()]);
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Unavailable, "during the cooldown");
    // A refresh does not wait for the cooldown.
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok);
}

#[tokio::test]
async fn row_44_a_key_named_while_the_fetch_is_under_way_was_not_looked_for() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = Arc::new(world.rotated("2027"));
    // The answer that is on its way was written before the key was rotated in.
    world.server.publish(Document::Held(world.issuer.jwks()));
    let junk = tokio::spawn({
        let world = world.clone();
        async move { world.code(&world.junk("junk")).await }
    });
    world.server.is_asked().await;
    let named_meanwhile = tokio::spawn({
        let (world, rotated) = (world.clone(), rotated.clone());
        async move { world.call(&World::token_of(&rotated)).await }
    });
    // A second one of the same name as the first joins it.
    let joined = tokio::spawn({
        let world = world.clone();
        async move { world.code(&world.junk("junk")).await }
    });
    // All three have been read, or will find the cooldown running; either way not one is called wrong.
    assert_eq!(world.code(&world.token()).await, Code::Ok, "a key that is held waits for nothing");
    world.server.let_go();
    assert_eq!(junk.await.expect("no panic"), Code::Unauthenticated);
    assert_eq!(joined.await.expect("no panic"), Code::Unauthenticated);
    let meanwhile = named_meanwhile.await.expect("no panic");
    assert_eq!((meanwhile.code(), retry_after(&meanwhile)), (Code::Unavailable, Some(COOLDOWN)));
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn one_fetch_serves_all_who_wait_for_it() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = Arc::new(world.rotated("2027"));
    world.server.publish(Document::Held(json!({ "keys": [world.issuer.jwk(), rotated.jwk()] }).to_string()));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (world, rotated) = (world.clone(), rotated.clone());
            tokio::spawn(async move { world.code(&World::token_of(&rotated)).await })
        })
        .collect();
    world.server.is_asked().await;
    world.server.let_go();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Code::Ok);
    }
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn a_fetch_goes_on_when_the_call_that_caused_it_is_given_up() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = world.rotated("2027");
    world.server.publish(Document::Held(json!({ "keys": [rotated.jwk()] }).to_string()));
    let token = World::token_of(&rotated);
    let given_up = tokio::spawn({
        let (world, token) = (world.clone(), token.clone());
        async move { world.code(&token).await }
    });
    world.server.is_asked().await;
    given_up.abort();
    let _ = given_up.await;
    world.server.let_go();
    assert_eq!(world.code(&token).await, Code::Ok);
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn a_key_that_could_not_be_looked_for_is_not_called_wrong() {
    let world = World::start().await;
    world.server.publish(Document::Status(500));
    let answer = world.call(&world.junk("unknown")).await;
    assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
    assert_eq!(retry_after(&answer), Some(COOLDOWN));
    assert_eq!(world.code(&world.token()).await, Code::Ok, "what is held serves on");
}

#[tokio::test]
async fn row_45_odd_names_of_keys() {
    let world = World::start().await;
    let long = "k".repeat(4_000);
    let kids = ["../../etc/passwd", "' OR 1=1 --", "http://127.0.0.1:1/jwks", "", &long];
    for kid in kids {
        world.clock.advance(COOLDOWN);
        let answer = world.call(&world.junk(kid)).await;
        assert_eq!(
            (answer.code(), answer.reason().as_str()),
            (Code::Unauthenticated, "ACCESS_TOKEN_INVALID"),
            "{kid}"
        );
        let junk = world.code(&world.junk(&format!("{kid} too"))).await;
        assert_eq!(junk, Code::Unavailable, "{kid}: one that may not be looked for");
    }
    let asked = world.server.asked();
    assert!(asked.iter().all(|path| path == "/jwks" || path.starts_with("/.well-known/")), "{asked:?}");
}

#[tokio::test]
async fn row_46_a_token_without_kid_is_tried_against_eight_keys_and_waits_for_no_fetch() {
    let world = World::start().await;
    let others: Vec<TestIssuer> = (0..3).map(|index| world.rotated(&format!("other-{index}"))).collect();
    let mut published: Vec<Value> = others.iter().cycle().take(7).map(TestIssuer::jwk).collect();
    published.push(world.issuer.jwk());
    world.publish(&published);
    world.keys.refresh().await.expect("keys");
    let fetches = world.server.key_fetches();
    let token = world.issuer.token().scope("api1:read:status").without_header("kid").sign();
    assert_eq!(world.code(&token).await, Code::Ok, "the eighth");

    assert_eq!(world.server.key_fetches(), fetches);

    published.insert(0, others[0].jwk());
    world.publish(&published);
    world.keys.refresh().await.expect("keys");
    world.server.publish(Document::Stalls);
    assert_eq!(world.code(&token).await, Code::Unauthenticated, "the ninth");
}

#[tokio::test]
async fn row_44_a_key_whose_name_was_guessed_is_not_wrong_once_it_is_there() {
    let world = World::start().await;
    let fetches = world.server.key_fetches();
    assert_eq!(world.code(&world.junk("2027")).await, Code::Unauthenticated, "looked for in vain");
    world.clock.advance(Duration::from_secs(10));
    let rotated = world.rotated("2027");
    world.publish(&[world.issuer.jwk(), rotated.jwk()]);
    let token = world.fresh(&rotated);
    let answer = world.call(&token).await;
    assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
    assert_eq!(retry_after(&answer), Some(Duration::from_secs(20)), "the rest of the cooldown");
    assert_eq!(answer.challenges(), Vec::<String>::new());
    assert_eq!(
        world.code(&world.junk("2027")).await,
        Code::Unauthenticated,
        "one from before the fetch is wrong"
    );
    world.clock.advance(Duration::from_secs(20));
    assert_eq!(world.code(&token).await, Code::Ok);
    assert_eq!(world.server.key_fetches() - fetches, 2);
}

/// When a token was issued decides what a fetch in vain says of it: the one that it waited for, and one that was made
/// before. The leeway is five seconds, and one more is what `iat` leaves off.
#[tokio::test]
async fn rows_13_and_44_what_was_issued_since_the_fetch_began_is_not_called_wrong() {
    let world = World::start().await;
    let looked_for_at = 1_800_000_060;
    let wrong = (Code::Unauthenticated, "ACCESS_TOKEN_INVALID");
    let unknown = (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE");
    let cases = [
        ("long before", json!(looked_for_at - 3_600), wrong),
        ("seven seconds before", json!(looked_for_at - 7), wrong),
        ("six and a half", json!(f64::from(looked_for_at) - 6.5), wrong),
        ("six", json!(looked_for_at - 6), unknown),
        ("five and a half", json!(f64::from(looked_for_at) - 5.5), unknown),
        ("then", json!(looked_for_at), unknown),
        ("13: in the far future", json!(9_999_999_999_u64), unknown),
        ("past any date", json!(u64::MAX), unknown),
        ("past any number of seconds", json!(1e30), unknown),
        ("no date", json!("2027-01-15"), unknown),
        ("null", json!(null), unknown),
        ("an object", json!({}), unknown),
    ];
    for is_awaited in [true, false] {
        for (name, iat, expected) in &cases {
            let world = World::start().await;
            if !is_awaited {
                world.code(&world.junk("unknown")).await;
                world.clock.advance(Duration::from_secs(10));
            }
            let fetches = world.server.key_fetches();
            let token = world.issuer.token().header("kid", "unknown").claim("iat", iat.clone());
            let answer = world.call(&token.sign()).await;
            assert_eq!((answer.code(), answer.reason().as_str()), *expected, "{name}, {is_awaited}");
            if *expected == unknown {
                let rest = Duration::from_secs(if is_awaited { 30 } else { 20 });
                assert_eq!(retry_after(&answer), Some(rest), "{name}, {is_awaited}");
            }
            assert_eq!(world.server.key_fetches() - fetches, usize::from(is_awaited), "{name}");
        }
    }
    let without = world.issuer.token().header("kid", "unknown").without_claim("iat").sign();
    for _ in 0..2 {
        let answer = world.call(&without).await;
        assert_eq!((answer.code(), answer.reason().as_str()), wrong, "without iat");
    }
    // Of a token whose key is known, an iat in the future is wrong.
    let known = world.issuer.token().claim("iat", 9_999_999_999_u64).sign();
    assert_eq!(world.code(&known).await, Code::Unauthenticated, "13");
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_gone_since_the_refresh_that_found_it_so() {
    let world = World::start().await;
    world.code(&world.junk("junk")).await;
    world.clock.advance(Duration::from_secs(10));
    world.publish(&[world.rotated("2027").jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&world.token()).await, Code::Unauthenticated, "issued before");
    let between = world.issuer.token().issued_at(world.clock.time() - Duration::from_secs(7)).sign();
    assert_eq!(world.code(&between).await, Code::Unauthenticated, "issued since the fetch for the junk");
    // The key may have come back since, as nobody else could know.
    assert_eq!(world.code(&world.fresh(&world.issuer)).await, Code::Unavailable);
}

/// The fetch that finds the new key finds the old one gone, though nobody asked it for that one.
#[tokio::test]
async fn row_58_a_key_that_the_fetch_for_another_found_gone_is_withdrawn() {
    let world = World::start().await;
    let rotated = world.rotated("2027");
    world.publish(&[rotated.jwk()]);
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok, "found by the fetch that it caused");
    let fetches = world.server.key_fetches();
    let answer = world.call(&world.token()).await;
    assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unauthenticated, "ACCESS_TOKEN_INVALID"));
    let answer = world.call(&world.fresh(&world.issuer)).await;
    assert_eq!((answer.code(), retry_after(&answer)), (Code::Unavailable, Some(COOLDOWN)), "issued since");
    assert_eq!(world.code(&world.junk("junk")).await, Code::Unavailable, "never published, nor looked for");
    assert_eq!(world.server.key_fetches(), fetches);
}

/// Its keys are never fetched, so nobody is to come again.
#[tokio::test]
async fn a_key_that_a_fixed_set_has_not_is_wrong_whenever_the_token_was_issued() {
    let app = App::start().await;
    let token = crate::support::issuer().token().header("kid", "unknown");
    for token in [token.clone(), token.clone().claim("iat", "x"), token.without_claim("iat")] {
        let answer = app.call(API1).bearer(&token.sign()).send().await;
        assert_eq!(
            (answer.code(), answer.reason().as_str()),
            (Code::Unauthenticated, "ACCESS_TOKEN_INVALID")
        );
    }
}
