//! An origin, as a policy names it (Content Security Policy §2.3.1).

use url::{Host, Url};

/// The origin of a URL, for `connect-src`. None where a browser would read something else into it than one origin:
/// a pattern (`*.example`), a further directive (`a;script-src`), or the opaque origin of what is no web address.
pub fn connect_source(url: &Url) -> Option<String> {
    let names_one_host = match url.host()? {
        Host::Domain(name) => name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && names_one_host).then(|| url.origin().ascii_serialization())
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
