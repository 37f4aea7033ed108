//! Tokens without a request: the same as the token endpoint's, and refused where it would refuse.

use std::time::Duration;

use sekisho_issuer::{Account, Client, Issuer, TokenError};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::support::{TestIssuer, json_part, verifies};

/// The claims of a token but for its own name.
fn claims(token: &str) -> Value {
    let mut claims = json_part(token, 1);
    claims.as_object_mut().unwrap().remove("jti").unwrap();
    claims
}

#[tokio::test]
async fn a_token_of_a_machine_is_that_of_the_token_endpoint() {
    let issuer = TestIssuer::start().await;
    for scope in [Some("api1:read:status"), Some("api3:read:status api2:read:status"), None] {
        let parameters: Vec<_> = scope.map(|scope| ("scope", scope)).into_iter().collect();
        let fetched = issuer.post_as_cli(&parameters).await;
        let request = issuer.issuer.token("cli");
        let token = scope.map_or(request.clone(), |scope| request.scope(scope)).sign().unwrap();
        assert!(verifies(&issuer.jwk().await, &token));
        assert_eq!(json_part(&token, 0), json_part(fetched.access_token(), 0));
        assert_eq!(claims(&token), claims(fetched.access_token()), "{scope:?}");
    }
}

#[tokio::test]
async fn a_token_of_a_person_is_that_of_a_code() {
    let issuer = TestIssuer::start().await;
    for scope in ["api1:read:status", "openid email api2:read:status"] {
        let fetched = Browser::new(&issuer).tokens(scope).await;
        let token = issuer.issuer.token("page").account("alice").scope(scope).sign().unwrap();
        assert_eq!(claims(&token), claims(fetched.access_token()), "{scope}");
        let grants = [token.as_str(), fetched.access_token()].map(|token| {
            json_part(token, 1)["jti"].as_str().unwrap().split('.').map(str::len).collect::<Vec<_>>()
        });
        assert_eq!(grants[0], grants[1], "the name of a grant, and one of its own");
    }
    let token = issuer.issuer.token("page").account("alice").scope("openid").sign().unwrap();
    let request = issuer.request(reqwest::Method::GET, "userinfo").bearer_auth(token);
    assert_eq!(crate::support::Answer::of(request).await.body["sub"], "development|alice");
}

#[tokio::test]
async fn what_the_token_endpoint_would_not_issue_is_refused() {
    let issuer = Issuer::builder()
        .client(Client::confidential("worker", "secret").scopes(["a", "b"]))
        .client(Client::public("page").scopes(["a", "b"]))
        .account(Account::new("alice"))
        .account(Account::new("guest").scopes(["a"]))
        .start()
        .await
        .unwrap();
    let scope = |who: &str, scope: &str| TokenError::Scope { who: who.to_owned(), scope: scope.to_owned() };
    let second = Duration::from_secs(1);
    let table = [
        (issuer.token("worker").scope("b a"), None),
        (issuer.token("stranger"), Some(TokenError::UnknownClient("stranger".to_owned()))),
        (issuer.token("page").account("alice").scope("a"), None),
        (issuer.token("page").scope("a"), Some(TokenError::AccountRequired("page".to_owned()))),
        (issuer.token("page").account("bob"), Some(TokenError::UnknownAccount("bob".to_owned()))),
        // With less scope than was asked for, a test would show something else than it says.
        (issuer.token("worker").scope("a c"), Some(scope("worker", "c"))),
        (issuer.token("page").account("guest").scope("a"), None),
        (issuer.token("page").account("guest").scope("a b"), Some(scope("guest", "b"))),
        (issuer.token("page").account("guest").scope("c"), Some(scope("page", "c"))),
        (issuer.token("worker").scope("a  b"), Some(TokenError::MalformedScope("a  b".to_owned()))),
        (issuer.token("worker").scope(""), Some(TokenError::MalformedScope(String::new()))),
        (issuer.token("worker").expires_in(86_400 * second), None),
        (issuer.token("worker").expires_in(86_401 * second), Some(TokenError::Lifetime)),
        (issuer.token("worker").expires_in(second), None),
        (issuer.token("worker").expires_in(Duration::ZERO), Some(TokenError::Lifetime)),
        (issuer.token("worker").expires_in(Duration::from_millis(1500)), Some(TokenError::Lifetime)),
    ];
    for (request, expected) in table {
        assert_eq!(request.sign().err(), expected, "{request:?}");
    }
    let all = issuer.token("page").account("guest").sign().unwrap();
    assert_eq!(json_part(&all, 1)["scope"], "a", "all that the person can grant");
}

#[tokio::test]
async fn a_token_can_be_of_another_time() {
    let issuer = TestIssuer::start().await;
    let earlier = std::time::UNIX_EPOCH + Duration::from_secs(999_990_000);
    let token =
        issuer.issuer.token("cli").issued_at(earlier).expires_in(Duration::from_secs(60)).sign().unwrap();
    let claims = json_part(&token, 1);
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(999_990_000), &json!(999_990_060)));
}
