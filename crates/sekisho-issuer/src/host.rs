//! By which names this server is asked. Its endpoints need no cookie, and its clients' secrets are known to all:
//! what keeps a web page from a token is that it may not read what another origin answers. A page whose own name
//! was made to resolve to loopback (DNS rebinding) is of the same origin, and told apart by that name alone.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::AuthorizationServer;
use super::browser;
use super::fault::Fault;
use super::pages;

/// Answers those alone who ask by a name of loopback, whatever they ask.
pub(super) async fn by_name_of_loopback(
    State(server): State<Arc<AuthorizationServer>>,
    request: Request,
    next: Next,
) -> Response {
    if is_of_loopback(request.uri(), request.headers(), server.port) {
        return next.run(request).await;
    }
    let query = request.uri().query().unwrap_or_default();
    pages::fault(Fault::Host, browser::language(request.headers(), query))
}

/// Whether the one host that is named (RFC 9112 §3.2) can be none but this machine, at `port`. A target that names
/// one as well has to name the same.
fn is_of_loopback(target: &Uri, headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Ok(authority) = Authority::try_from(host.as_bytes()) else { return false };
    // User info has no place in either (RFC 9110 §4.2.4).
    if authority.as_str().contains('@') || target.authority().is_some_and(|named| *named != authority) {
        return false;
    }
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse();
    let is_loopback =
        name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip: IpAddr| ip.is_loopback());
    // The port of http is left out by those who ask (RFC 9110 §4.2.1).
    is_loopback && authority.port_u16().unwrap_or(80) == port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_loopback() {
        let table: [(&[&str], bool); 27] = [
            (&["127.0.0.1:9000"], true),
            (&["127.255.0.1:9000"], true),
            (&["[::1]:9000"], true),
            (&["localhost:9000"], true),
            (&["LOCALHOST:9000"], true),
            (&[], false),
            (&[""], false),
            (&[":9000"], false),
            (&["127.0.0.1"], false),
            (&["127.0.0.1:"], false),
            (&["127.0.0.1:80"], false),
            (&["127.0.0.1:9000:9000"], false),
            (&["localhost:9000", "localhost:9000"], false),
            (&["localhost:9000", "elsewhere.example:9000"], false),
            (&["localhost.:9000"], false),
            (&["localhost.elsewhere.example:9000"], false),
            (&["127.0.0.1.elsewhere.example:9000"], false),
            (&["elsewhere.example:9000"], false),
            (&["127.1:9000"], false),
            (&["2130706433:9000"], false),
            (&["0.0.0.0:9000"], false),
            (&["[::]:9000"], false),
            (&["[::ffff:192.0.2.1]:9000"], false),
            (&["192.0.2.1:9000"], false),
            (&["evil@127.0.0.1:9000"], false),
            (&["@localhost:9000"], false),
            (&["localhost@localhost:9000"], false),
        ];
        for (hosts, expected) in table {
            assert_eq!(is_of_loopback(&Uri::from_static("/"), &headers(hosts), 9000), expected, "{hosts:?}");
        }
        assert!(is_of_loopback(&Uri::from_static("/"), &headers(&["localhost"]), 80));
    }

    #[test]
    fn a_target_names_the_same_host() {
        let table: [(&str, &[&str], bool); 8] = [
            ("http://localhost:9000/", &["localhost:9000"], true),
            ("http://LOCALHOST:9000/", &["localhost:9000"], true),
            ("http://[::1]:9000/", &["[::1]:9000"], true),
            ("http://elsewhere.example/", &["localhost:9000"], false),
            ("http://elsewhere.example:9000/", &["localhost:9000"], false),
            ("http://127.0.0.1:9000/", &["localhost:9000"], false),
            ("http://me@localhost:9000/", &["localhost:9000"], false),
            ("http://localhost:9000/", &[], false),
        ];
        for (target, hosts, expected) in table {
            let uri = target.parse().unwrap();
            assert_eq!(is_of_loopback(&uri, &headers(hosts), 9000), expected, "{target} {hosts:?}");
        }
    }

    fn headers(hosts: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        headers
    }
}
