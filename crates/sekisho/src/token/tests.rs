//! Any bytes from outside are read without a panic, and none of them make a token.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base64url::encode;
use crate::check::Check;
use crate::jwks::HeldKeys;
use crate::testing::{ManualClock, TestIssuer, TokenBuilder};

mod client_claims;
mod kept_claims;
mod logged_claims;
mod scopes_of;

const LIMIT: usize = 8192;

fn decode(entry: &[u8]) -> Result<DecodedToken<'_>, TokenError> {
    Ok(BearerToken::parse([entry], LIMIT)?.decode()?)
}

fn read_text(token: &str) -> Result<(), TokenError> {
    read(format!("Bearer {token}").as_bytes())
}

fn read(entry: &[u8]) -> Result<(), TokenError> {
    Verifier::new("api").read(&decode(entry)?).map(drop)
}

#[test]
fn a_token_is_never_shown() {
    let token = BearerToken::parse([b"Bearer a.b.c".as_slice()], LIMIT).expect("a bearer token");
    assert_eq!(format!("{token:?}"), "BearerToken(redacted)");
    let issuer = TestIssuer::new("https://i.example/", "api");
    let header = format!("Bearer {}", issuer.token().claim("sub", "somebody").sign());
    let verifier = Verifier::new("api");
    let decoded = decode(header.as_bytes()).expect("three parts");
    assert_eq!(format!("{decoded:?}"), "DecodedToken(redacted)");
    let unverified = verifier.read(&decoded).expect("a good form");
    assert!(!format!("{unverified:?}").contains("somebody"));
}

