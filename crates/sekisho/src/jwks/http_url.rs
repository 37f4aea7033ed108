//! URLs that keys may be fetched from: `https`, or `http` where nobody can listen in.

use std::fmt;

use url::{Host, Url};

/// Where `http` without TLS may be spoken. Whoever can change what is fetched there can forge tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// On `localhost`, `127.0.0.0/8` and `[::1]` alone.
    #[default]
    LoopbackOnly,
    /// Anywhere.
    DangerousAnywhere,
}

/// An `https` URL, or an `http` one where [`PlainHttp`] allows it; without user name, password or fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpUrl {
    url: Url,
    written: Box<str>,
}

impl HttpUrl {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// [`InvalidHttpUrl`], which says what was expected.
    pub fn parse(text: &str, plain_http: PlainHttp) -> Result<Self, InvalidHttpUrl> {
        // What a parser would pass over: it would stand in a log, and in a name that no token has.
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(InvalidHttpUrl::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| InvalidHttpUrl::NoUrl)?;
        match url.scheme() {
            "https" => {}
            "http" if plain_http == PlainHttp::DangerousAnywhere || is_loopback(&url) => {}
            "http" => return Err(InvalidHttpUrl::PlainHttp),
            _ => return Err(InvalidHttpUrl::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidHttpUrl::Credentials);
        }
        if url.fragment().is_some() {
            return Err(InvalidHttpUrl::Fragment);
        }
        Ok(Self { url, written: text.into() })
    }

    /// Reads a URL that a document at this one names. Beside the rule of [`HttpUrl::parse`], what is named over `https`
    /// is fetched over `https` alone, on loopback too, whatever is allowed elsewhere: or TLS would end where somebody
    /// else says so.
    ///
    /// # Errors
    /// [`InvalidHttpUrl`], which says what was expected.
    pub fn parse_named(&self, text: &str, plain_http: PlainHttp) -> Result<Self, InvalidHttpUrl> {
        let named = Self::parse(text, plain_http)?;
        let is_downgrade = self.url.scheme() == "https" && named.url.scheme() != "https";
        if is_downgrade { Err(InvalidHttpUrl::Downgrade) } else { Ok(named) }
    }

    /// The URL just as it was written: an issuer's identity is compared byte for byte.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The URL as it is requested.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the host is this machine's loopback.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.written, f)
    }
}

/// Why a text is no URL that keys may be fetched from.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHttpUrl {
    /// It does not parse as an absolute URL.
    #[error("not an absolute URL; expected one like https://tenant.example/")]
    NoUrl,
    /// Another scheme than `https` or `http`.
    #[error("expected an https URL")]
    Scheme,
    /// `http` to another machine.
    #[error("http without TLS is for loopback alone (localhost, 127.0.0.0/8, [::1]); use https")]
    PlainHttp,
    /// `http` in a document that came over `https`.
    #[error("an https issuer may name https URLs alone")]
    Downgrade,
    /// A user name or a password in the URL.
    #[error("a user name or password may not stand in this URL")]
    Credentials,
    /// A fragment, which is never sent.
    #[error("a fragment (#…) may not stand in this URL")]
    Fragment,
}

/// As it is meant to be read: for a `main` that returns it.
impl fmt::Debug for InvalidHttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
