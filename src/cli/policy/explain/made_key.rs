//! A key that is made on the spot, and trusted for this one call: for a token whose signature is not to be checked, and for
//! one that nobody issued.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho::jwks::{Algorithm, KeySet};
use serde_json::{Value, json};

/// A key pair for one algorithm.
pub(super) struct MadeKey {
    algorithm: Algorithm,
    pair: Pair,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Elliptic(EcdsaKeyPair, &'static str),
    Edwards(Ed25519KeyPair),
}

/// What the cryptography does not say any more of.
fn failed<E>(_: E) -> String {
    "no key could be made on this machine".to_owned()
}

impl MadeKey {
    /// # Errors
    /// The machine has no randomness, or no such algorithm is known here.
    pub(super) fn new(algorithm: Algorithm) -> Result<Self, String> {
        let rsa = |encoding: &'static dyn RsaEncoding| {
            RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Pair::Rsa(pair, encoding)).map_err(failed)
        };
        let pair = match algorithm {
            Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            Algorithm::Rs384 => rsa(&RSA_PKCS1_SHA384),
            Algorithm::Rs512 => rsa(&RSA_PKCS1_SHA512),
            Algorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            Algorithm::Ps384 => rsa(&RSA_PSS_SHA384),
            Algorithm::Ps512 => rsa(&RSA_PSS_SHA512),
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .map(|pair| Pair::Elliptic(pair, "P-256"))
                .map_err(failed),
            Algorithm::Es384 => EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)
                .map(|pair| Pair::Elliptic(pair, "P-384"))
                .map_err(failed),
            Algorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Edwards).map_err(failed),
            other => Err(format!("no key can be made for {other}")),
        };
        pair.map(|pair| Self { algorithm, pair })
    }

    /// The set of this one key, by this name, as an issuer would publish it.
    pub(super) fn published(self, kid: Option<&str>) -> Published {
        let mut jwk = self.jwk();
        if let Some(kid) = kid {
            jwk["kid"] = kid.into();
        }
        Published(json!({ "keys": [jwk] }).to_string())
    }

    fn jwk(&self) -> Value {
        let alg = self.algorithm.name();
        match &self.pair {
            Pair::Rsa(pair, _) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({ "kty": "RSA", "alg": alg, "n": encode(&public.n), "e": encode(&public.e) })
            }
            Pair::Elliptic(pair, curve) => {
                // Uncompressed: a mark, and two coordinates of one length (SEC 1 §2.3.3).
                let coordinates = &pair.public_key().as_ref()[1..];
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                json!({ "kty": "EC", "alg": alg, "crv": curve, "x": encode(x), "y": encode(y) })
            }
            Pair::Edwards(pair) => {
                json!({ "kty": "OKP", "alg": alg, "crv": "Ed25519", "x": encode(pair.public_key().as_ref()) })
            }
        }
    }

    /// The token: header and payload as they stand in it, with a signature of this key.
    pub(super) fn signed(&self, input: &str) -> Result<String, String> {
        Ok(format!("{input}.{}", encode(&self.signature(input.as_bytes())?)))
    }

    fn signature(&self, input: &[u8]) -> Result<Vec<u8>, String> {
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), input, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::Elliptic(pair, _) => {
                Ok(pair.sign(&SystemRandom::new(), input).map_err(failed)?.as_ref().to_vec())
            }
            Pair::Edwards(pair) => Ok(pair.sign(input).as_ref().to_vec()),
        }
    }
}

/// A set of keys, to be read by each issuer that is to have it.
pub(super) struct Published(String);

impl Published {
    /// # Errors
    /// Its key cannot be used.
    pub(super) fn set(&self) -> Result<KeySet, String> {
        KeySet::parse(self.0.as_bytes()).map(|(set, _)| set).map_err(|error| error.to_string())
    }
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use sekisho::jwks::HeldKeys;
    use sekisho::token::{BearerToken, InvalidToken, Verifier};

    use super::*;

    #[test]
    fn for_every_algorithm_that_is_accepted_a_key_can_be_made_whose_tokens_verify() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        for algorithm in Algorithm::ALL {
            let key = MadeKey::new(algorithm).unwrap();
            let header = json!({ "alg": algorithm.name(), "kid": "a \"kid\"" }).to_string();
            let payload = json!({ "iss": "i", "aud": "a", "sub": "s", "exp": 1_800_000_060 }).to_string();
            let token = key.signed(&format!("{}.{}", encode(header), encode(payload))).unwrap();
            let verifier = Verifier::new("a").algorithms([algorithm]);
            let verified_by = |key: MadeKey| {
                let entry = format!("Bearer {token}");
                let decoded = BearerToken::parse([entry.as_bytes()], 8192).unwrap().decode().unwrap();
                let keys = HeldKeys {
                    issuer: "i".into(),
                    set: key.published(Some("a \"kid\"")).set().unwrap().into(),
                };
                verifier.verify(&verifier.read(&decoded).unwrap(), &keys, now).map(drop)
            };
            assert_eq!(verified_by(key), Ok(()), "{algorithm}");
            let another = MadeKey::new(algorithm).unwrap();
            assert_eq!(verified_by(another), Err(InvalidToken::Signature.into()), "{algorithm}");
        }
    }
}
