//! Any bytes from outside are read without a panic, and none of them make a token.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base64url::encode;
use crate::jwks::HeldKeys;
use crate::testing::{ManualClock, TestIssuer};

const LIMIT: usize = 8192;

fn read(entry: &[u8]) -> Result<(), TokenError> {
    let token = BearerToken::parse([entry], LIMIT)?;
    Verifier::new("api").read(token).map(drop)
}

#[test]
fn a_token_is_never_shown() {
    let token = BearerToken::parse([b"Bearer a.b.c".as_slice()], LIMIT).expect("a bearer token");
    assert_eq!(format!("{token:?}"), "BearerToken(redacted)");
    let issuer = TestIssuer::new("https://i.example/", "api");
    let header = format!("Bearer {}", issuer.token().claim("sub", "somebody").sign());
    let verifier = Verifier::new("api");
    let unverified =
        verifier.read(BearerToken::parse([header.as_bytes()], LIMIT).expect("a token")).expect("a good form");
    assert!(!format!("{unverified:?}").contains("somebody"));
}

#[test]
fn an_entry_at_the_limit_is_read_and_a_byte_more_is_not() {
    let entry = |length: usize| format!("Bearer {}", "a".repeat(length - "Bearer ".len()));
    let parse = |length: usize| BearerToken::parse([entry(length).as_bytes()], 100).map(drop);
    assert_eq!(parse(100), Ok(()));
    assert_eq!(parse(101), Err(MalformedToken::TooLong { limit: 100 }.into()));
}

#[test]
fn the_audience_may_stand_in_a_claim_of_another_name() {
    let issuer = TestIssuer::new("https://i.example/", "ignored");
    let keys = HeldKeys {
        issuer: "https://i.example/".into(),
        set: crate::jwks::KeySet::parse(issuer.jwks().as_bytes()).expect("keys").0.into(),
    };
    let verifier = Verifier::new("cognito-client").audience_claim("client_id");
    let judge = |builder: crate::testing::TokenBuilder<'_>| {
        let entry = format!("Bearer {}", builder.sign());
        let token = verifier.read(BearerToken::parse([entry.as_bytes()], LIMIT)?)?;
        verifier
            .verify(&token, &keys, ManualClock::new().time())
            .map(|claims| claims.client().map(ToOwned::to_owned))
    };
    let token = || issuer.token().without_claim("aud");
    assert_eq!(judge(token().claim("client_id", "cognito-client")), Ok(Some("cognito-client".to_owned())));
    assert_eq!(judge(token().claim("client_id", "another")), Err(InvalidToken::Audience.into()));
    let missing = InvalidToken::ClaimMissing { claim: "client_id".to_owned() };
    assert_eq!(judge(token().claim("aud", "cognito-client")), Err(missing.into()));
    // An `aud` beside it still says whom the token is for.
    let with = |aud: Value| judge(token().claim("client_id", "cognito-client").claim("aud", aud));
    assert_eq!(with(json!(["other", "cognito-client"])), Ok(Some("cognito-client".to_owned())));
    assert_eq!(with(json!("other")), Err(InvalidToken::Audience.into()));
    assert_eq!(with(json!(1)), Err(InvalidToken::ClaimType { claim: "aud".to_owned() }.into()));
    // Any name, though nothing else reads it; a dot is part of it, for it is no path.
    let verifier = Verifier::new("orders").audience_claim("our.api");
    let entry = format!("Bearer {}", token().claim("our.api", "orders").sign());
    let read =
        verifier.read(BearerToken::parse([entry.as_bytes()], LIMIT).expect("a token")).expect("its form");
    assert!(verifier.verify(&read, &keys, ManualClock::new().time()).is_ok());
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let member = ("roles|a", inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(member, 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
        prop_assert!(read(&[b"Bearer ", bytes.as_slice()].concat()).is_err());
    }

    #[test]
    fn any_three_parts_are_read_without_a_panic(
        header in proptest::collection::vec(any::<u8>(), 0..60),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let entry = format!("Bearer {}.{}.", encode(&header), encode(&payload));
        let _ = read(entry.as_bytes());
    }

    /// Whatever the claims are, what comes out was asked for: nothing of the wrong type passes.
    #[test]
    fn any_claims_are_judged_without_a_panic(name in "iss|sub|aud|exp|nbf|iat|client_id|azp|typ|scope|scp|realm_access", value in json_value()) {
        let issuer = property_issuer();
        let keys = HeldKeys {
            issuer: "https://i.example/".into(),
            set: crate::jwks::KeySet::parse(issuer.jwks().as_bytes()).expect("keys").0.into(),
        };
        let entry = format!("Bearer {}", issuer.token().claim(&name, value.clone()).sign());
        let claims = ["scope".parse()?, "scp".parse()?, "realm_access.roles".parse()?, "realm_access.a.roles".parse()?];
        let verifier = Verifier::new("api").scope_claims(claims).scope_prefix("a".parse()?);
        let token = verifier.read(BearerToken::parse([entry.as_bytes()], LIMIT)?)?;
        let now = ManualClock::new().time();
        if let Ok(claims) = verifier.verify(&token, &keys, now) {
            prop_assert!(claims.expires_at() + Duration::from_secs(5) > now);
            let is_text = value.is_string();
            prop_assert!(is_text || !["iss", "sub", "client_id", "azp"].contains(&name.as_str()), "{name}: {value}");
            let is_any = ["typ", "scope", "scp", "realm_access"].contains(&name.as_str());
            prop_assert!(is_text || value.is_array() || is_any || value.is_number());
            prop_assert!(name != "realm_access" || value.is_object() || claims.scopes().is_empty(), "{value}");
        }
    }

    #[test]
    fn a_date_is_a_number_up_to_the_year_9999(seconds in any::<f64>()) {
        let issuer = property_issuer();
        let keys = HeldKeys {
            issuer: "https://i.example/".into(),
            set: crate::jwks::KeySet::parse(issuer.jwks().as_bytes()).expect("keys").0.into(),
        };
        let entry = format!("Bearer {}", issuer.token().claim("exp", json!(seconds)).sign());
        let verifier = Verifier::new("api");
        let token = verifier.read(BearerToken::parse([entry.as_bytes()], LIMIT)?)?;
        let accepted = verifier.verify(&token, &keys, SystemTime::UNIX_EPOCH).is_ok();
        // At the beginning of time `iat` is in the future, so nothing passes; and nothing panics.
        prop_assert!(!accepted);
    }
}

/// One key for all cases: RSA keys are dear.
fn property_issuer() -> &'static TestIssuer {
    static ISSUER: std::sync::OnceLock<TestIssuer> = std::sync::OnceLock::new();
    ISSUER.get_or_init(|| TestIssuer::new("https://i.example/", "api"))
}

#[test]
fn a_token_is_of_the_characters_that_rfc_6750_has() {
    let characters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    for byte in 0..=u8::MAX {
        let entry = [b"Bearer a".as_slice(), &[byte], b"b"].concat();
        let is_read = BearerToken::parse([entry.as_slice()], LIMIT).is_ok();
        assert_eq!(is_read, characters.contains(&byte), "{byte}");
    }
}
