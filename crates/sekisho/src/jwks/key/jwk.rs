//! The members of a JWK, as real serializers write them.

use super::UnusableKey;
use crate::base64url;
use crate::json::{FaultKind, Members, Value, Wanted};

/// Members of a JWK that are read.
pub(in crate::jwks) static MEMBERS: [Wanted; 18] = [
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

/// A JWK (RFC 7517 §4). Members that say nothing count as absent.
#[derive(Clone, Copy)]
pub(super) struct Jwk<'a>(pub(super) &'a Members<'a>);

impl<'a> Jwk<'a> {
    /// Whether whoever reads it could sign with it.
    pub(super) fn is_private(self) -> bool {
        PRIVATE_MEMBERS.iter().any(|member| self.0.all(member).any(says_something))
    }

    /// Which of two members of one name counts is for each reader to say (§4), so that neither does here.
    pub(super) fn refuse_fault(self) -> Result<(), UnusableKey> {
        let Some(fault) = self.0.fault() else { return Ok(()) };
        let member = fault.to_string().into();
        Err(match fault.kind {
            FaultKind::Repeated => UnusableKey::Repeated { member },
            FaultKind::Unreadable => UnusableKey::Unreadable { member },
        })
    }

    /// What members of these names say, as far as it is base64url; all of them, where one is there twice.
    pub(super) fn decodable(self, names: &'static [&'static str]) -> impl Iterator<Item = Vec<u8>> + use<'a> {
        let texts = names.iter().flat_map(move |name| self.0.all(name)).filter_map(Value::as_text);
        texts.filter_map(base64url::decode)
    }

    /// A member, unless it counts as absent.
    pub(super) fn get(self, name: &str) -> Option<&'a Value<'a>> {
        self.0.get(name).filter(|value| says_something(value))
    }

    pub(super) fn optional_text(self, name: &'static str) -> Result<Option<&'a str>, UnusableKey> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) if name == "kid" => Err(UnusableKey::KeyId),
            Some(_) => Err(UnusableKey::Member { name }),
        }
    }

    pub(super) fn text(self, name: &'static str) -> Result<&'a str, UnusableKey> {
        self.optional_text(name)?.ok_or(UnusableKey::Member { name })
    }

    pub(super) fn bytes(self, name: &'static str) -> Result<Vec<u8>, UnusableKey> {
        base64url::decode(self.text(name)?).ok_or(UnusableKey::Member { name })
    }
}

/// Serializers that know a member and have no value for it write `null` or an empty list.
fn says_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Array(array) => !array.is_empty(),
        _ => true,
    }
}
