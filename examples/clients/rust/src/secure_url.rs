//! Where secrets may be sent.

use std::fmt;

use serde::Deserialize;
use url::{Host, ParseError, Url};

/// A URL of `https`, or of `http` on loopback: nobody on the way can read what goes there.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct SecureUrl(Url);

impl SecureUrl {
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for SecureUrl {
    type Error = InsecureUrl;

    fn try_from(text: String) -> Result<Self, InsecureUrl> {
        let url = Url::parse(&text).map_err(|error| InsecureUrl::NoUrl(text, error))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if loopback => Ok(Self(url)),
            _ => Err(InsecureUrl::Readable(url)),
        }
    }
}

impl From<SecureUrl> for Url {
    fn from(url: SecureUrl) -> Self {
        url.0
    }
}

impl fmt::Display for SecureUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum InsecureUrl {
    #[error("{0:?} is no URL: {1}")]
    NoUrl(String, #[source] ParseError),
    #[error("{0} is neither https, nor http on loopback")]
    Readable(Url),
}

#[cfg(test)]
mod tests {
    use super::SecureUrl;

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        for url in
            ["https://api.example", "http://localhost:50051", "http://127.0.0.2:9000/", "http://[::1]:9000"]
        {
            assert!(SecureUrl::try_from(url.to_owned()).is_ok(), "{url}");
        }
        for url in [
            "http://api.example",
            "http://192.0.2.1:50051",
            "http://localhost.example",
            "http://127.0.0.1@api.example",
            "http://[::2]",
            "htps://127.0.0.1",
            "unix:/socket",
            "127.0.0.1:50051",
        ] {
            assert!(SecureUrl::try_from(url.to_owned()).is_err(), "{url}");
        }
    }
}
