//! A set of keys (RFC 7517 §5): what of it can be used, and what was left out and why.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Algorithm;
use super::key::{self, UnusableKey, VerificationKey};
use crate::excerpt;
use crate::json::{Kind, MAX_DEPTH, Malformed, Members, Reader, Value};

/// How many keys a set may have; an issuer publishes a handful.
pub const MAX_KEYS: usize = 256;
/// How many keys one token is tried against, where its `kid` does not settle it.
pub const MAX_TRIED: usize = 8;

/// The usable keys of an issuer; at least one.
///
/// A set has an identity: a refresh that brings the same keys keeps it, so that what was verified with the set need not
/// be compared with its keys again.
///
/// ```
/// use sekisho::jwks::{Algorithm, KeySet};
///
/// let published = br#"{"keys": [
///     {"kty": "OKP", "crv": "Ed25519", "kid": "2026", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///     {"kty": "OKP", "crv": "X25519", "kid": "other", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
/// ]}"#;
/// let (set, left_out) = KeySet::parse(published)?;
/// assert_eq!(set.candidates(Some("2026"), Algorithm::EdDsa).count(), 1);
/// assert_eq!(set.candidates(Some("2026"), Algorithm::Rs256).count(), 0);
/// assert_eq!(left_out[0].to_string(), "key 2 (kid \"other\"): its crv is none of P-256, P-384, Ed25519");
/// # Ok::<(), sekisho::jwks::InvalidKeySet>(())
/// ```
#[derive(Debug)]
pub struct KeySet {
    id: u64,
    keys: Vec<Arc<VerificationKey>>,
    left_out_kids: HashSet<Box<str>>,
}

impl KeySet {
    /// Reads a JWK set. A key that cannot be used is left out, and spoils no other.
    ///
    /// # Errors
    /// [`InvalidKeySet`] when nothing of it can be used, or it is larger than an issuer's set may be.
    pub fn parse(json: &[u8]) -> Result<(Self, Vec<LeftOutKey>), InvalidKeySet> {
        let published = published_keys(json)?;
        let (mut keys, mut left_out, mut compromised) = (Vec::new(), Vec::new(), Vec::new());
        for (index, jwk) in published.into_iter().enumerate() {
            match jwk.as_ref().ok_or(UnusableKey::NotAnObject).and_then(VerificationKey::from_jwk) {
                Ok(key) => keys.push((index, key)),
                Err(reason) => {
                    if reason == UnusableKey::PrivateMembers {
                        compromised.extend(jwk.iter().flat_map(VerificationKey::numbers_of));
                    }
                    left_out.push(LeftOutKey { index, kid: jwk.as_ref().and_then(kid_of), reason });
                }
            }
        }
        // Published once without its private members and once with them, it is the same secret.
        let is_compromised = |(_, key): &mut (usize, VerificationKey)| {
            compromised.iter().any(|number| key.shares_its_secret_with(number))
        };
        left_out.extend(keys.extract_if(.., is_compromised).map(|(index, key)| LeftOutKey {
            index,
            kid: key.kid().map(Into::into),
            reason: UnusableKey::PrivateMembers,
        }));
        left_out.sort_by_key(|key| key.index);
        if keys.is_empty() {
            return Err(InvalidKeySet::NoUsableKey { left_out });
        }
        let left_out_kids = left_out.iter().filter_map(|key| key.kid.clone()).collect();
        let keys = keys.into_iter().map(|(_, key)| Arc::new(key)).collect();
        Ok((Self { id: next_id(), keys, left_out_kids }, left_out))
    }

    /// Which set it is. No two that were read in this process have the same.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// With the keys of `before` in the place of equal ones: what the cryptography has parsed of them stays, and so
    /// does what a token was verified with.
    #[cfg(feature = "discovery")]
    pub(super) fn keeping_keys_of(mut self, before: &Self) -> Self {
        for key in &mut self.keys {
            if let Some(same) = before.keys.iter().find(|same| *same == key) {
                *key = Arc::clone(same);
            }
        }
        self
    }

    /// The names of all keys that were published.
    #[cfg(feature = "discovery")]
    pub(super) fn kids(&self) -> impl Iterator<Item = &str> {
        let left_out = self.left_out_kids.iter().map(|kid| &**kid);
        self.keys.iter().filter_map(|key| key.kid()).chain(left_out)
    }

