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
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", issuer.address.port());
    let expected = json!({
        "issuer": at("/"),
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/userinfo"),
        "revocation_endpoint": at("/oauth/revoke"),
        "end_session_endpoint": at("/oidc/logout"),
        "jwks_uri": at("/.well-known/jwks.json"),
        "scopes_supported": [
            "api1:read:status", "api2:read:status", "api3:read:status", "email", "offline_access", "openid", "profile",
        ],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid",
            "name", "nickname", "email", "email_verified",
        ],
        "ui_locales_supported": ["en", "ja"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
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
