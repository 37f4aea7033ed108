//! The RSA key that tokens are signed with, and the half of it that is published.

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A key pair with its key ID.
pub(super) struct SigningKey {
    pair: KeyPair,
    kid: String,
}

impl SigningKey {
    /// A fresh key of 2048 bits, the least that RS256 allows (RFC 7518 §3.3).
    pub(super) fn generate() -> Result<Self, Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let kid = thumbprint(pair.public_key());
        Ok(Self { pair, kid })
    }

    /// Its key ID.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key as a JWK (RFC 7517 §4), member by member: nothing private can slip in.
    pub(super) fn jwk(&self) -> Value {
        let public = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": modulus(public),
            "e": exponent(public),
        })
    }

    /// Signs `claims` as a JWT (RFC 7519) in the compact serialization of RFC 7515 §3.1.
    pub(super) fn sign(&self, claims: &Value) -> Result<String, Unspecified> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid });
        let signing_input = format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signing_input.as_bytes(), &mut signature)?;
        Ok(format!("{signing_input}.{}", base64url(signature)))
    }

    /// The claims of a token that this key signed, whenever that was. `serde_json` reads them, since nothing comes to
    /// it but what [`Self::sign`] has itself written and signed.
    pub(super) fn verify(&self, token: &str) -> Option<Value> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Nothing but what is written above is ever signed, so its header needs no reading.
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key())
            .verify(signing_input.as_bytes(), &signature)
            .ok()?;
        let (_header, claims) = signing_input.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}

/// The key's JWK thumbprint (RFC 7638 §3): the digest of its required members, in order, without spaces.
fn thumbprint(key: &PublicKey) -> String {
    let members = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, exponent(key), modulus(key));
    base64url(digest::digest(&digest::SHA256, members.as_bytes()))
}

fn modulus(key: &PublicKey) -> String {
    base64url(key.modulus().big_endian_without_leading_zero())
}

fn exponent(key: &PublicKey) -> String {
    base64url(key.exponent().big_endian_without_leading_zero())
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
