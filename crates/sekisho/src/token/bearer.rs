//! The bearer token of a call's metadata (RFC 6750 §2.1). Nowhere else is one looked for: neither in
//! the query nor in a cookie.

use std::fmt;

use super::{CredentialsError, DecodedToken, MalformedToken, TokenError};

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

    /// The same as [`BearerToken::decode`] of [`Self::token`]. Base64url and dots have no other characters than a token may
    /// have, so those are judged only where there is something else.
    pub(crate) fn decode(self) -> Result<DecodedToken<'a>, TokenError> {
        let decoded = DecodedToken::of(self.0);
        if !decoded.as_ref().is_ok_and(DecodedToken::is_whole) {
            self.token()?;
        }
        Ok(decoded?)
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

/// Whether a byte may stand in a token. Without a branch, so that the compiler judges many of them at once.
#[expect(clippy::needless_bitwise_bool, reason = "there is to be no branch")]
const fn may_stand_in_a_token(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit_or_before = byte.wrapping_sub(b'-') <= b'9' - b'-'; // - . / and the digits
    is_letter | is_digit_or_before | (byte == b'_') | (byte == b'~') | (byte == b'+')
}

/// `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn one_token(bytes: &[u8]) -> Result<&str, CredentialsError> {
    if bytes.is_empty() {
        return Err(CredentialsError::NoToken);
    }
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &bytes[..bytes.len() - padding];
    if body.is_empty() || !body.iter().fold(true, |all, byte| all & may_stand_in_a_token(*byte)) {
        return Err(CredentialsError::Characters);
    }
    std::str::from_utf8(bytes).map_err(|_| CredentialsError::Characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_just_the_characters_of_rfc_6750() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
        for byte in 0..=u8::MAX {
            assert_eq!(may_stand_in_a_token(byte), alphabet.contains(&byte), "{byte:#04x}");
        }
    }

    /// What becomes of an entry, by the way of a token that is decoded at once, or after its characters were judged.
    fn by_both_ways(token: &[u8]) -> [Result<bool, TokenError>; 2] {
        let presented = Presented(token);
        let after = || Ok(presented.token()?.decode()?.is_whole());
        [presented.decode().map(|decoded| decoded.is_whole()), after()]
    }

    #[test]
    fn a_token_is_decoded_at_once_as_after_its_characters_were_judged() {
        use CredentialsError::{Characters, NoToken};
        let cases: [(&[u8], Result<bool, TokenError>); 10] = [
            (b"e30.e30.AA", Ok(true)),
            (b"..", Ok(true)),
            (b"e30.e30.AA==", Ok(false)),
            (b"e30.e30.+", Ok(false)),
            (b"", Err(NoToken.into())),
            (b"e30.e30", Err(MalformedToken::Parts.into())),
            (b"e30.e30.A A", Err(Characters.into())),
            (b"e30.e=0.AA", Err(Characters.into())),
            (b"e30.e30 ", Err(Characters.into())),
            (b"e30.e30.\xff\xff", Err(Characters.into())),
        ];
        for (token, expected) in cases {
            assert_eq!(by_both_ways(token), [expected.clone(), expected], "{}", token.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_decoded_at_once_as_after_they_were_judged(
            token in r"[A-Za-z0-9_.-]{0,12}[ =+é\x00]?[A-Za-z0-9_.=-]{0,6}",
        ) {
            let [at_once, after] = by_both_ways(token.as_bytes());
            proptest::prop_assert_eq!(at_once, after);
        }
    }
}
