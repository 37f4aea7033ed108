//! Secrets, scopes and origins of clients.

use super::*;

const ALL: [&str; 2] = ["orders:read", "orders:write"];

fn worker() -> Client {
    Client::confidential("worker", "worker-secret").scopes(ALL)
}

#[test]
fn only_the_whole_secret_is_the_secret() {
    let table = [
        ("worker-secret", true),
        ("worker-secre", false),
        ("worker-secret ", false),
        ("WORKER-SECRET", false),
        ("", false),
    ];
    for (presented, accepted) in table {
        assert_eq!(worker().has_secret(presented), accepted, "{presented:?}");
        assert!(!Client::public("worker").has_secret(presented), "{presented:?}");
    }
}

#[test]
fn scope_is_narrowed_to_what_the_client_may_have() {
    let table = [
        ("nothing asked for", None, Some("orders:read orders:write"), Some("")),
        ("one", Some("orders:write"), Some("orders:write"), Some("orders:write")),
        (
            "two",
            Some("orders:write orders:read"),
            Some("orders:read orders:write"),
            Some("orders:write orders:read"),
        ),
        ("one of another's", Some("orders:read admin"), Some("orders:read"), Some("orders:read admin")),
        ("twice the same", Some("orders:read orders:read"), Some("orders:read"), Some("orders:read")),
        ("another's alone", Some("admin"), None, Some("admin")),
        ("another case", Some("ORDERS:read"), None, Some("ORDERS:read")),
        ("a prefix", Some("orders"), None, Some("orders")),
    ];
    for (case, requested, listed, any) in table {
        assert_eq!(worker().narrow(requested).as_deref(), listed, "{case}");
        assert_eq!(worker().any_scope().narrow(requested).as_deref(), any, "{case}");
    }
}

#[test]
fn a_client_without_scopes_gets_none() {
    let client = Client::confidential("worker", "worker-secret");
    assert_eq!(client.narrow(None).as_deref(), Some(""));
    assert_eq!(client.narrow(Some("orders:read")), None);
}

#[test]
fn origins() {
    let table = [
        ("http://localhost:8080", Some("http://localhost:8080")),
        ("http://localhost:8080/", Some("http://localhost:8080")),
        ("http://localhost:80", Some("http://localhost")),
        ("https://LOCALHOST:443", Some("https://localhost")),
        ("http://[::1]:8080", Some("http://[::1]:8080")),
        ("*", None),
        ("null", None),
        ("localhost:8080", None),
        ("http://localhost:8080/callback", None),
        ("http://localhost:8080/?x", None),
        ("http://localhost:8080/#x", None),
        ("http://me@localhost:8080", None),
        ("com.example.app:/", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(web_origin(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn the_secret_is_not_printed() {
    let printed = format!("{:?}", worker());
    assert!(printed.contains("worker") && !printed.contains("worker-secret"), "{printed}");
}
