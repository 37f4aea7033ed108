//! The bearer token of a call's metadata (RFC 6750 §2.1). Nowhere else is one looked for: neither in
//! the query nor in a cookie.

use std::fmt;

use super::{CredentialsError, MalformedToken, TokenError};

/// What stands after `Bearer`, within the size limit and of the characters that a token may have.
#[derive(Clone, Copy)]
pub struct BearerToken<'a>(&'a str);

impl<'a> BearerToken<'a> {
    /// Reads all `authorization` entries of a call; `max_size` is for one entry as a whole, in bytes.
    ///
    /// # Errors
    /// [`TokenError::Credentials`], or [`MalformedToken::TooLong`] for a bearer token beyond the limit.
    pub fn parse(
        entries: impl IntoIterator<Item = &'a [u8]>,
        max_size: usize,
    ) -> Result<BearerToken<'a>, TokenError> {
        Ok(Presented::read(entries, max_size)?.token()?)
    }

    /// The token itself: for what it is sent on to, and for no log.
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

/// What stands after `Bearer`, within the size limit, and of any characters yet: enough to look for a token that was
/// verified before.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a>(&'a [u8]);

impl<'a> Presented<'a> {
    pub(crate) fn read(
        entries: impl IntoIterator<Item = &'a [u8]>,
        max_size: usize,
    ) -> Result<Presented<'a>, TokenError> {
        let mut entries = entries.into_iter();
        let entry = entries.next().ok_or(CredentialsError::Missing)?;
        if entries.next().is_some() {
            return Err(CredentialsError::Several.into());
        }
        let rest = after_scheme(entry)?;
        if entry.len() > max_size {
            return Err(MalformedToken::TooLong { limit: max_size }.into());
        }
        Ok(Self(rest))
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn token(self) -> Result<BearerToken<'a>, CredentialsError> {
        one_token(self.0).map(BearerToken)
    }
}

/// A token is never shown (RFC 6750 §5.3).
impl fmt::Debug for BearerToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(redacted)")
    }
}

/// The scheme's case does not matter (RFC 9110 §11.1).
fn after_scheme(entry: &[u8]) -> Result<&[u8], CredentialsError> {
    const SCHEME: &[u8] = b"Bearer";
    let (scheme, rest) = entry.split_at_checked(SCHEME.len()).ok_or(CredentialsError::NotBearer)?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(CredentialsError::NotBearer);
    }
    match rest.split_first() {
        None => Err(CredentialsError::NoToken),
        // One space or more (RFC 6750 §2.1).
        Some((b' ', rest)) => Ok(without_leading_spaces(rest)),
        Some(_) => Err(CredentialsError::NotBearer),
    }
}

fn without_leading_spaces(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().take_while(|byte| **byte == b' ').count();
    &bytes[spaces..]
}

/// By byte, whether it may stand in a token. A table, since every byte of every token is looked up.
const IN_A_TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        #[expect(clippy::cast_possible_truncation, reason = "there are 256 of them")]
        let character = byte as u8;
        table[byte] =
            character.is_ascii_alphanumeric() || matches!(character, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
        byte += 1;
    }
    table
};

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn one_token(bytes: &[u8]) -> Result<&str, CredentialsError> {
    if bytes.is_empty() {
        return Err(CredentialsError::NoToken);
    }
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &bytes[..bytes.len() - padding];
    if body.is_empty() || !body.iter().all(|byte| IN_A_TOKEN[usize::from(*byte)]) {
        return Err(CredentialsError::Characters);
    }
    std::str::from_utf8(bytes).map_err(|_| CredentialsError::Characters)
}
