//! Keys of every kind verify what they signed, and any bytes at all are read without a panic.

mod compromised;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base64url::{self, encode};

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

fn with_algorithm((mut jwk, signature): (Value, Vec<u8>), name: &str) -> (Value, Vec<u8>) {
    jwk["alg"] = json!(name);
    (jwk, signature)
}

fn parse(jwk: &Value) -> Result<VerificationKey, UnusableKey> {
    let json = jwk.to_string();
    let members = crate::json::read_object(json.as_bytes(), &key::MEMBERS);
    VerificationKey::from_jwk(&members.expect("an object"))
}

#[test]
fn keys_of_curves_verify_by_their_own_algorithm_alone() {
    let cases = [
        (Algorithm::Es256, elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256")),
        (Algorithm::Es384, elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384")),
        (Algorithm::EdDsa, edwards()),
        (Algorithm::EdDsa, with_algorithm(edwards(), "EdDSA")),
        (Algorithm::EdDsa, with_algorithm(edwards(), "Ed25519")),
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

/// As .NET and others write keys: with every member that they know.
#[test]
fn members_without_a_value_count_as_absent() {
    let (good, signature) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "kid", "use", "key_ops", "alg", "n", "e"] {
        for nothing in [json!(null), json!([])] {
            let mut jwk = good.clone();
            jwk[name] = nothing;
            let key = parse(&jwk).unwrap_or_else(|error| panic!("{jwk}: {error}"));
            assert!(key.verify(Algorithm::Es256, MESSAGE, &signature), "{jwk}");
        }
    }
    let with = |name: &str, value: Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        parse(&jwk).err()
    };
    assert_eq!(with("oth", json!([null])), Some(UnusableKey::PrivateMembers));
    assert_eq!(with("d", json!("")), Some(UnusableKey::PrivateMembers));
    assert_eq!(with("d", json!({})), Some(UnusableKey::PrivateMembers));
    assert_eq!(with("key_ops", json!(["sign"])), Some(UnusableKey::KeyOperations));
    assert_eq!(with("key_ops", json!("verify")), Some(UnusableKey::KeyOperations));
    assert_eq!(with("use", json!("")), Some(UnusableKey::Use));
    assert_eq!(with("kid", json!(1)), Some(UnusableKey::KeyId));
    assert_eq!(with("kty", json!(null)), Some(UnusableKey::Member { name: "kty" }));
    assert_eq!(with("x", json!(null)), Some(UnusableKey::Member { name: "x" }));
}

#[test]
fn numbers_that_are_no_key_are_left_out() {
    let (good, _) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    let (other, _) = elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384");
    let (zeros, ones) = (encode(&[0; 32]), encode(&[255; 32]));
    let with = |of: &Value, name: &str, value: &str| {
        let mut jwk = of.clone();
        jwk[name] = json!(value);
        parse(&jwk).err()
    };
    for (name, coordinate) in [("x", &zeros), ("y", &zeros), ("x", &ones), ("y", &ones)] {
        assert_eq!(with(&good, name, coordinate), Some(UnusableKey::NoKey), "{name}");
    }
    assert_eq!(with(&other, "y", &encode(&[1; 48])), Some(UnusableKey::NoKey));
    // Both points, of which none is on its curve with the other's half.
    let (stranger, _) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    assert_eq!(with(&good, "y", stranger["y"].as_str().expect("a coordinate")), Some(UnusableKey::NoKey));
    let rsa = crate::testing::TestIssuer::new("https://i.example/", "api").jwk();
    assert_eq!(parse(&rsa).err(), None);
    let mut modulus = base64url::decode(rsa["n"].as_str().expect("a modulus")).expect("base64url");
    *modulus.last_mut().expect("a byte") &= 0xfe;
    assert_eq!(with(&rsa, "n", &encode(&modulus)), Some(UnusableKey::NoKey));
}

#[test]
fn a_member_of_a_key_is_there_once_and_means_something() {
    let (good, _) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    let (other, _) = edwards();
    let set = |member: &str| {
        let jwk = good.to_string().replacen('{', &format!("{{{member},"), 1);
        KeySet::parse(format!(r#"{{"keys":[{jwk},{other}]}}"#).as_bytes()).expect("the other one is good").1
    };
    let reasons = |member: &str| set(member).into_iter().map(|key| key.reason).collect::<Vec<_>>();
    assert_eq!(reasons(r#""x":"AQAB""#), [UnusableKey::Repeated { member: "x".into() }]);
    assert_eq!(reasons(r#""kid":"\ud800""#), [UnusableKey::Unreadable { member: "kid".into() }]);
    assert_eq!(reasons(r#""use":1e400"#), [UnusableKey::Unreadable { member: "use".into() }]);
    for twice in [r#""d":"AQAB","d":null"#, r#""d":null,"d":"AQAB""#, r#""kid":"1","kid":"1","d":[],"d":"""#]
    {
        assert_eq!(reasons(twice), [UnusableKey::PrivateMembers], "{twice}");
    }
    assert_eq!(reasons(r#""x5c":"\ud800","x5c":1e400"#), []);
}

#[test]
fn a_set_that_is_nested_too_deeply_is_none() {
    let (good, _) = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
    for place in [
        r#"{"a":@,"keys":[~]}"#,
        r#"{"keys":[~,{"a":@}]}"#,
        r#"{"keys":[~,@]}"#,
        r#"{"keys":[~],"b":{"c":@}}"#,
    ] {
        let document = |levels: usize| {
            let nested = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            place.replace('~', &good.to_string()).replace('@', &nested)
        };
        assert!(KeySet::parse(document(20).as_bytes()).is_ok(), "{place}");
        assert_eq!(KeySet::parse(document(500).as_bytes()).err(), Some(InvalidKeySet::TooDeep), "{place}");
    }
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

#[cfg(feature = "discovery")]
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
