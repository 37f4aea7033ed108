//! One published key (RFC 7517 §4), if it can verify a signature.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};
use jsonwebtoken::DecodingKey;

use super::Algorithm;
use crate::base64url;
use crate::json::{FaultKind, Members, Value, Wanted};

/// RSA moduli that are taken, in bits: less is breakable (RFC 7518 §3.3), more makes every
/// verification dear.
const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The largest exponent, in bits, that the cryptography below takes.
const RSA_EXPONENT_BITS: usize = 33;
/// Members of a JWK that are read.
pub(super) static MEMBERS: [Wanted; 18] = [
    Wanted::member("kty"),
    Wanted::member("kid"),
    Wanted::member("use"),
    Wanted::member("key_ops"),
    Wanted::member("alg"),
    Wanted::member("n"),
    Wanted::member("e"),
    Wanted::member("crv"),
    Wanted::member("x"),
    Wanted::member("y"),
    Wanted::member("d"),
    Wanted::member("p"),
    Wanted::member("q"),
    Wanted::member("dp"),
    Wanted::member("dq"),
    Wanted::member("qi"),
    Wanted::member("oth"),
    Wanted::member("k"),
];
/// Those that belong to whoever signs (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key that verifies signatures of certain algorithms.
#[derive(Clone)]
pub struct VerificationKey {
    kid: Option<Box<str>>,
    algorithms: Vec<Algorithm>,
    material: Material,
    key: DecodingKey,
}

/// What the key is made of, so that two can be compared.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// A point of P-256 or P-384, uncompressed.
    Elliptic(Vec<u8>),
    /// A point of Ed25519, whose first byte may be any.
    Edwards(Vec<u8>),
}

impl VerificationKey {
    /// Reads a JWK.
    ///
    /// # Errors
    /// [`UnusableKey`] says why it cannot verify an access token's signature.
    pub(super) fn from_jwk(jwk: &Members) -> Result<Self, UnusableKey> {
        if PRIVATE_MEMBERS.iter().any(|member| jwk.all(member).any(says_something)) {
            return Err(UnusableKey::PrivateMembers);
        }
        refuse_fault(jwk)?;
        let kid = optional_text(jwk, "kid")?.map(Into::into);
        require_signature_use(jwk)?;
        let (fitting, material) = public_part(jwk)?;
        material.check()?;
        let algorithms = narrow(fitting, optional_text(jwk, "alg")?)?;
        Ok(Self { kid, algorithms, key: material.decoding_key(), material })
    }

    pub(super) fn material(&self) -> &Material {
        &self.material
    }

    /// The key's name, where the issuer gave it one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether the key's type, curve and `alg` agree with the algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether `signature` is this key's over `message`. False for an algorithm that does not fit.
    #[must_use = "a signature counts only where this says so"]
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        // The backend's own verifier: `jsonwebtoken::crypto::verify` asks a process-wide provider, and
        // panics where another crate of the build switched the other backend on.
        let backend = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
        (backend.verifier_factory)(&algorithm.backend(), &self.key)
            .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
    }
}

/// The same key: the same name, the same algorithms, the same numbers.
impl PartialEq for VerificationKey {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid && self.algorithms == other.algorithms && self.material == other.material
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

impl Material {
    /// What a key is made of, whatever else is wrong with it.
    pub(super) fn of_jwk(jwk: &Members) -> Option<Self> {
        public_part(jwk).ok().map(|(_, material)| material)
    }

    /// Whether the numbers are those of a key, as far as the cryptography can tell: a point is on its curve, a
    /// modulus is odd. It does not tell of an Ed25519 point, nor of a modulus whose factors are easily found.
    fn check(&self) -> Result<(), UnusableKey> {
        let is_key = match self {
            Self::Rsa { modulus, exponent } => is_rsa_key(modulus, exponent),
            Self::Elliptic(point) => [&ECDSA_P256_SHA256_FIXED, &ECDSA_P384_SHA384_FIXED]
                .into_iter()
                .any(|curve| ParsedPublicKey::new(curve, point).is_ok()),
            Self::Edwards(_) => true,
        };
        if is_key { Ok(()) } else { Err(UnusableKey::NoKey) }
    }

    fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Rsa { modulus, exponent } => DecodingKey::from_rsa_raw_components(modulus, exponent),
            // For the verifier both are the bytes of the point, of which it wants to know the kind of curve.
            Self::Elliptic(point) => DecodingKey::from_ec_der(point),
            Self::Edwards(point) => DecodingKey::from_ed_der(point),
        }
    }
}

/// The two numbers by themselves are taken as they are; what is DER is judged.
fn is_rsa_key(modulus: &[u8], exponent: &[u8]) -> bool {
    let der = RsaPublicKeyComponents { n: modulus, e: exponent }.as_der();
    der.is_ok_and(|der| ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, (*der).as_ref()).is_ok())
}

fn public_part(jwk: &Members) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    match required_text(jwk, "kty")? {
        "RSA" => rsa(jwk),
        "EC" => elliptic_curve(jwk),
        "OKP" => edwards_curve(jwk),
        _ => Err(UnusableKey::KeyType),
    }
}

fn require_signature_use(jwk: &Members) -> Result<(), UnusableKey> {
    if optional_text(jwk, "use")?.is_some_and(|use_| use_ != "sig") {
        return Err(UnusableKey::Use);
    }
    let is_verify = |operation: &Value| operation.as_text() == Some("verify");
    match present(jwk, "key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(is_verify) => Ok(()),
        Some(_) => Err(UnusableKey::KeyOperations),
    }
}

fn rsa(jwk: &Members) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    let modulus = without_leading_zeros(&required_bytes(jwk, "n")?);
    let exponent = without_leading_zeros(&required_bytes(jwk, "e")?);
    if !RSA_MODULUS_BITS.contains(&bit_length(&modulus)) {
        return Err(UnusableKey::RsaModulus { bits: bit_length(&modulus) });
    }
    let is_odd = exponent.last().is_some_and(|byte| byte & 1 == 1);
    if !is_odd || exponent == [1] || bit_length(&exponent) > RSA_EXPONENT_BITS {
        return Err(UnusableKey::RsaExponent);
    }
    let algorithms = vec![
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ];
    Ok((algorithms, Material::Rsa { modulus, exponent }))
}

/// Marks a point whose two coordinates both follow (SEC 1 §2.3.3).
const UNCOMPRESSED: u8 = 4;

fn elliptic_curve(jwk: &Members) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    let (algorithm, coordinate) = match required_text(jwk, "crv")? {
        "P-256" => (Algorithm::Es256, 32),
        "P-384" => (Algorithm::Es384, 48),
        _ => return Err(UnusableKey::Curve),
    };
    let mut point = vec![UNCOMPRESSED];
    for member in ["x", "y"] {
        let bytes = required_bytes(jwk, member)?;
        if bytes.len() != coordinate {
            return Err(UnusableKey::Member { name: member });
        }
        point.extend(bytes);
    }
    Ok((vec![algorithm], Material::Elliptic(point)))
}

fn edwards_curve(jwk: &Members) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    if required_text(jwk, "crv")? != "Ed25519" {
        return Err(UnusableKey::Curve);
    }
    let point = required_bytes(jwk, "x")?;
    if point.len() != 32 {
        return Err(UnusableKey::Member { name: "x" });
    }
    Ok((vec![Algorithm::EdDsa], Material::Edwards(point)))
}

/// A key that names its algorithm is for that one alone (RFC 7517 §4.4).
fn narrow(fitting: Vec<Algorithm>, named: Option<&str>) -> Result<Vec<Algorithm>, UnusableKey> {
    let Some(named) = named else { return Ok(fitting) };
    let algorithm = named.parse().map_err(|_| UnusableKey::Algorithm)?;
    if fitting.contains(&algorithm) { Ok(vec![algorithm]) } else { Err(UnusableKey::Algorithm) }
}

