//! A channel that renews its token, between an issuer and a server of this test.

mod support;

use std::time::Duration;

use axum::http::StatusCode;
use sekisho_client::tokens::PAUSE;
use support::World;
use tonic::{Code, Status};

#[tokio::test]
async fn one_token_serves_until_it_is_about_to_expire() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.clock.advance(support::LIFETIME / 2);
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-1"]);
    assert_eq!(world.requests(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_expires() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.clock.advance(support::NEARLY_LIFETIME);
    // This one goes on with the token that still holds, and has the next one fetched.
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-1"]);
    world.until_sent("Bearer token-2").await;
    assert_eq!(world.requests(), 2);
}

#[tokio::test]
async fn an_expired_token_is_not_sent() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.clock.advance(support::LIFETIME);
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn an_expired_token_is_not_sent_where_it_lives_shorter_than_the_pause() {
    let world = World::start().await;
    world.tokens_live_for(PAUSE / 2);
    world.call().await.unwrap();
    world.clock.advance(PAUSE / 2);
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-2"]);
    // Nor is one asked for in a loop.
    world.server_refuses("Bearer token-2");
    world.call().await.unwrap_err();
    world.call().await.unwrap_err();
    assert_eq!(world.requests(), 2);
}

#[tokio::test]
async fn a_token_that_lasts_for_longer_is_fetched_while_calls_go_on_with_the_one_that_is_held() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.clock.advance(PAUSE);
    let left = support::LIFETIME.saturating_sub(PAUSE);
    world.tokens.lasting(left.saturating_sub(Duration::from_secs(1))).await.unwrap();
    assert_eq!(world.requests(), 1);
    world.issuer_fails(true);
    world.tokens.lasting(left).await.unwrap_err();
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-1"]);
    world.issuer_fails(false);
    world.clock.advance(PAUSE);
    world.tokens.lasting(left).await.unwrap();
    world.call().await.unwrap();
    assert_eq!(world.authorizations().last().unwrap(), "Bearer token-3");
}

#[tokio::test]
async fn ten_calls_at_once_make_one_request() {
    let world = World::start().await;
    for answer in world.ten_calls().await {
        answer.unwrap();
    }
    assert_eq!(world.authorizations(), ["Bearer token-1"; 10]);
    assert_eq!(world.requests(), 1);
}

#[tokio::test]
async fn a_request_that_fails_fails_for_all_who_waited_for_it_and_none_of_them_calls() {
    let world = World::start().await;
    world.issuer_fails(true);
    for answer in world.ten_calls().await {
        assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(world.requests(), 1);
    assert!(world.authorizations().is_empty());
}

#[tokio::test]
async fn after_a_failure_the_issuer_is_left_alone_for_a_while() {
    let world = World::start().await;
    world.issuer_fails(true);
    let failure = world.call().await.unwrap_err();
    world.issuer_fails(false);
    world.clock.advance(support::NEARLY_PAUSE);
    assert_eq!(world.call().await.unwrap_err().message(), failure.message());
    assert_eq!(world.requests(), 1);
    world.clock.advance(Duration::from_secs(1));
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-2"]);
}

#[tokio::test]
async fn a_renewal_that_fails_is_tried_again_after_a_while() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.issuer_fails(true);
    world.clock.advance(support::NEARLY_LIFETIME.saturating_sub(PAUSE));
    world.call().await.unwrap();
    world.until_requests(2).await;
    world.clock.advance(support::NEARLY_PAUSE);
    world.call().await.unwrap();
    world.issuer_fails(false);
    world.clock.advance(Duration::from_secs(1));
    world.until_sent("Bearer token-3").await;
    assert_eq!(world.requests(), 3);
}

#[tokio::test]
async fn a_renewal_that_fails_spends_the_token_to_its_end() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.issuer_fails(true);
    world.clock.advance(support::NEARLY_LIFETIME);
    world.call().await.unwrap();
    world.until_requests(2).await;
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1"; 3]);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.call().await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(world.authorizations().len(), 3);
}

