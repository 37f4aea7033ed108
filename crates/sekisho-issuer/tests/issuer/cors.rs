//! Which pages may read what the issuer says.

use reqwest::Method;

use crate::browser::Request;
use crate::support::{Answer, PAGE, TestIssuer};

const FOR_CLIENTS: [(&str, &str); 6] = [
    ("GET", ".well-known/openid-configuration"),
    ("GET", ".well-known/oauth-authorization-server"),
    ("GET", ".well-known/jwks.json"),
    ("POST", "oauth/token"),
    ("POST", "oauth/revoke"),
    ("GET", "userinfo"),
];

#[tokio::test]
async fn the_pages_of_its_clients_may_and_no_others() {
    let issuer = TestIssuer::start().await;
    for (method, path) in FOR_CLIENTS {
        for (origin, is_allowed) in [
            (PAGE, true),
            ("http://localhost:8081", true),
            ("http://localhost:8082", false),
            ("http://127.0.0.1:8080", false),
            ("https://elsewhere.example", false),
            ("null", false),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let preflight = issuer
                .request(Method::OPTIONS, path)
                .header("access-control-request-method", method.as_str())
                .header("access-control-request-headers", "authorization");
            for request in [issuer.request(method, path), preflight] {
                let answer = Answer::of(request.header("origin", origin)).await;
                let allowed = answer.header("access-control-allow-origin");
                assert_eq!(allowed, is_allowed.then_some(origin), "{path} {origin}");
                assert_eq!(answer.header("access-control-allow-credentials"), None, "{path} {origin}");
                assert!(answer.header("vary").unwrap().contains("origin"), "{path} {origin}");
            }
        }
    }
}

/// No script has a part in what a person sees.
#[tokio::test]
async fn pages_for_persons_are_for_no_other_page() {
    let issuer = TestIssuer::start().await;
    for path in [Request::new("openid").path(), "oidc/logout".to_owned()] {
        let answer = Answer::of(issuer.request(Method::GET, &path).header("origin", PAGE)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("access-control-allow-origin")),
            (200, None),
            "{path}"
        );
    }
    for path in ["authorize/login", "authorize/consent", "oidc/logout/confirm"] {
        let answer = Answer::of(issuer.request(Method::OPTIONS, path).header("origin", PAGE)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("access-control-allow-origin")),
            (405, None),
            "{path}"
        );
    }
}
