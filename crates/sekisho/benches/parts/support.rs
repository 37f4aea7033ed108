//! Issuers with keys of each kind, tokens as long as real ones, and policies of any size.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::future::ready;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use sekisho::authorizer::{Authorization, Authorizer, Denial, Verdict};
use sekisho::jwks::{Algorithm, KeySet, Keys};
use sekisho::policy::Policy;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use sekisho::{Issuer, Services};
use tonic::body::Body;
use tower::service_fn;

pub const ISSUER: &str = "https://tenant.example/";
pub const AUDIENCE: &str = "https://orders.example/api";
/// A method of each policy of [`descriptor_set`].
pub const PATH: &str = "/orders.v1.Orders0/Get0";

/// Three methods are those of three APIs, as the program has them; where there are many, services are large.
fn methods_of_a_service(methods: usize) -> usize {
    if methods == 3 { 1 } else { 100 }
}

fn services_of(methods: usize) -> usize {
    methods.div_ceil(methods_of_a_service(methods))
}

/// Services `orders.v1.Orders0`, `orders.v1.Orders1`, …, each with methods `Get0`, `Get1`, …
pub fn descriptor_set(methods: usize) -> Vec<u8> {
    let mut source = String::from(
        "syntax = \"proto3\"; package orders.v1; import \"sekisho/v1/access.proto\"; message Order {}\n",
    );
    for service in 0..services_of(methods) {
        let _ = writeln!(source, "service Orders{service} {{");
        for method in 0..methods_of_a_service(methods) {
            let rule = format!("option (sekisho.v1.access) = {{ all_of: \"orders{method}:read\" }};");
            let _ = writeln!(source, "  rpc Get{method}(Order) returns (Order) {{ {rule} }}");
        }
        source.push_str("}\n");
    }
    sekisho_build::descriptor_set_of(&source).expect("a descriptor set")
}

/// All services of a [`descriptor_set`], with handlers that do nothing.
pub fn services(methods: usize, descriptor_set: &[u8]) -> Services {
    let handler = |_: Request<Body>| ready(Ok::<_, Infallible>(Response::new(Body::empty())));
    let name = |number| format!("orders.v1.Orders{number}");
    let services = Services::new(descriptor_set);
    (0..services_of(methods)).fold(services, |all, number| all.add_named(name(number), service_fn(handler)))
}

pub fn policy(methods: usize) -> Policy {
    Policy::from_descriptor_set(&descriptor_set(methods)).expect("a policy")
}

/// With the clock of the tokens.
pub fn authorizer(methods: usize, issuer: Issuer) -> Authorizer {
    Authorizer::new(policy(methods), issuer).clock(Arc::new(ManualClock::new()))
}

pub fn verdict(authorizer: &Authorizer, metadata: &HeaderMap) -> Verdict {
    match authorizer.authorize(PATH, metadata) {
        Authorization::Decided(verdict) => verdict,
        other => panic!("decided at once: {other:?}"),
    }
}

/// A bench of refusals measures nothing else, and one of grants no refusal.
pub fn expect_allowed(authorizer: &Authorizer, metadata: &HeaderMap) {
    verdict(authorizer, metadata).into_result().expect("allowed");
}

pub fn expect_refused(authorizer: &Authorizer, metadata: &HeaderMap, is_expected: fn(&Denial) -> bool) {
    let denial = verdict(authorizer, metadata).into_result().expect_err("refused");
    assert!(is_expected(&denial), "{denial:?}");
}

/// What a client of gRPC sends beside the token.
pub fn metadata(token: Option<&str>) -> HeaderMap {
    let mut metadata = HeaderMap::new();
    let values = [("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", "tonic/0.14.9")];
    for (name, value) in values {
        metadata.insert(name, value.parse().expect("a value"));
    }
    if let Some(token) = token {
        metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
    }
    metadata
}

/// Signs with a key of one kind.
pub enum Signer {
    Rs256(Box<TestIssuer>),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Signer {
    pub fn rs256() -> Self {
        Self::Rs256(Box::new(TestIssuer::new(ISSUER, AUDIENCE).kid(KID)))
    }

    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub fn eddsa() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().expect("a key"))
    }

    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rs256(_) => Algorithm::Rs256,
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
        }
    }

    pub fn jwk(&self) -> String {
        match self {
            Self::Rs256(issuer) => issuer.jwk().to_string(),
            Self::Es256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                format!(r#"{{"kty":"EC","crv":"P-256","alg":"ES256","kid":"{KID}","x":"{x}","y":"{y}"}}"#)
            }
            Self::EdDsa(key) => {
                let x = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
                format!(r#"{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"{KID}","x":"{x}"}}"#)
            }
        }
    }

    /// The key as a verification without any token takes it.
    pub fn public_key(&self) -> Vec<u8> {
        match self {
            Self::Rs256(issuer) => issuer.public_key_der(),
            Self::Es256(key) => key.public_key().as_ref().to_vec(),
            Self::EdDsa(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// The issuer as it is trusted: this one key is held.
    pub fn issuer(&self) -> Issuer {
        let (keys, _) = KeySet::parse(key_set(&[self.jwk()]).as_bytes()).expect("a key set");
        let verifier = Verifier::new(AUDIENCE).algorithms([self.algorithm()]);
        Issuer::new(Keys::fixed(ISSUER, keys), verifier)
    }

    /// A token that the method at [`PATH`] takes.
    pub fn token(&self) -> String {
        self.sign(&payload(0, "openid profile email orders0:read orders0:write", HOUR))
    }

    pub fn sign(&self, payload: &str) -> String {
        let header = format!(r#"{{"alg":"{}","typ":"JWT","kid":"{KID}"}}"#, self.algorithm());
        let random = SystemRandom::new();
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(&header), URL_SAFE_NO_PAD.encode(payload));
        let signature = match self {
            Self::Rs256(issuer) => return issuer.sign_by(&RSA_PKCS1_SHA256, &header, payload),
            Self::Es256(key) => key.sign(&random, input.as_bytes()).expect("a signature").as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(input.as_bytes()).as_ref().to_vec(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// As long as an issuer's of today, so that no name is found by its first bytes.
const KID: &str = "xM8bXb0y1Tq5dZ2u9kWcA";

/// How long a token is good for.
pub const HOUR: i64 = 3600;

/// The claims of a token of some 840 bytes, for one of many callers.
pub fn payload(caller: usize, scopes: &str, good_for: i64) -> String {
    let issued_at = ManualClock::new().time().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let issued_at = i64::try_from(issued_at.as_secs()).expect("a time of this century");
    format!(
        r#"{{"iss":"{ISSUER}","sub":"auth0|5f7c8ec7c33c6c004b{caller:06}","aud":["{AUDIENCE}","{ISSUER}userinfo"],"iat":{issued_at},"exp":{},"scope":"{scopes}","azp":"my2F3kQvJ0yXnB6tC1sZ8wE4rT7uI9oP","permissions":["orders0:read","orders0:write"]}}"#,
        issued_at + good_for,
    )
}

pub fn key_set(keys: &[String]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}
