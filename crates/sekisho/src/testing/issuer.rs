//! An issuer for tests.

use std::time::{Duration, SystemTime};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Map, Value, json};

use crate::authorizer::Issuer;
use crate::base64url;
use crate::jwks::{KeySet, Keys};
use crate::token::Verifier;

/// Signs access tokens with an RSA key that is made for it (RS256).
pub struct TestIssuer {
    name: String,
    audience: String,
    kid: String,
    key: RsaKeyPair,
}

impl TestIssuer {
    /// An issuer of this name, for this audience.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to test")]
    pub fn new(name: impl Into<String>, audience: impl Into<String>) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key of 2048 bits can be made");
        Self { name: name.into(), audience: audience.into(), kid: "test-key".to_owned(), key }
    }

    /// Names its key.
    #[must_use]
    pub fn kid(mut self, kid: impl Into<String>) -> Self {
        self.kid = kid.into();
        self
    }

    /// Its public key as a JWK.
    pub fn jwk(&self) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.key.public_key());
        json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
            "n": base64url::encode(&public.n), "e": base64url::encode(&public.e),
        })
    }

    /// Its JWK set.
    pub fn jwks(&self) -> String {
        json!({ "keys": [self.jwk()] }).to_string()
    }

    /// Its public key, in DER (PKCS #1 in `SubjectPublicKeyInfo`).
    #[expect(
        clippy::missing_panics_doc,
        clippy::expect_used,
        reason = "a public key that was made has a DER form"
    )]
    pub fn public_key_der(&self) -> Vec<u8> {
        self.key.public_key().as_der().expect("a public key has a DER form").as_ref().to_vec()
    }

    /// The issuer as an authorizer trusts it, with keys that are held.
    ///
    /// # Panics
    /// Never: its one key can be used.
    #[expect(clippy::expect_used, reason = "a set with a key that was made for it has a usable key")]
    pub fn issuer(&self) -> Issuer {
        let (set, _) = KeySet::parse(self.jwks().as_bytes()).expect("a set with a usable key");
        Issuer::new(Keys::fixed(self.name.as_str(), set), Verifier::new(self.audience.as_str()))
    }

    /// A token to be: of `alice`, for the client `test-client`, without a scope, issued at the start of a
    /// [`ManualClock`](super::ManualClock) and good for an hour. By the system's clock, say
    /// `.issued_at(SystemTime::now())`; somebody else is `.claim("sub", "bob")`.
    pub fn token(&self) -> TokenBuilder<'_> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!("RS256"));
        header.insert("typ".to_owned(), json!("JWT"));
        header.insert("kid".to_owned(), json!(self.kid));
        let builder = TokenBuilder { issuer: self, header, payload: Map::new() };
        builder
            .claim("iss", self.name.as_str())
            .claim("sub", "alice")
            .claim("aud", self.audience.as_str())
            .claim("azp", "test-client")
            .issued_at(super::ManualClock::new().time())
    }

    /// Signs any two texts as header and payload, by RS256.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        self.sign_by(&RSA_PKCS1_SHA256, header, payload)
    }

    /// Signs any two texts by another RSA algorithm, whatever the header says.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to test")]
    pub fn sign_by(&self, encoding: &'static dyn RsaEncoding, header: &str, payload: &str) -> String {
        let input =
            format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .expect("an RSA key signs");
        format!("{input}.{}", base64url::encode(&signature))
    }
}

impl std::fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestIssuer").field("name", &self.name).field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// A token to be.
#[derive(Debug, Clone)]
#[must_use]
pub struct TokenBuilder<'a> {
    issuer: &'a TestIssuer,
    header: Map<String, Value>,
    payload: Map<String, Value>,
}

impl TokenBuilder<'_> {
    /// Sets `scope`.
    pub fn scope(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Sets `sub`.
    pub fn subject(self, subject: &str) -> Self {
        self.claim("sub", subject)
    }

    /// Sets `iat`, and `exp` an hour later.
    pub fn issued_at(self, time: SystemTime) -> Self {
        let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        self.claim("iat", seconds).claim("exp", seconds + 3600)
    }

    /// Sets a claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.payload.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.payload.remove(name);
        self
    }

    /// Sets a header parameter.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// The header, as it will be signed.
    pub fn header_json(&self) -> String {
        Value::from(self.header.clone()).to_string()
    }

    /// The claims, as they will be signed.
    pub fn payload_json(&self) -> String {
        Value::from(self.payload.clone()).to_string()
    }

    /// The signed token.
    pub fn sign(&self) -> String {
        self.issuer.sign(&self.header_json(), &self.payload_json())
    }
}
