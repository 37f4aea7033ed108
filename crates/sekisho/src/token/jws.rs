//! A signed JWT in compact form (RFC 7515 §3.1), read but not believed.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use super::lifetime::numeric_date;
use super::{DecodedToken, InvalidToken, MalformedToken, Part};
use crate::check::Check;
use crate::json::{self, FaultKind, Malformed, Members, Value, Wanted};
use crate::jwks::Algorithm;

/// Header members that are read. Those that carry or point to a key (`jwk`, `jku`, `x5u`, `x5c`) are
/// not among them: a key comes from the issuer alone.
static HEADER_MEMBERS: [Wanted; 4] =
    [Wanted::member("alg"), Wanted::member("crit"), Wanted::member("kid"), Wanted::member("typ")];

/// A token whose form, algorithm and type are in order. Its claims are anybody's until it is verified.
pub struct UnverifiedToken<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<Cow<'a, str>>,
    pub(super) typ: Option<Cow<'a, str>>,
    pub(super) payload: Members<'a>,
    pub(super) signing_input: &'a [u8],
    pub(super) signature: &'a Vec<u8>,
}

impl UnverifiedToken<'_> {
    /// The key that the token says it was signed with.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether the header says that this is an access token (RFC 9068 §2.1).
    pub(super) fn has_access_token_type(&self) -> bool {
        self.has_type("at+jwt")
    }

    /// Whether the header's `typ` is this media type, in any case, with or without `application/` (RFC 7515 §4.1.9).
    pub(super) fn has_type(&self, name: &str) -> bool {
        const PREFIX: &str = "application/";
        let Some(typ) = self.typ.as_deref() else { return false };
        let has_prefix = typ.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        let typ = if has_prefix { &typ[PREFIX.len()..] } else { typ };
        typ.eq_ignore_ascii_case(name)
    }

    /// When the token says that it was issued.
    pub(super) fn claimed_issue(&self) -> Result<Option<SystemTime>, InvalidToken> {
        numeric_date(&self.payload, "iat", Check::IssuedAt)
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

/// The parts of a compact JWS, read; `alg` and the rest of the header not yet judged.
pub(super) struct CompactJws<'a> {
    header: Members<'a>,
    payload: Members<'a>,
    signing_input: &'a [u8],
    signature: &'a Vec<u8>,
}

impl<'a> CompactJws<'a> {
    pub(super) fn read(token: &'a DecodedToken<'_>, claims: &'a [Wanted]) -> Result<Self, MalformedToken> {
        Ok(Self {
            header: read_object(token.header()?, Part::Header, &HEADER_MEMBERS)?,
            payload: read_object(token.payload()?, Part::Payload, claims)?,
            signing_input: token.signing_input(),
            signature: token.signature()?,
        })
    }

    /// Judges what needs no key: the header.
    pub(super) fn into_unverified(
        mut self,
        allowed: &[Algorithm],
    ) -> Result<UnverifiedToken<'a>, InvalidToken> {
        refuse_fault(&self.header, Part::Header)?;
        let algorithm = self.header.get("alg").and_then(Value::as_text).ok_or(InvalidToken::Algorithm)?;
        let algorithm = algorithm.parse().map_err(|_| InvalidToken::Algorithm)?;
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

fn read_object<'a>(json: &'a [u8], part: Part, wanted: &'a [Wanted]) -> Result<Members<'a>, MalformedToken> {
    json::read_object(json, wanted).map_err(|malformed| match malformed {
        Malformed::Syntax => MalformedToken::NotAnObject { part },
        Malformed::TooDeep => MalformedToken::TooDeep { part },
    })
}

/// What is read is there once, and means something.
pub(super) fn refuse_fault(members: &Members<'_>, part: Part) -> Result<(), InvalidToken> {
    let Some(fault) = members.fault() else { return Ok(()) };
    let member = fault.to_string();
    Err(match fault.kind {
        FaultKind::Repeated => InvalidToken::Repeated { part, member },
        FaultKind::Unreadable => InvalidToken::Unreadable { part, member },
    })
}

/// A string or nothing; `None` for anything else.
#[expect(clippy::option_option, reason = "wrong type and absence are two things")]
fn text(member: Option<Value<'_>>) -> Option<Option<Cow<'_, str>>> {
    match member {
        None => Some(None),
        Some(Value::Text(text)) => Some(Some(text)),
        Some(_) => None,
    }
}
