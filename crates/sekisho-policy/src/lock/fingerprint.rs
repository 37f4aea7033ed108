//! A short name of exactly one line of a lock.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The first 32 hexadecimal digits of the SHA-256 of a method's canonical line.
///
/// It ties an acknowledgement to the rules that a reviewer saw. With half of the digits, whoever writes both rules could find
/// two that have one. It is no signature: who may change `access.ack` is for the
/// repository to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    const DIGITS: usize = 32;

    pub(super) fn of(line: &str) -> Self {
        let digest = <[u8; 32]>::from(Sha256::digest(line));
        Self(digest.iter().take(Self::DIGITS / 2).fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// Reads what `Display` writes, and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == Self::DIGITS && text.bytes().all(is_digit);
        is_one.then(|| u128::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
