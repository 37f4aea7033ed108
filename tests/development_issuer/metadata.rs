//! Discovery (RFC 8414) and keys (RFC 7517).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, CLI, TestIssuer};

#[tokio::test]
async fn metadata_names_the_issuer_and_what_it_can_do() {
    let issuer = TestIssuer::start().await;
    let expected = json!({
        "issuer": format!("http://127.0.0.1:{}/", issuer.address.port()),
        "token_endpoint": format!("http://127.0.0.1:{}/oauth/token", issuer.address.port()),
        "jwks_uri": format!("http://127.0.0.1:{}/.well-known/jwks.json", issuer.address.port()),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "scopes_supported": ["api1:read:status", "api2:read:status", "api3:read:status"],
    });
    for path in [".well-known/openid-configuration", ".well-known/oauth-authorization-server"] {
        let answer = issuer.get(path).await;
        assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
        assert_eq!(answer.body, expected, "{path}");
    }
    assert_eq!(issuer.url, expected["issuer"]);
}

#[tokio::test]
async fn what_metadata_points_to_is_there() {
    let issuer = TestIssuer::start().await;
    let metadata = issuer.get(".well-known/openid-configuration").await.body;
    let path =
        |member: &str| metadata[member].as_str().unwrap().strip_prefix(&issuer.url).unwrap().to_owned();
    assert_eq!(issuer.get(&path("jwks_uri")).await.status, 200);
    let body = CLI.map(|(name, value)| format!("{name}={value}")).join("&");
    let request = issuer
        .request(Method::POST, &path("token_endpoint"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    assert_eq!(Answer::of(request).await.status, 200);
    assert_eq!(issuer.get("elsewhere").await.status, 404);
}

#[tokio::test]
async fn the_published_key_is_public_and_named_by_its_thumbprint() {
    let jwk = TestIssuer::start().await.jwk().await;
    let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    // Exactly these: none of d, p, q, dp, dq, qi (RFC 7518 §6.3.2).
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!([&jwk["kty"], &jwk["use"], &jwk["alg"]], ["RSA", "sig", "RS256"]);
    assert_eq!(URL_SAFE_NO_PAD.decode(member(&jwk, "n")).unwrap().len(), 256);

    let required = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, member(&jwk, "e"), member(&jwk, "n"));
    assert_eq!(member(&jwk, "kid"), URL_SAFE_NO_PAD.encode(digest(&SHA256, required.as_bytes())));
}

#[tokio::test]
async fn every_start_makes_a_key_of_its_own() {
    let issuer = TestIssuer::start().await;
    assert_eq!(issuer.jwk().await, issuer.jwk().await);
    let other = TestIssuer::start().await.jwk().await;
    for name in ["n", "kid"] {
        assert_ne!(issuer.jwk().await[name], other[name], "{name}");
    }
}

fn member<'a>(jwk: &'a Value, name: &str) -> &'a str {
    jwk[name].as_str().unwrap()
}
