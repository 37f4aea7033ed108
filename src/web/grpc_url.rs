//! Where the page finds the APIs.

use axum::http::{HeaderMap, Uri};
use url::Url;

use super::source::{connect_source, is_unspecified};
use crate::authority;

/// The address of the gRPC listener, as a page may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GrpcUrl {
    /// The same for everybody.
    Fixed(String),
    /// It listens on every address of its machine: it is at the host by which the page was asked for.
    AtTheHostOfThePage(Url),
}

impl GrpcUrl {
    pub(super) fn new(text: &str) -> Self {
        match Url::parse(text) {
            Ok(url) if is_unspecified(&url) => Self::AtTheHostOfThePage(url),
            _ => Self::Fixed(text.to_owned()),
        }
    }
}

/// `url`, at the host that a request names; none where it names no one host.
pub(super) fn at_host_of(url: &Url, uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let named = authority::named(uri, headers)?;
    let mut url = url.clone();
    url.set_host(Some(named.host())).ok()?;
    connect_source(&url)
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    #[test]
    fn an_unspecified_address_is_at_the_host_of_the_page() {
        for text in ["http://127.0.0.1:50051", "https://[::1]:443", "https://api.example"] {
            assert_eq!(GrpcUrl::new(text), GrpcUrl::Fixed(text.to_owned()));
        }
        for text in ["http://0.0.0.0:50051", "https://[::]:443", "https://[::ffff:0.0.0.0]:443"] {
            let url = Url::parse(text).unwrap();
            assert_eq!(GrpcUrl::new(text), GrpcUrl::AtTheHostOfThePage(url), "{text}");
        }
    }

    #[test]
    fn the_host_that_is_named_and_the_port_of_grpc() {
        let cases = [
            ("https://0.0.0.0:443", "app.example:8443", Some("https://app.example")),
            ("https://0.0.0.0:50051", "App.Example", Some("https://app.example:50051")),
            ("http://[::]:50051", "192.0.2.1:8080", Some("http://192.0.2.1:50051")),
            ("http://0.0.0.0:50051", "[2001:db8::1]:8080", Some("http://[2001:db8::1]:50051")),
            ("https://0.0.0.0:443", "*", None),
            ("https://0.0.0.0:443", "*.example", None),
            ("https://0.0.0.0:443", "a;script-src", None),
            ("https://0.0.0.0:443", "app.example@other.example", None),
            ("https://0.0.0.0:443", "0.0.0.0", None),
            ("https://0.0.0.0:443", "", None),
        ];
        for (url, host, expected) in cases {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            let found = at_host_of(&Url::parse(url).unwrap(), &Uri::from_static("/"), &headers);
            assert_eq!(found.as_deref(), expected, "{host}");
        }
    }
}