/// Serializers that know a member and have no value for it write `null` or an empty list.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(elements) => !elements.is_empty(),
        _ => true,
    }
}

/// A member, unless it counts as absent.
fn present<'a>(jwk: &'a Members, name: &str) -> Option<&'a Value> {
    jwk.get(name).filter(|value| says_something(value))
}

/// Which of two members of one name counts is for each reader to say (RFC 7517 §4), so that neither does here.
fn refuse_fault(jwk: &Members) -> Result<(), UnusableKey> {
    let Some(fault) = jwk.fault() else { return Ok(()) };
    let member = fault.to_string().into();
    Err(match fault.kind {
        FaultKind::Repeated => UnusableKey::Repeated { member },
        FaultKind::Unreadable => UnusableKey::Unreadable { member },
    })
}

fn optional_text<'a>(jwk: &'a Members, name: &'static str) -> Result<Option<&'a str>, UnusableKey> {
    match present(jwk, name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) if name == "kid" => Err(UnusableKey::KeyId),
        Some(_) => Err(UnusableKey::Member { name }),
    }
}

fn required_text<'a>(jwk: &'a Members, name: &'static str) -> Result<&'a str, UnusableKey> {
    optional_text(jwk, name)?.ok_or(UnusableKey::Member { name })
}

fn required_bytes(jwk: &Members, name: &'static str) -> Result<Vec<u8>, UnusableKey> {
    base64url::decode(required_text(jwk, name)?).ok_or(UnusableKey::Member { name })
}

fn without_leading_zeros(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

fn bit_length(bytes: &[u8]) -> usize {
    bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize)
}

/// Why a published key is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableKey {
    /// The array of keys has something else than an object.
    #[error("it is no JSON object")]
    NotAnObject,
    /// Whoever reads the set could sign with it.
    #[error("it is published with its private members, so it is compromised; withdraw it")]
    PrivateMembers,
    /// `kty` is none of RSA, EC, OKP.
    #[error("its kty is none of RSA, EC, OKP")]
    KeyType,
    /// `crv` is none of P-256, P-384, Ed25519.
    #[error("its crv is none of P-256, P-384, Ed25519")]
    Curve,
    /// `use` is not `sig` (RFC 7517 §4.2).
    #[error("its use is not sig")]
    Use,
    /// `key_ops` does not have `verify` (RFC 7517 §4.3).
    #[error("its key_ops does not have verify")]
    KeyOperations,
    /// `alg` is no signature algorithm of the key's type (RFC 7517 §4.4).
    #[error("its alg is no signature algorithm of its kty")]
    Algorithm,
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error("its RSA modulus has {bits} bits; expected 2048 to 8192")]
    RsaModulus {
        /// The modulus' length.
        bits: usize,
    },
    /// An RSA exponent that is even, 1, or longer than 33 bits.
    #[error("its RSA exponent is not an odd number from 3 to 2^33")]
    RsaExponent,
    /// The cryptography takes its numbers for none of a public key.
    #[error("its numbers are not those of a public key: a point off its curve, or an even modulus")]
    NoKey,
    /// `kid` is no string (RFC 7517 §4.5).
    #[error("its kid is not a string")]
    KeyId,
    /// A member that is read is there twice (RFC 7517 §4).
    #[error("it has {member} twice")]
    Repeated {
        /// The member's name.
        member: Box<str>,
    },
    /// A member that is read has half of a surrogate pair in a text, or a number that no 64-bit float can hold.
    #[error("its member {member} is no valid text or number")]
    Unreadable {
        /// The member's name.
        member: Box<str>,
    },
    /// A member that is missing, of the wrong type, length or encoding.
    #[error("its member {name} is missing, or not what its kty asks for")]
    Member {
        /// The member's name.
        name: &'static str,
    },
}