#[tokio::test]
async fn a_token_that_was_turned_away_is_not_sent_again() {
    let world = World::start().await;
    world.call().await.unwrap();
    world.clock.advance(PAUSE);
    world.server_refuses("Bearer token-1");
    assert_eq!(world.call().await.unwrap_err().code(), Code::Unauthenticated);
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn a_token_that_was_turned_away_in_the_trailers_of_a_stream_is_not_sent_again() {
    for (status, next) in [
        (Status::unauthenticated("no"), "Bearer token-2"),
        // Its positive twin.
        (Status::unavailable("not now"), "Bearer token-1"),
    ] {
        let world = World::start().await;
        let mut stream = world.stream().await;
        world.clock.advance(PAUSE);
        let code = status.code();
        world.end_streams(status).await;
        assert_eq!(stream.message().await.unwrap_err().code(), code);
        world.call().await.unwrap();
        assert_eq!(world.authorizations(), ["Bearer token-1", next]);
    }
}

#[tokio::test]
async fn an_issuer_that_refuses_the_client_is_told_as_a_refusal_and_one_that_cannot_answer_now_is_not() {
    for (answer, code, told) in [
        (StatusCode::UNAUTHORIZED, Code::Unauthenticated, "the issuer says invalid_client"),
        (StatusCode::TOO_MANY_REQUESTS, Code::Unavailable, "429"),
        (StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, "503"),
    ] {
        let world = World::start().await;
        world.issuer_answers(answer, "invalid_client");
        let status = world.call().await.unwrap_err();
        assert_eq!(status.code(), code, "{answer}");
        assert!(status.message().contains(told), "{status}");
        assert!(world.authorizations().is_empty());
    }
}

#[tokio::test]
async fn no_token_follows_at_once_one_that_was_turned_away_as_soon_as_it_was_fetched() {
    let world = World::start().await;
    world.server_refuses("Bearer token-1");
    assert_eq!(world.call().await.unwrap_err().code(), Code::Unauthenticated);
    world.clock.advance(support::NEARLY_PAUSE);
    assert_eq!(world.call().await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(world.requests(), 1);
    world.clock.advance(Duration::from_secs(1));
    world.call().await.unwrap();
    assert_eq!(world.authorizations(), ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
}

#[tokio::test]
async fn calls_that_are_turned_away_together_have_one_token_fetched() {
    let world = World::start().await;
    world.server_refuses("Bearer token-1");
    for answer in world.ten_calls().await {
        assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
    }
    world.clock.advance(PAUSE);
    for answer in world.ten_calls().await {
        answer.unwrap();
    }
    assert_eq!(world.requests(), 2);
}

#[tokio::test]
async fn a_late_answer_to_an_old_token_does_not_discard_the_new_one() {
    let world = World::start().await;
    let old = world.tokens.authorization().await.unwrap();
    world.tokens.discard(&old);
    world.clock.advance(PAUSE);
    let new = world.tokens.authorization().await.unwrap();
    assert_ne!(new, old);
    world.tokens.discard(&old);
    world.clock.advance(PAUSE);
    assert_eq!(world.tokens.authorization().await.unwrap(), new);
}

#[tokio::test]
async fn the_issuer_is_asked_as_it_was_set_up() {
    let world = World::start().await;
    world.call().await.unwrap();
    let asked = world.last_request();
    // `m2m:a secret`, each form-urlencoded before (RFC 6749 §2.3.1).
    assert_eq!(asked.authorization, "Basic bTJtOmErc2VjcmV0");
    assert_eq!(
        asked.form,
        ["audience=api", "grant_type=client_credentials", "scope=api1:read:status api2:read:status"]
    );
}

#[tokio::test]
async fn credentials_do_not_go_to_an_issuer_of_another_name() {
    let world = World::start_with_issuer_named("http://issuer.example/").await;
    let status = world.call().await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().ends_with("the issuer calls itself http://issuer.example/"), "{status}");
    assert_eq!(world.requests(), 0);
}