    /// Whether a key of this name was published, be it usable or not.
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid() == Some(kid)) || self.left_out_kids.contains(kid)
    }

    /// Whether there is a usable key of this name, or any where none is named.
    #[cfg(feature = "discovery")]
    pub(super) fn has_usable(&self, kid: Option<&str>) -> bool {
        kid.is_none() || self.keys.iter().any(|key| key.kid() == kid)
    }

    /// The keys that a token may have been signed with, at most [`MAX_TRIED`].
    ///
    /// With a `kid`, those of that name (an issuer may use one twice: RFC 7517 §4.5); without, all.
    /// Only keys that fit the algorithm.
    pub fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a VerificationKey> {
        self.shared_candidates(kid, algorithm).map(|key| &**key)
    }

    /// The same, for whoever holds on to one.
    pub(crate) fn shared_candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &'a Arc<VerificationKey>> {
        let named = move |key: &&Arc<VerificationKey>| kid.is_none() || key.kid() == kid;
        self.keys.iter().filter(named).filter(move |key| key.fits(algorithm)).take(MAX_TRIED)
    }

    /// Whether a token that is signed by this algorithm can be verified.
    #[cfg(feature = "discovery")]
    pub(super) fn has_key_for(&self, algorithm: Algorithm) -> bool {
        self.candidates(None, algorithm).next().is_some()
    }

    /// The number of usable keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Never: a set without a usable key does not parse.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The same keys, in whatever order an issuer lists them today.
impl PartialEq for KeySet {
    fn eq(&self, other: &Self) -> bool {
        let has_all = |one: &Self, other: &Self| one.keys.iter().all(|key| other.keys.contains(key));
        self.keys.len() == other.keys.len()
            && self.left_out_kids == other.left_out_kids
            && has_all(self, other)
            && has_all(other, self)
    }
}

/// The keys one by one, so that what is wrong with one is not wrong with all; nothing for what is no object.
fn published_keys(json: &[u8]) -> Result<Vec<Option<Members<'_>>>, InvalidKeySet> {
    let mut reader = Reader::new(json)?;
    let mut found = Vec::new();
    reader.object(|reader, name| {
        if name.is("keys") {
            found.push(read_keys(reader)?);
            return Ok(());
        }
        reader.skip()
    })?;
    reader.end()?;
    let mut found = found.into_iter();
    let (Some(Some(keys)), None) = (found.next(), found.next()) else {
        return Err(InvalidKeySet::NoKeysArray);
    };
    if keys.count > MAX_KEYS { Err(InvalidKeySet::TooMany { found: keys.count }) } else { Ok(keys.read) }
}

/// The elements of `keys`: how many there are, and the first [`MAX_KEYS`] of them.
#[derive(Default)]
struct Elements<'j> {
    count: usize,
    read: Vec<Option<Members<'j>>>,
}

/// Nothing where it is no array.
fn read_keys<'j>(reader: &mut Reader<'j>) -> Result<Option<Elements<'j>>, Malformed> {
    if reader.kind()? != Kind::Array {
        return reader.skip().map(|()| None);
    }
    let mut keys = Elements::default();
    reader.array(|reader| {
        keys.count += 1;
        if keys.count > MAX_KEYS {
            return reader.skip();
        }
        let is_object = reader.kind()? == Kind::Object;
        keys.read.push(if is_object { Some(Members::read(reader, &key::MEMBERS)?) } else { None });
        if is_object { Ok(()) } else { reader.skip() }
    })?;
    Ok(Some(keys))
}

fn kid_of(jwk: &Members<'_>) -> Option<Box<str>> {
    jwk.get("kid").and_then(Value::as_text).map(Into::into)
}

impl From<Malformed> for InvalidKeySet {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Syntax => Self::NotAnObject,
            Malformed::TooDeep => Self::TooDeep,
        }
    }
}

/// A published key that is not used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutKey {
    /// Where it stands in the set, counted from 0.
    pub index: usize,
    /// Its name, where it has one.
    pub kid: Option<Box<str>>,
    /// Why it is not used.
    pub reason: UnusableKey,
}

impl fmt::Display for LeftOutKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {}", self.index + 1)?;
        if let Some(kid) = &self.kid {
            write!(f, " (kid {:?})", excerpt::name(kid))?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why a document is no set of keys to work with.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeySet {
    /// Not one JSON object.
    #[error("it is no JSON object")]
    NotAnObject,
    /// Arrays and objects within each other, more levels of them than are read.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// `keys` is missing, twice there, or no array (RFC 7517 §5.1).
    #[error("it has no array of keys under \"keys\"")]
    NoKeysArray,
    /// More keys than [`MAX_KEYS`].
    #[error("it has {found} keys; at most {MAX_KEYS} are read")]
    TooMany {
        /// How many it has.
        found: usize,
    },
    /// Not a single usable key.
    #[error("none of its {} keys can be used{}", .left_out.len(), first_reason(.left_out))]
    NoUsableKey {
        /// All its keys.
        left_out: Vec<LeftOutKey>,
    },
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for InvalidKeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn first_reason(left_out: &[LeftOutKey]) -> String {
    left_out.first().map_or_else(String::new, |key| format!(" ({key})"))
}
