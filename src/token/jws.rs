//! A signed JWT in compact form (RFC 7515 §3.1), read but not believed.

use std::fmt;
use std::time::SystemTime;

use serde_json::Value;

use super::claims::numeric_date;
use super::{BearerToken, InvalidToken, MalformedToken, Part};
use crate::base64url;
use crate::json::{self, Members};
use crate::jwks::Algorithm;

/// Header members that are read. Those that carry or point to a key (`jwk`, `jku`, `x5u`, `x5c`) are
/// not among them: a key comes from the issuer alone.
const HEADER_MEMBERS: [&str; 4] = ["alg", "crit", "kid", "typ"];

/// A token whose form, algorithm and type are in order. Its claims are anybody's until it is verified.
pub struct UnverifiedToken<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
    pub(super) payload: Members,
    pub(super) signing_input: &'a str,
    pub(super) signature: Vec<u8>,
}

impl UnverifiedToken<'_> {
    /// The key that the token says it was signed with.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The issuer that the token says it is from. Good for choosing whom to ask, and for nothing else.
    pub fn claimed_issuer(&self) -> Option<&str> {
        self.payload.get("iss").and_then(Value::as_str)
    }

    /// When the token says that it was issued.
    pub(super) fn claimed_issue(&self) -> Result<Option<SystemTime>, InvalidToken> {
        numeric_date(&self.payload, "iat")
    }
}

/// Claims are not shown: they are not verified, and a token could be put together from them.
impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The parts of a compact JWS, decoded; `alg` and the rest of the header not yet judged.
pub(super) struct CompactJws<'a> {
    pub(super) header: Members,
    pub(super) payload: Members,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> CompactJws<'a> {
    pub(super) fn parse(
        token: BearerToken<'a>,
        claims: &dyn Fn(&[&str]) -> bool,
    ) -> Result<CompactJws<'a>, MalformedToken> {
        let token = token.as_str();
        let (signing_input, signature) = token.rsplit_once('.').ok_or(MalformedToken::Parts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(MalformedToken::Parts)?;
        if payload.contains('.') {
            return Err(MalformedToken::Parts);
        }
        Ok(Self {
            header: read_object(
                header,
                Part::Header,
                &|names| matches!(names, [name] if HEADER_MEMBERS.contains(name)),
            )?,
            payload: read_object(payload, Part::Payload, claims)?,
            signing_input,
            signature: decode(signature, Part::Signature)?,
        })
    }

    /// Judges what needs no key: the header.
    pub(super) fn into_unverified(
        mut self,
        allowed: &[Algorithm],
    ) -> Result<UnverifiedToken<'a>, InvalidToken> {
        if let Some(member) = self.header.repeated() {
            return Err(InvalidToken::Repeated { part: Part::Header, member: member.to_owned() });
        }
        let algorithm = match self.header.take("alg") {
            Some(Value::String(name)) => name.parse().map_err(|_| InvalidToken::Algorithm)?,
            _ => return Err(InvalidToken::Algorithm),
        };
        if !allowed.contains(&algorithm) {
            return Err(InvalidToken::Algorithm);
        }
        if self.header.get("crit").is_some() {
            return Err(InvalidToken::Critical);
        }
        Ok(UnverifiedToken {
            algorithm,
            kid: text(self.header.take("kid")).ok_or(InvalidToken::KeyId)?,
            typ: text(self.header.take("typ")).ok_or(InvalidToken::Type)?,
            payload: self.payload,
            signing_input: self.signing_input,
            signature: self.signature,
        })
    }
}

fn decode(text: &str, part: Part) -> Result<Vec<u8>, MalformedToken> {
    base64url::decode(text).ok_or(MalformedToken::Encoding { part })
}

fn read_object(text: &str, part: Part, wanted: &dyn Fn(&[&str]) -> bool) -> Result<Members, MalformedToken> {
    let json = decode(text, part)?;
    json::read_members(&json, wanted).map_err(|_| MalformedToken::NotAnObject { part })
}

/// A string or nothing; `None` for anything else.
#[expect(clippy::option_option, reason = "wrong type and absence are two things")]
fn text(member: Option<Value>) -> Option<Option<String>> {
    match member {
        None => Some(None),
        Some(Value::String(text)) => Some(Some(text)),
        Some(_) => None,
    }
}
