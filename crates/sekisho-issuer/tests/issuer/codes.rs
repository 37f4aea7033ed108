//! Authorization codes: good once, for a minute, for whoever asked.

use crate::browser::{Browser, Request, VERIFIER, redeeming};
use crate::support::{Answer, Parameter, TestIssuer};

const SCOPE: &str = "openid offline_access api1:read:status";

/// RFC 6749 §4.1.2, §10.5.
#[tokio::test]
async fn row_80_a_code_used_twice_ends_what_its_first_use_began() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for (pause, is_used_twice) in [(0, false), (0, true), (3599, true)] {
        let code = browser.code(&Request::new(SCOPE)).await;
        let first = issuer.post(&redeeming(&code)).await;
        let refresh_token = first.body["refresh_token"].as_str().unwrap();
        let refreshed = refresh(&issuer, refresh_token).await;
        assert_eq!(refreshed.status, 200, "before, it was good");
        issuer.pass(pause);
        if is_used_twice {
            assert_eq!(issuer.post(&redeeming(&code)).await.refusal(), (400, "invalid_grant"));
        }
        let again = refresh(&issuer, refreshed.body["refresh_token"].as_str().unwrap()).await;
        assert_eq!(again.status.as_u16(), if is_used_twice { 400 } else { 200 }, "{pause} {is_used_twice}");
    }
}

/// At the issuer's own endpoint: no API asks it about a token.
#[tokio::test]
async fn row_80_a_code_used_twice_ends_its_access_tokens_at_userinfo() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for scope in ["openid", SCOPE] {
        let another = browser.tokens(scope).await;
        let code = browser.code(&Request::new(scope)).await;
        let mut tokens = vec![issuer.post(&redeeming(&code)).await];
        if let Some(token) = tokens[0].body["refresh_token"].as_str() {
            tokens.push(refresh(&issuer, token).await);
        }
        for token in &tokens {
            assert!(issuer.knows(token).await, "{scope}: before, it was good");
        }
        assert_eq!(issuer.post(&redeeming(&code)).await.refusal(), (400, "invalid_grant"));
        issuer.pass(599);
        for token in &tokens {
            assert!(!issuer.knows(token).await, "{scope}");
        }
        assert!(issuer.knows(&another).await, "{scope}: another grant's");
    }
}

#[tokio::test]
async fn row_80_of_many_uses_at_once_one_at_most_is_good() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for _round in 0..8 {
        let code = browser.code(&Request::new(SCOPE)).await;
        let requests = (0..16).map(|_| {
            let request = issuer.form(&redeeming(&code));
            tokio::spawn(Answer::of(request))
        });
        let mut good = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.unwrap();
            match answer.status.as_u16() {
                200 => good.push(answer),
                _ => assert_eq!(answer.refusal(), (400, "invalid_grant")),
            }
        }
        assert_eq!(good.len(), 1);
        // The others were seconds, so what the first began is over.
        let token = good[0].body["refresh_token"].as_str().unwrap();
        assert_eq!(refresh(&issuer, token).await.refusal(), (400, "invalid_grant"));
    }
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for (seconds, expected) in [(59, 200), (60, 400), (600, 400)] {
        let code = browser.code(&Request::new(SCOPE)).await;
        issuer.pass(seconds);
        assert_eq!(issuer.post(&redeeming(&code)).await.status.as_u16(), expected, "{seconds}");
    }
}

/// RFC 7636 §4.1, §4.6.
#[tokio::test]
async fn row_82_verifiers() {
    let short = &VERIFIER[1..];
    let long = "a".repeat(129);
    let challenge = crate::browser::CHALLENGE;
    let table = [
        ("none", "", "invalid_request"),
        ("another", challenge, "invalid_grant"),
        ("a shorter one", short, "invalid_grant"),
        ("one that is too long", &long, "invalid_grant"),
        ("one of other characters", "dBjftJeZ4CVP+mB92K27uhbUJU1p1r/wW1gFWFOEjXk", "invalid_grant"),
    ];
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for (case, verifier, expected) in table {
        let code = browser.code(&Request::new(SCOPE)).await;
        let request = redeeming(&code)
            .map(|(name, value)| (name, if name == "code_verifier" { verifier } else { value }));
        assert_eq!(issuer.post(&request).await.refusal(), (400, expected), "{case}");
    }
    let code = browser.code(&Request::new(SCOPE)).await;
    assert_eq!(issuer.post(&redeeming(&code)).await.status, 200);
}

/// RFC 6749 §4.1.3.
#[tokio::test]
async fn row_84_a_code_with_another_client_or_redirect_uri() {
    let table: [(&str, Parameter, (u16, &str)); 7] = [
        ("another client", ("client_id", "other"), (400, "invalid_grant")),
        ("a machine", ("client_id", "cli"), (401, "invalid_client")),
        ("a stranger", ("client_id", "stranger"), (401, "invalid_client")),
        ("another redirect", ("redirect_uri", "http://localhost:8081/"), (400, "invalid_grant")),
        ("nearly the same", ("redirect_uri", "http://localhost:8080"), (400, "invalid_grant")),
        ("another code", ("code", "AAAAAAAAAAAAAAAAAAAAAA"), (400, "invalid_grant")),
        ("another API", ("resource", "https://elsewhere/"), (400, "invalid_target")),
    ];
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for (case, (name, value), expected) in table {
        let code = browser.code(&Request::new(SCOPE)).await;
        let request = redeeming(&code).into_iter().filter(|(held, _)| *held != name);
        let request: Vec<_> = request.chain([(name, value)]).collect();
        assert_eq!(issuer.post(&request).await.refusal(), expected, "{case}");
    }
    let code = browser.code(&Request::new(SCOPE)).await;
    assert_eq!(issuer.post(&redeeming(&code)).await.status, 200);
}

/// A code that came with anything wrong is known to somebody who should not know it.
#[tokio::test]
async fn a_code_is_tried_once() {
    let issuer = TestIssuer::start().await;
    let code = Browser::new(&issuer).code(&Request::new(SCOPE)).await;
    let wrong =
        redeeming(&code).map(|(name, value)| (name, if name == "client_id" { "other" } else { value }));
    assert_eq!(issuer.post(&wrong).await.refusal(), (400, "invalid_grant"));
    assert_eq!(issuer.post(&redeeming(&code)).await.refusal(), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_page_has_no_secret_to_show() {
    let issuer = TestIssuer::start().await;
    let code = Browser::new(&issuer).code(&Request::new(SCOPE)).await;
    let request = redeeming(&code).into_iter().chain([("client_secret", "guessed")]).collect::<Vec<_>>();
    assert_eq!(issuer.post(&request).await.refusal(), (401, "invalid_client"));
    let request = [("grant_type", "client_credentials"), ("client_id", "page")];
    assert_eq!(issuer.post(&request).await.refusal(), (401, "invalid_client"));
    assert_eq!(issuer.post(&redeeming(&code)).await.status, 200);
}

async fn refresh(issuer: &TestIssuer, token: &str) -> Answer {
    issuer.post(&[("grant_type", "refresh_token"), ("client_id", "page"), ("refresh_token", token)]).await
}
