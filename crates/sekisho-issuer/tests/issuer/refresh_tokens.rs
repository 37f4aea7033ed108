//! Refresh tokens: each good for one use, and for no more than was granted.

use crate::browser::Browser;
use crate::support::{Answer, Parameter, Parameters, TestIssuer};

const SCOPE: &str = "openid offline_access api1:read:status api2:read:status";

#[tokio::test]
async fn a_refresh_token_comes_of_offline_access_alone() {
    let issuer = TestIssuer::start().await;
    let answer = Browser::new(&issuer).tokens("openid api1:read:status").await;
    assert!(answer.body.get("refresh_token").is_none());
    let answer = Browser::new(&issuer).tokens(SCOPE).await;
    assert!(answer.body["refresh_token"].is_string());
}

/// RFC 6749 §6, OpenID Connect Core §12.2.
#[tokio::test]
async fn it_rotates_and_renews_all_tokens() {
    let issuer = TestIssuer::start().await;
    let mut answer = Browser::new(&issuer).tokens(SCOPE).await;
    let first = answer.id_token();
    for round in 1..4 {
        issuer.pass(500);
        let renewed = refresh(&issuer, &answer, &[]).await;
        assert_ne!(renewed.body["refresh_token"], answer.body["refresh_token"]);
        assert_eq!(renewed.body["scope"], SCOPE);
        assert_eq!(renewed.claims()["exp"], 1_000_000_600 + 500 * round);
        let id_token = renewed.id_token();
        assert_eq!(id_token["iat"], 1_000_000_000 + 500 * round);
        for claim in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(id_token[claim], first[claim], "{claim}");
        }
        assert!(first.get("nonce").is_some() && id_token.get("nonce").is_none());
        answer = renewed;
    }
}

/// RFC 9700 §4.14.2.
#[tokio::test]
async fn one_used_twice_is_the_end_of_its_family() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let first = browser.tokens(SCOPE).await;
    let another = browser.tokens(SCOPE).await;
    let second = refresh(&issuer, &first, &[]).await;
    let third = refresh(&issuer, &second, &[]).await;
    assert_eq!(
        refresh(&issuer, &first, &[]).await.refusal(),
        (400, "invalid_grant"),
        "the thief, or the owner"
    );
    assert_eq!(
        refresh(&issuer, &third, &[]).await.refusal(),
        (400, "invalid_grant"),
        "and the other of them"
    );
    assert_eq!(refresh(&issuer, &another, &[]).await.status, 200, "another family");
}

/// At the issuer's own endpoint: no API asks it about a token.
#[tokio::test]
async fn row_80_a_refresh_token_used_twice_ends_the_access_tokens_of_its_family_at_userinfo() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let first = browser.tokens(SCOPE).await;
    let another = browser.tokens(SCOPE).await;
    let second = refresh(&issuer, &first, &[]).await;
    assert!(issuer.knows(&first).await && issuer.knows(&second).await);
    assert_eq!(refresh(&issuer, &first, &[]).await.refusal(), (400, "invalid_grant"));
    assert!(!issuer.knows(&first).await && !issuer.knows(&second).await);
    assert!(issuer.knows(&another).await, "another family's");
    assert_eq!(refresh(&issuer, &another, &[]).await.status, 200);
}

#[tokio::test]
async fn of_many_uses_at_once_one_is_good_and_the_family_is_over() {
    let issuer = TestIssuer::start().await;
    let first = Browser::new(&issuer).tokens(SCOPE).await;
    let token = first.body["refresh_token"].as_str().unwrap();
    let requests: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn(Answer::of(issuer.form(&[
                ("grant_type", "refresh_token"),
                ("client_id", "page"),
                ("refresh_token", token),
            ])))
        })
        .collect();
    let mut good = Vec::new();
    for request in requests {
        let answer = request.await.unwrap();
        if answer.status == 200 {
            good.push(answer);
        }
    }
    assert_eq!(good.len(), 1);
    assert_eq!(refresh(&issuer, &good[0], &[]).await.refusal(), (400, "invalid_grant"));
}

/// RFC 6749 §6.
#[tokio::test]
async fn scope_is_narrowed_and_never_widened() {
    let issuer = TestIssuer::start().await;
    let first = Browser::new(&issuer).tokens(SCOPE).await;
    for wider in ["api3:read:status", "api1:read:status api3:read:status", "admin"] {
        assert_eq!(
            refresh(&issuer, &first, &[("scope", wider)]).await.refusal(),
            (400, "invalid_scope"),
            "{wider}"
        );
    }
    // What was asked for in vain used nothing up.
    let narrowed = refresh(&issuer, &first, &[("scope", "api2:read:status")]).await;
    assert_eq!(
        (&narrowed.body["scope"], &narrowed.claims()["scope"]),
        (&"api2:read:status".into(), &"api2:read:status".into())
    );
    assert!(narrowed.body.get("id_token").is_none(), "openid was not asked for");
    assert_eq!(refresh(&issuer, &narrowed, &[]).await.body["scope"], SCOPE, "the grant is what it was");
}

