//! An origin, as a policy names it (Content Security Policy §2.3.1).

use std::net::IpAddr;

use url::{Host, Url};

/// The origin of a URL, for `connect-src`. None where that would not be one place: every address of a machine
/// (`0.0.0.0`), a pattern (`*.example`), a further directive (`a;script-src`), or the opaque origin of what is no web
/// address.
pub fn connect_source(url: &Url) -> Option<String> {
    let is_plain = match url.host()? {
        Host::Domain(name) => name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
        Host::Ipv4(_) | Host::Ipv6(_) => !is_unspecified(url),
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && is_plain).then(|| url.origin().ascii_serialization())
}

/// Whether the host stands for every address of a machine. IPv4's `0.0.0.0` may be written as an IPv6 address too.
pub(super) fn is_unspecified(url: &Url) -> bool {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical(),
        Some(Host::Domain(_)) | None => return false,
    };
    address.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_origin_or_none() {
        let table = [
            ("https://tenant.example/", Some("https://tenant.example")),
            ("https://Tenant.example:443/a?b", Some("https://tenant.example")),
            ("http://127.0.0.1:9000/", Some("http://127.0.0.1:9000")),
            ("http://[::1]:1/", Some("http://[::1]:1")),
            ("https://0.0.0.0:443/", None),
            ("http://[::]:1/", None),
            ("http://[::ffff:0.0.0.0]/", None),
            ("https://*/", None),
            ("https://*:443/", None),
            ("https://*.example/", None),
            ("https://a;script-src/", None),
            ("https://a,b/", None),
            ("https://'self'/", None),
            ("urn:example:issuer", None),
            ("file:///etc", None),
            ("data:text/plain,", None),
        ];
        for (text, expected) in table {
            assert_eq!(connect_source(&Url::parse(text).unwrap()).as_deref(), expected, "{text}");
        }
    }
}
