//! The parts of a signed JWT in compact form (RFC 7515 §3.1), each decoded once.

use std::fmt;

use super::claims::required_text;
use super::jws::refuse_fault;
use super::{BearerToken, InvalidToken, MalformedToken, Part};
use crate::base64url;
use crate::check::Check;
use crate::json::{self, Wanted};

/// The three parts of a token, decoded and not yet read. What is read of them borrows from here.
///
/// Made by [`BearerToken::decode`]. A part that is not base64url is told when it is read, since what is wrong in a part before
/// it is told first.
pub struct DecodedToken<'a> {
    signing_input: &'a [u8],
    /// The header, and the payload after it.
    texts: Vec<u8>,
    header_length: usize,
    signature: Vec<u8>,
    /// The first part that is not base64url. Nothing after it was decoded.
    fault: Option<Part>,
}

impl<'a> BearerToken<'a> {
    /// Decodes the parts of a signed JWT, once for all whose token it may be.
    ///
    /// # Errors
    /// [`MalformedToken::Parts`]. What is wrong within the parts is told by [`Verifier::read`](super::Verifier::read).
    pub fn decode(self) -> Result<DecodedToken<'a>, MalformedToken> {
        DecodedToken::of(self.as_str().as_bytes())
    }
}

impl<'a> DecodedToken<'a> {
    pub(super) fn of(token: &'a [u8]) -> Result<Self, MalformedToken> {
        let mut dots = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
            return Err(MalformedToken::Parts);
        };
        let signing_input = &token[..second];
        let mut decoded = Self {
            signing_input,
            texts: Vec::with_capacity(base64url::room_for(signing_input)),
            header_length: 0,
            signature: Vec::new(),
            fault: None,
        };
        let parts = [&token[..first], &token[first + 1..second], &token[second + 1..]];
        decoded.fault = decoded.fill(parts).err();
        Ok(decoded)
    }

    /// Fails with the part that is not base64url.
    fn fill(&mut self, [header, payload, signature]: [&[u8]; 3]) -> Result<(), Part> {
        base64url::decode_into(header, &mut self.texts).ok_or(Part::Header)?;
        self.header_length = self.texts.len();
        base64url::decode_into(payload, &mut self.texts).ok_or(Part::Payload)?;
        self.signature = base64url::decode(signature).ok_or(Part::Signature)?;
        Ok(())
    }

    /// The issuer that the token says it is from. Good for choosing by whose rules it is judged, and for nothing else.
    ///
    /// # Errors
    /// It says so twice, or not by a text. Of a payload that cannot be read, [`Verifier::read`](super::Verifier::read) tells
    /// more.
    pub(crate) fn claimed_issuer(&self) -> Result<String, InvalidToken> {
        static ISSUER: [Wanted; 1] = [Wanted::member("iss")];
        let unreadable = InvalidToken::Issuer { by_last_slash_alone: false };
        let Ok(payload) = self.payload() else { return Err(unreadable) };
        let Ok(payload) = json::read_object(payload, &ISSUER) else { return Err(unreadable) };
        refuse_fault(&payload, Part::Payload)?;
        required_text(&payload, "iss", Check::TrustedIssuer).map(ToOwned::to_owned)
    }

    /// Whether all parts are base64url.
    pub(super) fn is_whole(&self) -> bool {
        self.fault.is_none()
    }

    pub(super) fn header(&self) -> Result<&[u8], MalformedToken> {
        self.check_decoded(Part::Header)?;
        Ok(&self.texts[..self.header_length])
    }

    pub(super) fn payload(&self) -> Result<&[u8], MalformedToken> {
        self.check_decoded(Part::Payload)?;
        Ok(&self.texts[self.header_length..])
    }

    pub(super) fn signature(&self) -> Result<&Vec<u8>, MalformedToken> {
        self.check_decoded(Part::Signature)?;
        Ok(&self.signature)
    }

    /// What the signature is over: header and payload as they were sent.
    pub(super) fn signing_input(&self) -> &[u8] {
        self.signing_input
    }

    fn check_decoded(&self, part: Part) -> Result<(), MalformedToken> {
        match self.fault {
            Some(fault) if fault <= part => Err(MalformedToken::Encoding { part: fault }),
            _ => Ok(()),
        }
    }
}

/// Claims are not shown: they are not verified, and a token could be put together from them.
impl fmt::Debug for DecodedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecodedToken(redacted)")
    }
}
