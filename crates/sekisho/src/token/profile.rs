//! Which access tokens are taken for one.

use std::fmt;
use std::str::FromStr;

/// How strictly a token has to say that it is an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TokenProfile {
    /// A header `typ` of `JWT`, of `at+jwt`, or none: what issuers send today.
    #[default]
    Any,
    /// RFC 9068 alone: `typ` is `at+jwt`, and `aud`, `client_id`, `iat` and `jti` are there (§2.2).
    Rfc9068,
}

impl TokenProfile {
    const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Rfc9068 => "rfc9068",
        }
    }
}

impl fmt::Display for TokenProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no token profile.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no token profile; expected any or rfc9068")]
pub struct UnknownProfile {
    found: String,
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TokenProfile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let same = |profile: &Self| profile.name() == name;
        [Self::Any, Self::Rfc9068]
            .into_iter()
            .find(same)
            .ok_or_else(|| UnknownProfile { found: name.to_owned() })
    }
}
