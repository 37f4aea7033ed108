//! Why a published key is not used.

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
