//! New keys, and what becomes of tokens of the former ones.

use reqwest::Method;

use crate::browser::{Browser, Request, location, parameter};
use crate::support::{Answer, TestIssuer, json_part, verifies};

async fn published(issuer: &TestIssuer) -> Vec<serde_json::Value> {
    issuer.get(".well-known/jwks.json").await.body["keys"].as_array().unwrap().clone()
}

async fn userinfo(issuer: &TestIssuer, token: &str) -> u16 {
    Answer::of(issuer.request(Method::GET, "userinfo").bearer_auth(token)).await.status.as_u16()
}

#[tokio::test]
async fn a_new_key_signs_and_the_former_one_stays_until_it_is_withdrawn() {
    let issuer = TestIssuer::start().await;
    let before = Browser::new(&issuer).tokens("openid").await;
    let first = issuer.issuer.key_id();
    issuer.issuer.rotate_key().unwrap();
    let after = Browser::new(&issuer).tokens("openid").await;
    let second = issuer.issuer.key_id();
    assert_ne!(first, second);
    let keys = published(&issuer).await;
    assert_eq!(keys.iter().map(|key| key["kid"].as_str().unwrap()).collect::<Vec<_>>(), [&second, &first]);
    for (answer, kid, key) in [(&before, &first, &keys[1]), (&after, &second, &keys[0])] {
        for token in [answer.access_token(), answer.body["id_token"].as_str().unwrap()] {
            assert_eq!(json_part(token, 0)["kid"], kid.as_str());
            assert!(verifies(key, token));
        }
        assert_eq!(userinfo(&issuer, answer.access_token()).await, 200);
    }

    issuer.issuer.withdraw_former_keys();
    assert_eq!(published(&issuer).await, keys[..1]);
    assert_eq!(userinfo(&issuer, before.access_token()).await, 401);
    assert_eq!(userinfo(&issuer, after.access_token()).await, 200);
}

/// OpenID Connect Core §3.1.2.1: a hint may be of a key that has been replaced since.
#[tokio::test]
async fn an_id_token_of_a_former_key_is_a_hint_until_the_key_is_withdrawn() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let id_token = browser.tokens("openid").await.body["id_token"].as_str().unwrap().to_owned();
    let request = Request::new("openid").with("id_token_hint", &id_token);
    issuer.issuer.rotate_key().unwrap();
    assert!(parameter(&location(&browser.open(&request.path()).await), "code").is_some());
    issuer.issuer.withdraw_former_keys();
    let refused = location(&browser.open(&request.path()).await);
    assert_eq!(parameter(&refused, "error").as_deref(), Some("invalid_request"));
}
