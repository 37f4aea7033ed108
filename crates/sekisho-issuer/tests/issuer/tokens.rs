//! What a token that was issued says.

use serde_json::json;

use crate::support::{TestIssuer, json_part, verifies};

#[tokio::test]
async fn a_token_has_the_shape_of_auth0s() {
    let issuer = TestIssuer::start().await;
    let answer = issuer.post_as_cli(&[("scope", "api1:read:status api2:read:status")]).await;
    let kid = issuer.jwk().await["kid"].clone();
    assert_eq!(json_part(answer.access_token(), 0), json!({ "alg": "RS256", "typ": "JWT", "kid": kid }));
    let mut claims = answer.claims();
    let jti = claims.as_object_mut().unwrap().remove("jti");
    assert!(jti.is_some_and(|jti| jti.as_str().is_some_and(|jti| jti.len() == 22)));
    assert_eq!(
        claims,
        json!({
            "iss": issuer.url,
            "sub": "cli@clients",
            "aud": "auth0-multiple-api",
            "iat": 1_000_000_000,
            "exp": 1_000_003_600,
            "azp": "cli",
            "gty": "client-credentials",
            "scope": "api1:read:status api2:read:status",
        })
    );
}

#[tokio::test]
async fn a_token_is_signed_by_the_published_key() {
    let issuer = TestIssuer::start().await;
    let answer = issuer.post_as_cli(&[]).await;
    let token = answer.access_token();
    assert!(verifies(&issuer.jwk().await, token));

    let (header, rest) = token.split_once('.').unwrap();
    let other = issuer.post_as_cli(&[("scope", "api1:read:status")]).await;
    let other_claims = other.access_token().split('.').nth(1).unwrap();
    let signature = rest.split_once('.').unwrap().1;
    assert!(!verifies(&issuer.jwk().await, &format!("{header}.{other_claims}.{signature}")), "other claims");
    assert!(!verifies(&TestIssuer::start().await.jwk().await, token), "another issuer's key");
}

#[tokio::test]
async fn no_two_tokens_share_a_jti() {
    let issuer = TestIssuer::start().await;
    let [first, second] = [issuer.post_as_cli(&[]).await.claims(), issuer.post_as_cli(&[]).await.claims()];
    assert_ne!(first["jti"], second["jti"]);
}

#[tokio::test]
async fn tokens_are_dated_by_the_clock_and_live_as_long_as_asked() {
    let issuer = TestIssuer::start().await;
    issuer.set_clock(1_800_000_000);
    for (asked, lifetime) in [("1", 1), ("60", 60), ("86400", 86_400)] {
        let answer = issuer.post_as_cli(&[("expires_in", asked)]).await;
        let claims = answer.claims();
        assert_eq!(answer.body["expires_in"], lifetime, "{asked}");
        assert_eq!(claims["iat"], 1_800_000_000, "{asked}");
        assert_eq!(claims["exp"], 1_800_000_000 + lifetime, "{asked}");
    }
}

#[tokio::test]
async fn a_client_without_scopes_gets_a_token_without_scope() {
    let issuer = TestIssuer::start().await;
    let grant = [("grant_type", "client_credentials")];
    let answer = issuer.post_as("unprivileged:unprivileged-secret", &grant).await;
    assert_eq!(answer.claims()["sub"], "unprivileged@clients");
    assert_eq!([answer.claims().get("scope"), answer.body.get("scope")], [None, None]);
    let asking = [grant[0], ("scope", "api1:read:status")];
    assert_eq!(
        issuer.post_as("unprivileged:unprivileged-secret", &asking).await.refusal(),
        (400, "invalid_scope")
    );
    assert_eq!(issuer.post_as("cli:cli-secret", &asking).await.body["scope"], "api1:read:status");
}
