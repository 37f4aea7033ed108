//! What a client gets to know of the person: by the ID token, and at the userinfo endpoint.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;

use crate::browser::{ALL, Browser};
use crate::support::{Answer, TestIssuer, json_part, verifies};

/// OpenID Connect Core §2, §3.1.3.6.
#[tokio::test]
async fn an_id_token_says_who_logged_in_when_and_for_whom() {
    let issuer = TestIssuer::start().await;
    let answer = Browser::new(&issuer).tokens(ALL).await;
    let token = answer.body["id_token"].as_str().unwrap();
    assert!(verifies(&issuer.jwk().await, token));
    assert_eq!(json_part(token, 0)["alg"], "RS256");
    let digest = digest(&SHA256, answer.access_token().as_bytes());
    let mut claims = answer.id_token();
    let sid = claims.as_object_mut().unwrap().remove("sid");
    assert!(sid.is_some_and(|sid| sid.as_str().is_some_and(|sid| sid.len() == 22)));
    assert_eq!(
        claims,
        json!({
            "iss": issuer.url,
            "sub": "development|alice",
            "aud": "page",
            "iat": 1_000_000_000,
            "exp": 1_000_003_600,
            "auth_time": 1_000_000_000,
            "nonce": "the nonce",
            "at_hash": URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]),
            "name": "Alice Liddell",
            "nickname": "alice",
            "email": "alice@example.com",
            "email_verified": true,
        })
    );
}

#[tokio::test]
async fn without_openid_there_is_none_and_with_less_scope_it_says_less() {
    let issuer = TestIssuer::start().await;
    let answer = Browser::new(&issuer).tokens("profile api1:read:status").await;
    assert!(answer.body.get("id_token").is_none());
    let id_token = Browser::new(&issuer).tokens("openid api1:read:status").await.id_token();
    assert_eq!([id_token.get("name"), id_token.get("email")], [None, None]);
}

/// The shape of Auth0's.
#[tokio::test]
async fn an_access_token_is_for_the_api_and_with_openid_for_userinfo() {
    let issuer = TestIssuer::start().await;
    let answer = Browser::new(&issuer).tokens("openid api1:read:status").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(600)));
    let mut claims = answer.claims();
    claims.as_object_mut().unwrap().remove("jti").expect("a name of its own");
    assert_eq!(
        claims,
        json!({
            "iss": issuer.url,
            "sub": "development|alice",
            "aud": ["auth0-multiple-api", format!("{}userinfo", issuer.url)],
            "iat": 1_000_000_000,
            "exp": 1_000_000_600,
            "azp": "page",
            "scope": "openid api1:read:status",
        })
    );
    let claims = Browser::new(&issuer).tokens("api1:read:status").await.claims();
    assert_eq!(claims["aud"], "auth0-multiple-api");
}

/// OpenID Connect Core §5.3.
#[tokio::test]
async fn userinfo_tells_what_the_scope_lets_it() {
    let issuer = TestIssuer::start().await;
    let table = [
        ("openid", json!({ "sub": "development|alice" })),
        (
            "openid email",
            json!({ "sub": "development|alice", "email": "alice@example.com", "email_verified": true }),
        ),
    ];
    for (scope, expected) in table {
        let tokens = Browser::new(&issuer).tokens(scope).await;
        for method in [Method::GET, Method::POST] {
            let answer =
                Answer::of(issuer.request(method, "userinfo").bearer_auth(tokens.access_token())).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected), "{scope}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

/// RFC 6750 §3.
#[tokio::test]
async fn userinfo_tells_nothing_for_other_tokens() {
    let issuer = TestIssuer::start().await;
    let tokens = Browser::new(&issuer).tokens("openid api1:read:status").await;
    let good = tokens.access_token();
    let id_token = tokens.body["id_token"].as_str().unwrap();
    let without_openid = Browser::new(&issuer).tokens("profile").await;
    let of_a_machine = issuer.post_as_cli(&[]).await;
    let of_another = TestIssuer::start().await;
    let of_another = Browser::new(&of_another).tokens("openid").await;
    let forged = format!("{}.{}", good.rsplit_once('.').unwrap().0, id_token.rsplit_once('.').unwrap().1);
    let invalid = (401, r#"Bearer error="invalid_token""#);
    let insufficient = (403, r#"Bearer error="insufficient_scope", scope="openid""#);
    let table = [
        ("none", String::new(), (401, "Bearer")),
        ("another scheme", "Basic eDp5".to_owned(), (401, "Bearer")),
        ("no token", "Bearer x".to_owned(), invalid),
        ("an ID token", format!("Bearer {id_token}"), invalid),
        ("another signature", format!("Bearer {forged}"), invalid),
        ("another issuer's", format!("Bearer {}", of_another.access_token()), invalid),
        ("without openid", format!("Bearer {}", without_openid.access_token()), insufficient),
        ("a machine's", format!("Bearer {}", of_a_machine.access_token()), insufficient),
    ];
    let ask = |authorization: &str| {
        let request = issuer.request(Method::GET, "userinfo");
        if authorization.is_empty() { request } else { request.header("authorization", authorization) }
    };
    for (case, authorization, (status, challenge)) in table {
        let answer = Answer::of(ask(&authorization)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (status, Some(challenge)),
            "{case}"
        );
        assert_eq!(answer.text, "", "{case}");
    }
    let twice = ask(&format!("Bearer {good}")).header("authorization", format!("Bearer {good}"));
    let answer = Answer::of(twice).await;
    let invalid_request = Some(r#"Bearer error="invalid_request""#);
    assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (400, invalid_request), "two");
    issuer.pass(599);
    assert_eq!(Answer::of(ask(&format!("bearer {good}"))).await.status, 200);
    issuer.pass(1);
    assert_eq!(Answer::of(ask(&format!("Bearer {good}"))).await.status, 401, "expired");
}
