//! By which name a request asks its server (RFC 9110 §7.2): `:authority` or an absolute target, or else `host`.

use http::uri::Authority;
use http::{HeaderMap, Uri, header};

/// The host that is named, and its port, if the request leaves no choice: one `host` at most, the same as in the
/// target where both are there, no user, and nothing but a number for a port.
pub(crate) fn named(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let field = hosts.next().map(|host| Authority::try_from(host.as_bytes()));
    if hosts.next().is_some() {
        return None;
    }
    let authority = match (uri.authority(), field) {
        (Some(target), None) => target.clone(),
        (Some(target), Some(Ok(field))) if *target == field => field,
        (None, Some(Ok(field))) => field,
        (_, Some(_)) | (None, None) => return None,
    };
    is_plain(&authority).then_some(authority)
}

fn is_plain(authority: &Authority) -> bool {
    let host = authority.host();
    let port = authority.as_str().strip_prefix(host);
    !host.is_empty() && (port == Some("") || authority.port_u16().is_some() && port.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_name_that_is_asked_by() {
        let table: [(&str, &[&str], Option<&str>); 18] = [
            ("/", &["app.example"], Some("app.example")),
            ("/", &["app.example:8080"], Some("app.example:8080")),
            ("/", &["[::1]:8080"], Some("[::1]:8080")),
            ("http://app.example/", &[], Some("app.example")),
            ("http://app.example/", &["APP.example"], Some("app.example")),
            ("/", &[], None),
            ("/", &[""], None),
            ("/", &[":8080"], None),
            ("/", &["app.example", "app.example"], None),
            ("/", &["app.example, other.example"], None),
            ("http://app.example/", &["other.example"], None),
            ("http://app.example/", &["app.example:80"], None),
            ("http://app.example/", &["a b"], None),
            ("/", &["me@app.example"], None),
            ("/", &["app.example:"], None),
            ("/", &["app.example:80:80"], None),
            ("/", &["app.example:99999"], None),
            ("/", &["app.example:eighty"], None),
        ];
        for (uri, hosts, expected) in table {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, host.parse().unwrap());
            }
            let named = named(&uri.parse().unwrap(), &headers);
            let expected = expected.map(|text| text.parse::<Authority>().unwrap());
            assert_eq!(named, expected, "{uri} {hosts:?}");
        }
    }
}