/// The parts are decoded before any is read; what is told is what a reader who goes from part to part meets first.
#[test]
fn of_several_faults_the_first_one_is_told() {
    let (header, payload) = (encode(br#"{"alg":"RS256"}"#), encode(b"{}"));
    let deep = encode(format!("{{\"a\":{}", "[".repeat(40)).as_bytes());
    let (array, no_algorithm) = (encode(b"[]"), encode(b"{}"));
    let encoding = |part| MalformedToken::Encoding { part }.into();
    let not_an_object = |part| MalformedToken::NotAnObject { part }.into();
    let too_deep = |part| MalformedToken::TooDeep { part }.into();
    let cases: [(&str, String, TokenError); 11] = [
        ("header, payload, signature", "+.+.+".to_owned(), encoding(Part::Header)),
        ("payload, signature", format!("{header}.+.+"), encoding(Part::Payload)),
        ("signature", format!("{header}.{payload}.+"), encoding(Part::Signature)),
        ("an array for a header, payload", format!("{array}.+.+"), not_an_object(Part::Header)),
        ("a deep header, payload", format!("{deep}.+.+"), too_deep(Part::Header)),
        ("an array for a payload, signature", format!("{header}.{array}.+"), not_an_object(Part::Payload)),
        ("a deep payload, signature", format!("{header}.{deep}.+"), too_deep(Part::Payload)),
        ("no algorithm, signature", format!("{no_algorithm}.{payload}.+"), encoding(Part::Signature)),
        ("no algorithm", format!("{no_algorithm}.{payload}.AA"), InvalidToken::Algorithm.into()),
        ("four parts, header", "+.a.a.a".to_owned(), MalformedToken::Parts.into()),
        ("two parts, header", "+.a".to_owned(), MalformedToken::Parts.into()),
    ];
    for (name, token, expected) in cases {
        assert_eq!(read_text(&token), Err(expected), "{name}");
    }
    assert_eq!(read_text(&format!("{header}.{payload}.AA")), Ok(()), "none");
}

/// Whoever asks for a later part first is not handed one that was never decoded.
#[test]
fn no_part_after_a_fault_is_handed_out() {
    let decoded = decode(b"Bearer e30.+.e30").expect("three parts");
    let fault = MalformedToken::Encoding { part: Part::Payload };
    assert!(decoded.header().is_ok());
    assert_eq!((decoded.payload().err(), decoded.signature().err()), (Some(fault), Some(fault)));
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
        let decoded = decode(entry.as_bytes())?;
        let token = verifier.read(&decoded)?;
        verifier
            .verify(&token, &keys, ManualClock::new().time())
            .map(|claims| claims.client().map(ToOwned::to_owned))
    };
    let token = || issuer.token().without_claim("aud");
    assert_eq!(judge(token().claim("client_id", "cognito-client")), Ok(Some("cognito-client".to_owned())));
    assert_eq!(judge(token().claim("client_id", "another")), Err(InvalidToken::Audience.into()));
    let missing = InvalidToken::ClaimMissing { claim: "client_id".to_owned(), check: Check::Audience };
    assert_eq!(judge(token().claim("aud", "cognito-client")), Err(missing.into()));
    // An `aud` beside it still says whom the token is for.
    let with = |aud: Value| judge(token().claim("client_id", "cognito-client").claim("aud", aud));
    assert_eq!(with(json!(["other", "cognito-client"])), Ok(Some("cognito-client".to_owned())));
    assert_eq!(with(json!("other")), Err(InvalidToken::Audience.into()));
    assert_eq!(
        with(json!(1)),
        Err(InvalidToken::ClaimType { claim: "aud".to_owned(), check: Check::Audience }.into())
    );
    // Any name, though nothing else reads it; a dot is part of it, for it is no path.
    let verifier = Verifier::new("orders").audience_claim("our.api");
    let entry = format!("Bearer {}", token().claim("our.api", "orders").sign());
    let decoded = decode(entry.as_bytes()).expect("three parts");
    let read = verifier.read(&decoded).expect("its form");
    assert!(verifier.verify(&read, &keys, ManualClock::new().time()).is_ok());
}

#[test]
fn a_key_is_the_same_whatever_else_its_issuer_says_of_it() {
    let (issuer, other) =
        (TestIssuer::new("https://i.example/", "orders"), TestIssuer::new("https://i.example/", "orders"));
    let held = |mut jwk: Value, left_out: &str| {
        jwk.as_object_mut().expect("a JWK").remove(left_out);
        let set = json!({ "keys": [jwk] }).to_string();
        let (set, _) = crate::jwks::KeySet::parse(set.as_bytes()).expect("keys");
        HeldKeys { issuer: "https://i.example/".into(), set: set.into() }
    };
    let verifier = Verifier::new("orders");
    let signed_with = |header: crate::testing::TokenBuilder<'_>| {
        let entry = format!("Bearer {}", header.sign());
        let decoded = decode(entry.as_bytes()).expect("three parts");
        let token = verifier.read(&decoded).expect("its form");
        let keys = held(issuer.jwk(), "");
        verifier.verify_signed(&token, &keys, ManualClock::new().time()).expect("a good one").1
    };
    let named = signed_with(issuer.token());
    let unnamed = signed_with(issuer.token().without_header("kid"));
    // By `left_out`, and whether it is still the key of a token that names it, and of one that does not.
    for (left_out, by_name, without) in [("", true, true), ("alg", true, true), ("kid", false, true)] {
        let keys = held(issuer.jwk(), left_out);
        assert_eq!(named.would_verify_with(&keys), by_name, "without {left_out}");
        assert_eq!(unnamed.would_verify_with(&keys), without, "without {left_out}");
    }
    // Another key under its name.
    assert!(!named.would_verify_with(&held(other.jwk(), "")));
    assert!(!unnamed.would_verify_with(&held(other.jwk(), "")));
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
        let decoded = decode(entry.as_bytes())?;
        let token = verifier.read(&decoded)?;
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
        let decoded = decode(entry.as_bytes())?;
        let token = verifier.read(&decoded)?;
        let accepted = verifier.verify(&token, &keys, SystemTime::UNIX_EPOCH).is_ok();
        // At the beginning of time `iat` is in the future, so nothing passes; and nothing panics.
        prop_assert!(!accepted);
    }
}

/// What becomes of a token whose claims are written like this.
fn judge_payload(verifier: &Verifier, payload: &str) -> Result<Claims, TokenError> {
    let issuer = property_issuer();
    let keys = HeldKeys {
        issuer: "https://i.example/".into(),
        set: crate::jwks::KeySet::parse(issuer.jwks().as_bytes()).expect("keys").0.into(),
    };
    let entry = format!("Bearer {}", issuer.sign(&issuer.token().header_json(), payload));
    let decoded = BearerToken::parse([entry.as_bytes()], 64 * LIMIT)?.decode()?;
    verifier.verify(&verifier.read(&decoded)?, &keys, ManualClock::new().time())
}

/// A good token with further members, `"a":1,"b":2`, written as they are. Of its client nothing is said.
fn with_members(members: &str) -> String {
    let own = property_issuer().token().without_claim("azp").payload_json();
    let comma = if members.is_empty() { "" } else { "," };
    own.replacen('{', &format!("{{{members}{comma}"), 1)
}

fn judge(verifier: &Verifier, members: &str) -> Result<Claims, TokenError> {
    judge_payload(verifier, &with_members(members))
}

fn paths(texts: &[&str]) -> Vec<ClaimPath> {
    texts.iter().map(|text| text.parse().expect("a path")).collect()
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
