//! An issuer for tests.

use std::sync::Arc;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents};
use serde_json::{Value, json};

use crate::authorizer::Issuer;
use crate::base64url;
use crate::jwks::{KeySet, Keys};
use crate::scope::{ScopePrefix, ScopeSet};
use crate::token::Verifier;

use super::{TokenBuilder, TokenShape};

/// Signs access tokens with an RSA key that is made for it (RS256). All clones have the one key, which takes long to
/// make.
#[derive(Clone)]
pub struct TestIssuer {
    name: String,
    audience: String,
    kid: String,
    shape: TokenShape,
    scope_prefix: Option<ScopePrefix>,
    scopes_of: Vec<(String, ScopeSet)>,
    key: Arc<RsaKeyPair>,
}

impl TestIssuer {
    /// An issuer of this name, for this audience.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to test")]
    pub fn new(name: impl Into<String>, audience: impl Into<String>) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key of 2048 bits can be made");
        Self {
            name: name.into(),
            audience: audience.into(),
            kid: "test-key".to_owned(),
            shape: TokenShape::Plain,
            scope_prefix: None,
            scopes_of: Vec::new(),
            key: Arc::new(key),
        }
    }

    /// Another name and another audience, for the same key.
    #[must_use]
    pub fn renamed(self, name: impl Into<String>, audience: impl Into<String>) -> Self {
        Self { name: name.into(), audience: audience.into(), ..self }
    }

    /// Writes tokens as another issuer does, and is trusted with the settings for them.
    ///
    /// ```
    /// # use sekisho::testing::{TestIssuer, TokenShape};
    /// let issuer = TestIssuer::new("https://tenant.okta.com/oauth2/default", "orders").shape(TokenShape::Okta);
    /// let token = issuer.token().scope("orders:read");
    /// assert!(token.payload_json().contains(r#""scp":["openid","orders:read","offline_access"]"#));
    /// ```
    #[must_use]
    pub fn shape(self, shape: TokenShape) -> Self {
        Self { shape, ..self }
    }

    /// What stands before scopes where clients ask for them, and in tokens where its shape says so; in place of that of
    /// the shape.
    #[must_use]
    pub fn scope_prefix(self, prefix: ScopePrefix) -> Self {
        Self { scope_prefix: Some(prefix), ..self }
    }

    /// Trusts tokens about a subject with these scopes, see [`Verifier::scopes_of`]: for shapes that write none. The
    /// matrix then has rows for each subject. For one subject they add up.
    #[must_use]
    pub fn scopes_of(mut self, subject: impl Into<String>, scopes: ScopeSet) -> Self {
        self.scopes_of.push((subject.into(), scopes));
        self
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
        Issuer::new(Keys::fixed(self.name.as_str(), set), self.verifier())
    }

    /// What accepts its tokens.
    pub fn verifier(&self) -> Verifier {
        let verifier = self.shape.verifier(&self.audience);
        let prefixed = match &self.scope_prefix {
            Some(prefix) => verifier.scope_prefix(prefix.clone()),
            None => verifier,
        };
        let scopes_of = self.scopes_of.iter().cloned();
        scopes_of.fold(prefixed, |verifier, (subject, scopes)| verifier.scopes_of(subject, scopes))
    }

    /// Who has scopes whatever its tokens say, as they were said: a subject may stand there twice.
    pub(super) fn subjects(&self) -> &[(String, ScopeSet)] {
        &self.scopes_of
    }

    pub(super) fn writes_scopes(&self) -> bool {
        self.shape.writes_scopes()
    }

    /// A token to be, as its shape has it, without a scope, issued at the start of a [`ManualClock`](super::ManualClock)
    /// and good for an hour. By the system's clock, say `.issued_at(SystemTime::now())`; somebody else is
    /// `.subject("bob")`. Unless there is another shape, it is of `alice`, for the client `test-client`.
    pub fn token(&self) -> TokenBuilder<'_> {
        TokenBuilder::access(self, self.shape.written(&self.name, &self.audience))
    }

    /// The ID token that comes with an access token, which is no permission to call an API; none where the shape is of an
    /// issuer that has no such thing.
    pub fn id_token(&self) -> Option<TokenBuilder<'_>> {
        TokenBuilder::identity(self, self.shape.written(&self.name, &self.audience))
    }

    pub(super) fn key_id(&self) -> &str {
        &self.kid
    }

    /// The claims in which these scopes stand.
    pub(super) fn scope_claims(&self, scopes: &str) -> Value {
        // As it was said, well-formed or not.
        if self.shape == TokenShape::Plain {
            return json!({ "scope": scopes });
        }
        let verifier = self.verifier();
        let prefix = if self.shape.writes_prefix() { verifier.prefix_of_scopes().as_str() } else { "" };
        let scopes: Vec<String> = scopes.split_whitespace().map(|scope| format!("{prefix}{scope}")).collect();
        self.shape.scope_claims(&scopes.iter().map(String::as_str).collect::<Vec<_>>())
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
