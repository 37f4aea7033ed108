//! The token, for handlers that call onwards in the caller's name.

use std::fmt;

#[cfg(feature = "server")]
use http::HeaderValue;

#[cfg(feature = "server")]
use crate::token::BearerToken;

/// The access token that a call was let through with. Only the guard makes one, of the token that was
/// verified, and only where `Services::dangerous_forward_token` asks for it.
#[derive(Clone)]
pub struct ForwardedToken(Box<str>);

impl ForwardedToken {
    /// From the one `authorization` entry of a call that was allowed.
    #[cfg(feature = "server")]
    pub(super) fn of(authorization: &HeaderValue) -> Option<Self> {
        // Its length was judged before.
        let token = BearerToken::parse([authorization.as_bytes()], usize::MAX).ok()?;
        Some(Self(token.as_str().into()))
    }

    /// The token itself, without a scheme: for what it is sent on to, and for no log.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token is never shown (RFC 6750 §5.3).
impl fmt::Debug for ForwardedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ForwardedToken(redacted)")
    }
}
