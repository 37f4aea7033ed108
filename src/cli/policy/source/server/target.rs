//! Which server is meant, and whether TLS is spoken there.

use std::fmt;

use crate::cli::values::about;
use sekisho::jwks::{HttpUrl, InvalidHttpUrl, PlainHttp};

/// Reads `HOST:PORT`, which is asked in plain text on loopback and by TLS elsewhere, `http://HOST:PORT` or
/// `https://HOST:PORT`.
///
/// # Errors
/// What is wrong with it, in one line.
pub(in crate::cli::policy::source) fn target(text: &str, plain_http: PlainHttp) -> Result<HttpUrl, String> {
    let at_fault = |reason: &dyn fmt::Display| about(text, reason);
    let expected =
        || at_fault(&"expected HOST:PORT, http://HOST:PORT or https://HOST:PORT, like localhost:50051");
    let url = match text.split_once("://") {
        Some(_) => HttpUrl::parse(text, plain_http).map_err(|error| match error {
            InvalidHttpUrl::PlainHttp => {
                at_fault(&format_args!("{error}, or allow it by --dangerous-allow-plain-http"))
            }
            InvalidHttpUrl::NoUrl | InvalidHttpUrl::Scheme => expected(),
            _ => at_fault(&error),
        })?,
        None => HttpUrl::parse(&format!("http://{text}"), PlainHttp::LoopbackOnly)
            .or_else(|_| HttpUrl::parse(&format!("https://{text}"), plain_http))
            .map_err(|_| expected())?,
    };
    if url.url().port().is_none() && !text.contains("://") && !has_port(text) {
        return Err(expected());
    }
    let is_bare = url.url().path() == "/" && url.url().query().is_none();
    if is_bare { Ok(url) } else { Err(at_fault(&"neither a path nor a query belongs here")) }
}

/// Whether the port is written. A URL does not tell that of one that is usual for its scheme.
fn has_port(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use PlainHttp::{DangerousAnywhere, LoopbackOnly};

    #[test]
    fn plain_text_stays_on_loopback() {
        for (text, plain_http, read) in [
            ("localhost:50051", LoopbackOnly, Ok("http://localhost:50051")),
            ("127.0.0.2:1", LoopbackOnly, Ok("http://127.0.0.2:1")),
            ("[::1]:50051", LoopbackOnly, Ok("http://[::1]:50051")),
            ("https://localhost:50051", LoopbackOnly, Ok("https://localhost:50051")),
            ("orders.example:443", LoopbackOnly, Ok("https://orders.example:443")),
            ("orders.example:443", DangerousAnywhere, Ok("https://orders.example:443")),
            ("0.0.0.0:50051", LoopbackOnly, Ok("https://0.0.0.0:50051")),
            ("localhost.example:443", LoopbackOnly, Ok("https://localhost.example:443")),
            ("http://orders.example:80/", DangerousAnywhere, Ok("http://orders.example:80/")),
            ("http://orders.example:80", LoopbackOnly, Err("--dangerous-allow-plain-http")),
            ("dns:///orders.example:443", LoopbackOnly, Err("expected HOST:PORT")),
            ("", LoopbackOnly, Err("expected HOST:PORT")),
            ("127.0.0.1", LoopbackOnly, Err("expected HOST:PORT")),
            ("orders.example", LoopbackOnly, Err("expected HOST:PORT")),
            ("[::1]", LoopbackOnly, Err("expected HOST:PORT")),
            ("localhost:80", LoopbackOnly, Ok("http://localhost:80")),
            ("http://localhost", LoopbackOnly, Ok("http://localhost")),
            ("a b:1", LoopbackOnly, Err("expected HOST:PORT")),
            ("orders.example:99999", LoopbackOnly, Err("expected HOST:PORT")),
            ("localhost:1/path", LoopbackOnly, Err("path")),
            ("https://orders.example/?q", LoopbackOnly, Err("query")),
            ("https://me:secret@orders.example/", LoopbackOnly, Err("password")),
        ] {
            let found = target(text, plain_http);
            match (read, &found) {
                (Ok(url), Ok(found)) => assert_eq!(found.as_str(), url, "{text}"),
                (Err(part), Err(found)) => assert!(found.contains(part), "{text}: {found}"),
                _ => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for text in [
            "https://me:secret@orders.example",
            "https://me:secret@orders.example/path?query",
            "https://me:secret@orders.example:port",
            "http://me:secret@orders.example",
            "me:secret@orders.example:443",
            "me:secret@localhost:50051/path",
            "secret@orders.example",
            "dns://me:secret@orders.example",
            "orders.example:443/path?to=me:secret@there",
        ] {
            for plain_http in [LoopbackOnly, DangerousAnywhere] {
                let error = target(text, plain_http).unwrap_err();
                assert!(!error.contains("secret") && !error.is_empty(), "{text}: {error}");
            }
        }
    }
}