#[tokio::test]
async fn refusals() {
    let issuer = TestIssuer::start().await;
    let first = Browser::new(&issuer).tokens(SCOPE).await;
    let token = first.body["refresh_token"].as_str().unwrap();
    let table: [(&str, Parameters<'_>, (u16, &str)); 6] = [
        ("none", &[("client_id", "page")], (400, "invalid_request")),
        ("no token", &[("client_id", "page"), ("refresh_token", "x")], (400, "invalid_grant")),
        ("no family", &[("client_id", "page"), ("refresh_token", "x.y")], (400, "invalid_grant")),
        ("another client", &[("client_id", "other"), ("refresh_token", token)], (400, "invalid_grant")),
        ("no client", &[("refresh_token", token)], (401, "invalid_client")),
        (
            "another API",
            &[("client_id", "page"), ("refresh_token", token), ("audience", "elsewhere")],
            (400, "invalid_target"),
        ),
    ];
    for (case, parameters, expected) in table {
        let request = [&[("grant_type", "refresh_token")], parameters].concat();
        assert_eq!(issuer.post(&request).await.refusal(), expected, "{case}");
    }
    assert_eq!(refresh(&issuer, &first, &[]).await.status, 200);
}

#[tokio::test]
async fn a_family_is_over_a_day_after_the_grant_however_it_is_renewed() {
    let issuer = TestIssuer::start().await;
    let mut answer = Browser::new(&issuer).tokens(SCOPE).await;
    for _hour in 1..24 {
        issuer.pass(3600);
        answer = refresh(&issuer, &answer, &[]).await;
    }
    issuer.pass(3599);
    answer = refresh(&issuer, &answer, &[]).await;
    assert_eq!(answer.status, 200);
    issuer.pass(1);
    assert_eq!(refresh(&issuer, &answer, &[]).await.refusal(), (400, "invalid_grant"));
}

/// RFC 7009.
#[tokio::test]
async fn a_token_can_be_given_back_by_its_client() {
    let issuer = TestIssuer::start().await;
    let first = Browser::new(&issuer).tokens(SCOPE).await;
    assert_eq!(revoke(&issuer, "other", &first).await, 200, "which nobody else is told to be in vain");
    let second = refresh(&issuer, &first, &[]).await;
    assert_eq!(second.status, 200);
    assert_eq!(revoke(&issuer, "stranger", &second).await, 401);
    assert!(issuer.knows(&first).await && issuer.knows(&second).await);
    assert_eq!(revoke(&issuer, "page", &second).await, 200);
    assert_eq!(refresh(&issuer, &second, &[]).await.refusal(), (400, "invalid_grant"));
    assert!(!issuer.knows(&first).await && !issuer.knows(&second).await, "RFC 7009 §2.1: its access tokens");
    assert_eq!(revoke(&issuer, "page", &second).await, 200, "RFC 7009 §2.2: it is as good as revoked");
}

/// RFC 7009 §2.1: the access token alone; what it was renewed by stays.
#[tokio::test]
async fn an_access_token_can_be_given_back_by_its_client() {
    let issuer = TestIssuer::start().await;
    let first = Browser::new(&issuer).tokens(SCOPE).await;
    let second = refresh(&issuer, &first, &[]).await;
    let token = first.access_token();
    assert_eq!(issuer.revoke("other", token).await, 200);
    assert_eq!(issuer.revoke("page", second.body["id_token"].as_str().unwrap()).await, 200);
    let (rest, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(issuer.revoke("page", &format!("{rest}.{}", &signature[4..])).await, 200);
    assert!(issuer.knows(&first).await, "neither by another client nor by what is no access token");
    assert_eq!(issuer.revoke("page", token).await, 200);
    assert!(!issuer.knows(&first).await);
    assert!(issuer.knows(&second).await, "another of the same grant");
    assert_eq!(issuer.revoke("page", token).await, 200);
    assert_eq!(refresh(&issuer, &second, &[]).await.status, 200, "its refresh token");
}

async fn revoke(issuer: &TestIssuer, client_id: &str, answer: &Answer) -> u16 {
    issuer.revoke(client_id, answer.body["refresh_token"].as_str().unwrap()).await
}

async fn refresh(issuer: &TestIssuer, answer: &Answer, more: &[Parameter]) -> Answer {
    let token = answer.body["refresh_token"].as_str().unwrap();
    let request = [("grant_type", "refresh_token"), ("client_id", "page"), ("refresh_token", token)];
    issuer.post(&[&request, more].concat()).await
}
