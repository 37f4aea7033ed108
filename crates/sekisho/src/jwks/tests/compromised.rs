//! Secrets that an issuer publishes beside the keys that they are of.

use super::*;

/// A secret is told by the one number that its keys share; the secret of a negated point is the negated one.
#[test]
fn a_key_whose_secret_is_published_beside_it_is_compromised() {
    let elliptic = elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256").0;
    let edwards = edwards().0;
    let mut negated = base64url::decode(edwards["x"].as_str().expect("a point")).expect("base64url");
    negated[31] ^= 0x80;
    let twice = format!(r#"{{"x":{},"x":"AQAB","d":"AQAB"}}"#, elliptic["x"]);
    let x_alone = json!({"x": elliptic["x"], "d": "AQAB"}).to_string();
    let other_y =
        json!({"kty": "EC", "crv": "P-256", "x": elliptic["x"], "y": "AQAB", "d": "AQAB"}).to_string();
    let of_edwards = json!({"kty": "OKP", "x": edwards["x"], "d": ""}).to_string();
    let negated = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&negated), "d": "AQAB"}).to_string();
    let cases = [
        (&elliptic, twice),
        (&elliptic, x_alone),
        (&elliptic, other_y),
        (&edwards, of_edwards),
        (&edwards, negated),
    ];
    let rsa = crate::testing::TestIssuer::new("https://i.example/", "api").jwk();
    for (good, private) in cases {
        let parse = |private: &str| {
            let set = KeySet::parse(format!(r#"{{"keys":[{good},{private},{rsa}]}}"#).as_bytes());
            set.expect("the other one is good")
                .1
                .into_iter()
                .map(|key| (key.index, key.reason))
                .collect::<Vec<_>>()
        };
        let private_members = |index| (index, UnusableKey::PrivateMembers);
        assert_eq!(parse(&private), [private_members(0), private_members(1)], "{private}");
        let other = private.replace(good["x"].as_str().expect("x"), "AQAC").replace(r#""d""#, r#""k""#);
        if other.contains("AQAC") {
            assert_eq!(parse(&other), [private_members(1)], "{other}: of another number");
        }
    }
}
