//! One published key (RFC 7517 §4), if it can verify a signature.

mod jwk;
mod material;
mod parsed;
mod unusable;

use std::fmt;
use std::sync::OnceLock;

use jsonwebtoken::signature::Verifier as _;

pub(super) use jwk::MEMBERS;
pub(super) use material::Material;
pub use unusable::UnusableKey;

use super::Algorithm;
use crate::json::{Members, Value};
use jwk::Jwk;
use parsed::ParsedKey;

/// A public key that verifies signatures of certain algorithms.
#[derive(Clone)]
pub struct VerificationKey {
    kid: Option<Box<str>>,
    algorithms: Vec<Fitting>,
    material: Material,
}

/// An algorithm that fits a key, with what verifies by it. That is made once, when the first token asks for it: an RSA
/// key fits six algorithms, of which its issuer uses one.
#[derive(Clone)]
struct Fitting {
    algorithm: Algorithm,
    verifier: OnceLock<Option<ParsedKey>>,
}

impl VerificationKey {
    /// Reads a JWK.
    ///
    /// # Errors
    /// [`UnusableKey`] says why it cannot verify an access token's signature.
    pub(super) fn from_jwk(jwk: &Members<'_>) -> Result<Self, UnusableKey> {
        let jwk = Jwk(jwk);
        if jwk.is_private() {
            return Err(UnusableKey::PrivateMembers);
        }
        jwk.refuse_fault()?;
        let kid = jwk.optional_text("kid")?.map(Into::into);
        require_signature_use(jwk)?;
        let (fitting, material) = Material::of(jwk)?;
        material.check()?;
        let algorithms = narrow(fitting, jwk.optional_text("alg")?)?;
        let algorithms = algorithms.into_iter().map(Fitting::new).collect();
        Ok(Self { kid, algorithms, material })
    }

    /// The numbers that tell whose secret a JWK has, whatever else is wrong with it.
    pub(super) fn numbers_of(jwk: &Members<'_>) -> impl Iterator<Item = Vec<u8>> {
        Jwk(jwk).decodable(&Material::TELLING_MEMBERS)
    }

    /// Whether whoever knows the secret of a JWK with this number could sign for this key.
    pub(super) fn shares_its_secret_with(&self, number: &[u8]) -> bool {
        self.material.shares_its_secret_with(number)
    }

    /// Whether both verify the same signatures, whatever their issuer calls them.
    pub(crate) fn has_material_of(&self, other: &Self) -> bool {
        self.material == other.material
    }

    /// The key's name, where the issuer gave it one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether the key's type, curve and `alg` agree with the algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.fitting(algorithm).is_some()
    }

    fn fitting(&self, algorithm: Algorithm) -> Option<&Fitting> {
        self.algorithms.iter().find(|fitting| fitting.algorithm == algorithm)
    }

    /// Whether `signature` is this key's over `message`. False for an algorithm that does not fit.
    #[must_use = "a signature counts only where this says so"]
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.verify_decoded(algorithm, message, &signature.to_vec())
    }

    /// The same, without a copy of the signature: jsonwebtoken's verifiers take a vector.
    pub(crate) fn verify_decoded(&self, algorithm: Algorithm, message: &[u8], signature: &Vec<u8>) -> bool {
        let Some(fitting) = self.fitting(algorithm) else { return false };
        let verifier = fitting.verifier.get_or_init(|| self.material.parse(algorithm));
        verifier.as_ref().is_some_and(|verifier| verifier.verify(message, signature).is_ok())
    }

    fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.algorithms.iter().map(|fitting| fitting.algorithm)
    }
}

impl Fitting {
    fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, verifier: OnceLock::new() }
    }
}

/// The same key: the same name, the same algorithms, the same numbers.
impl PartialEq for VerificationKey {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid && self.algorithms().eq(other.algorithms()) && self.material == other.material
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn require_signature_use(jwk: Jwk<'_>) -> Result<(), UnusableKey> {
    if jwk.optional_text("use")?.is_some_and(|use_| use_ != "sig") {
        return Err(UnusableKey::Use);
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.contains("verify") => Ok(()),
        Some(_) => Err(UnusableKey::KeyOperations),
    }
}

/// A key that names its algorithm is for that one alone (RFC 7517 §4.4).
fn narrow(fitting: Vec<Algorithm>, named: Option<&str>) -> Result<Vec<Algorithm>, UnusableKey> {
    let Some(named) = named else { return Ok(fitting) };
    let algorithm = named.parse().map_err(|_| UnusableKey::Algorithm)?;
    if fitting.contains(&algorithm) { Ok(vec![algorithm]) } else { Err(UnusableKey::Algorithm) }
}
