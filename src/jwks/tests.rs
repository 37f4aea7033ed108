//! Keys of every kind verify what they signed, and any bytes at all are read without a panic.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base64url::encode;

const MESSAGE: &[u8] = b"header.payload";

/// A key of an elliptic curve as a JWK, and its signature of [`MESSAGE`].
fn elliptic(algorithm: &'static EcdsaSigningAlgorithm, curve: &str) -> (Value, Vec<u8>) {
    let key = EcdsaKeyPair::generate(algorithm).expect("a key");
    let point = &key.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    let jwk = json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)});
    (jwk, key.sign(&SystemRandom::new(), MESSAGE).expect("a signature").as_ref().to_vec())
}

fn edwards() -> (Value, Vec<u8>) {
    signed_by(&Ed25519KeyPair::generate().expect("a key"))
}

fn signed_by(key: &Ed25519KeyPair) -> (Value, Vec<u8>) {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(key.public_key().as_ref())});
    (jwk, key.sign(MESSAGE).as_ref().to_vec())
}

fn parse(jwk: &Value) -> Result<VerificationKey, UnusableKey> {
    VerificationKey::from_jwk(jwk.as_object().expect("an object"))
}

#[test]
fn keys_of_curves_verify_by_their_own_algorithm_alone() {
    let cases = [
        (Algorithm::Es256, elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256")),
        (Algorithm::Es384, elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384")),
        (Algorithm::EdDsa, edwards()),
    ];
    for (algorithm, (jwk, signature)) in cases {
        let key = parse(&jwk).expect("a key");
        let accepted: Vec<Algorithm> = Algorithm::ALL
            .into_iter()
            .filter(|algorithm| key.verify(*algorithm, MESSAGE, &signature))
            .collect();
        assert_eq!(accepted, [algorithm]);
        assert!(!key.verify(algorithm, b"header.other", &signature), "{algorithm}: another message");
        assert!(!key.verify(algorithm, MESSAGE, &signature[1..]), "{algorithm}: a short signature");
        assert!(!key.verify(algorithm, MESSAGE, b""), "{algorithm}: no signature");
    }
}

/// One key in 256 begins as an uncompressed point of an elliptic curve does.
#[test]
fn a_key_of_ed25519_may_begin_with_any_byte() {
    let seeds = (0..=u16::MAX).map(|number| [[0; 30].as_slice(), &number.to_be_bytes()].concat());
    let mut keys = seeds.map(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key"));
    let key = keys.find(|key| key.public_key().as_ref()[0] == 4).expect("one in 256");
    let (jwk, signature) = signed_by(&key);
    assert!(parse(&jwk).expect("a key").verify(Algorithm::EdDsa, MESSAGE, &signature));
}

#[test]
fn a_key_of_a_curve_has_coordinates_of_its_curve() {
    let (good, _) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    assert!(parse(&good).is_ok());
    let with = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        parse(&jwk).err()
    };
    assert_eq!(with("crv", json!("P-384")), Some(UnusableKey::Member { name: "x" }));
    assert_eq!(with("crv", json!("secp256k1")), Some(UnusableKey::Curve));
    assert_eq!(with("y", json!("AQAB")), Some(UnusableKey::Member { name: "y" }));
    assert_eq!(with("alg", json!("RS256")), Some(UnusableKey::Algorithm));
    assert_eq!(with("d", json!("AQAB")), Some(UnusableKey::PrivateMembers));
}

#[test]
fn the_same_keys_are_the_same_and_others_are_not() {
    let (one, two) = (edwards().0, edwards().0);
    let set =
        |keys: &[&Value]| KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).expect("a set").0;
    assert_eq!(set(&[&one, &two]), set(&[&one, &two]));
    assert_eq!(set(&[&one, &two]), set(&[&two, &one]), "the order is nothing");
    assert_ne!(set(&[&one]), set(&[&two]));
    assert_ne!(set(&[&one, &one]), set(&[&one, &two]));
    let mut named = one.clone();
    named["kid"] = json!("new");
    assert_ne!(set(&[&one]), set(&[&named]));
}

#[cfg(feature = "remote")]
#[test]
fn keys_are_fetched_by_https_or_on_loopback() {
    use super::InvalidHttpUrl::{Credentials, Fragment, NoUrl, PlainHttp as Plain, Scheme};
    let cases = [
        ("https://tenant.example/", Ok(())),
        ("https://tenant.example/keys?p=1", Ok(())),
        ("http://localhost:9000/", Ok(())),
        ("http://127.0.0.1/", Ok(())),
        ("http://127.255.0.7:1/", Ok(())),
        ("http://[::1]:9000/", Ok(())),
        ("http://tenant.example/", Err(Plain)),
        ("http://localhost.example/", Err(Plain)),
        ("http://127.0.0.1.example/", Err(Plain)),
        ("http://128.0.0.1/", Err(Plain)),
        ("http://0.0.0.0/", Err(Plain)),
        ("https://user@tenant.example/", Err(Credentials)),
        ("https://:secret@tenant.example/", Err(Credentials)),
        ("https://tenant.example/#x", Err(Fragment)),
        ("ftp://tenant.example/", Err(Scheme)),
        ("file:///etc/passwd", Err(Scheme)),
        ("tenant.example", Err(NoUrl)),
        ("", Err(NoUrl)),
        (" https://tenant.example/", Err(NoUrl)),
        ("https://tenant.example/\nforged line", Err(NoUrl)),
        ("https://tenant.example/\u{1b}[2J", Err(NoUrl)),
    ];
    for (text, expected) in cases {
        assert_eq!(HttpUrl::parse(text, PlainHttp::LoopbackOnly).map(drop), expected, "{text}");
    }
    assert!(HttpUrl::parse("http://tenant.example/", PlainHttp::DangerousAnywhere).is_ok());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = KeySet::parse(&bytes);
    }

    /// Texts that look like key sets come further than bytes do.
    #[test]
    fn what_looks_like_a_set_is_read_without_a_panic(
        kty in "RSA|EC|OKP|oct|", member in "kid|use|alg|n|e|x|y|crv|key_ops", value in "[A-Za-z0-9_-]{0,12}|sig|RS256|P-256",
    ) {
        let jwk = json!({"kty": kty, "n": value, "e": "AQAB", "crv": "P-256", member: value});
        if let Ok((set, _)) = KeySet::parse(json!({ "keys": [jwk] }).to_string().as_bytes()) {
            prop_assert!(set.candidates(None, Algorithm::Rs256).all(|key| !key.verify(Algorithm::Rs256, MESSAGE, b"x")));
        }
    }
}
