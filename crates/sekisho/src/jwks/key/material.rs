//! The numbers that a key is made of.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::RsaPublicKeyComponents;

use super::UnusableKey;
use super::jwk::Jwk;
use super::parsed::ParsedKey;
use crate::jwks::Algorithm;

/// RSA moduli that are taken, in bits: less is breakable (RFC 7518 §3.3), more makes every
/// verification dear.
const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The largest exponent, in bits, that the cryptography below takes.
const RSA_EXPONENT_BITS: usize = 33;

/// What the key is made of, so that two can be compared.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::jwks) enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// A point of P-256 or P-384, uncompressed.
    Elliptic(Vec<u8>),
    /// A point of Ed25519, whose first byte may be any.
    Edwards(Vec<u8>),
}

impl Material {
    /// The public part, and the algorithms that fit its type and curve.
    pub(super) fn of(jwk: Jwk<'_>) -> Result<(Vec<Algorithm>, Self), UnusableKey> {
        match jwk.text("kty")? {
            "RSA" => rsa(jwk),
            "EC" => elliptic_curve(jwk),
            "OKP" => edwards_curve(jwk),
            _ => Err(UnusableKey::KeyType),
        }
    }

    /// Whether the numbers are those of a key, as far as the cryptography can tell: a point is on its curve, a
    /// modulus is odd. It does not tell of an Ed25519 point, nor of a modulus whose factors are easily found.
    pub(super) fn check(&self) -> Result<(), UnusableKey> {
        let is_key = match self {
            Self::Rsa { modulus, exponent } => is_rsa_key(modulus, exponent),
            Self::Elliptic(point) => [Algorithm::Es256, Algorithm::Es384]
                .into_iter()
                .any(|algorithm| ParsedKey::parse(algorithm, point).is_some()),
            Self::Edwards(_) => true,
        };
        if is_key { Ok(()) } else { Err(UnusableKey::NoKey) }
    }

    /// The members that [`Self::shares_its_secret_with`] takes.
    pub(super) const TELLING_MEMBERS: [&str; 2] = ["n", "x"];

    /// Whether whoever knows the secret of a JWK with this `n` or `x` knows the one of this key. A modulus that was
    /// factored yields the secret for any exponent, and a point's secret yields the one of the negated point, which
    /// differs in `y`; in an Ed25519 `x`, by the bit that is the sign.
    pub(super) fn shares_its_secret_with(&self, number: &[u8]) -> bool {
        let same = |own: &[u8]| without_leading_zeros(own) == without_leading_zeros(number);
        match self {
            Self::Rsa { modulus, .. } => same(modulus),
            Self::Elliptic(point) => same(&point[1..=point.len() / 2]),
            Self::Edwards(point) => without_sign(point) == without_sign(number),
        }
    }

    /// As the cryptography takes it for an algorithm that fits.
    pub(super) fn parse(&self, algorithm: Algorithm) -> Option<ParsedKey> {
        match self {
            Self::Rsa { modulus, exponent } => ParsedKey::parse(algorithm, &rsa_der(modulus, exponent)?),
            Self::Elliptic(point) | Self::Edwards(point) => ParsedKey::parse(algorithm, point),
        }
    }
}

/// The two numbers by themselves are taken as they are; what is DER is judged.
fn is_rsa_key(modulus: &[u8], exponent: &[u8]) -> bool {
    rsa_der(modulus, exponent).is_some_and(|der| ParsedKey::parse(Algorithm::Rs256, &der).is_some())
}

/// `RSAPublicKey` (RFC 8017 §A.1.1) in a `SubjectPublicKeyInfo`.
fn rsa_der(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let der = RsaPublicKeyComponents { n: modulus, e: exponent }.as_der().ok()?;
    Some(der.as_ref().to_vec())
}

fn rsa(jwk: Jwk<'_>) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    let modulus = without_leading_zeros(&jwk.bytes("n")?).to_vec();
    let exponent = without_leading_zeros(&jwk.bytes("e")?).to_vec();
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

fn elliptic_curve(jwk: Jwk<'_>) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    let (algorithm, coordinate) = match jwk.text("crv")? {
        "P-256" => (Algorithm::Es256, 32),
        "P-384" => (Algorithm::Es384, 48),
        _ => return Err(UnusableKey::Curve),
    };
    let mut point = vec![UNCOMPRESSED];
    for member in ["x", "y"] {
        let bytes = jwk.bytes(member)?;
        if bytes.len() != coordinate {
            return Err(UnusableKey::Member { name: member });
        }
        point.extend(bytes);
    }
    Ok((vec![algorithm], Material::Elliptic(point)))
}

fn edwards_curve(jwk: Jwk<'_>) -> Result<(Vec<Algorithm>, Material), UnusableKey> {
    if jwk.text("crv")? != "Ed25519" {
        return Err(UnusableKey::Curve);
    }
    let point = jwk.bytes("x")?;
    if point.len() != 32 {
        return Err(UnusableKey::Member { name: "x" });
    }
    Ok((vec![Algorithm::EdDsa], Material::Edwards(point)))
}

/// The number is little-endian, and the highest bit of its last byte is the sign of the other (RFC 8032 §5.1.2).
fn without_sign(point: &[u8]) -> Option<(u8, &[u8])> {
    point.split_last().map(|(last, rest)| (last & 0x7f, rest))
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

fn bit_length(bytes: &[u8]) -> usize {
    bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize)
}
