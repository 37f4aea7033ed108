//! What a browser is told to hold the page to.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::{PageConfig, connect_source};

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// On every answer to whoever finds gRPC at `grpc_url`.
pub(super) fn security(config: &PageConfig, grpc_url: Option<&str>) -> HeaderMap {
    let policy = HeaderValue::from_str(&content_security_policy(config, grpc_url));
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        policy.unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'")),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A code stands in the address for a moment.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers
}

/// The page's own files; besides the APIs and the issuer, it speaks to nobody. What does not name one origin is
/// left out.
fn content_security_policy(config: &PageConfig, grpc_url: Option<&str>) -> String {
    let origins = config.connect_origins.iter().map(String::as_str);
    let others = grpc_url.into_iter().chain([config.issuer.as_str()]).chain(origins);
    let others = others.filter_map(|text| connect_source(&Url::parse(text).ok()?));
    let connect: Vec<_> = std::iter::once("'self'".to_owned()).chain(others).collect();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {}; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        connect.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho::scope::ScopePrefix;

    fn config(issuer: &str) -> PageConfig {
        PageConfig {
            issuer: issuer.to_owned(),
            client_id: "page".to_owned(),
            audience: "api".to_owned(),
            grpc_url: "http://0.0.0.0:50051".to_owned(),
            scopes: Vec::new(),
            scope_prefix: ScopePrefix::default(),
            development: false,
            connect_origins: vec!["https://login.example".to_owned()],
        }
    }

    #[test]
    fn the_page_speaks_to_its_own_alone() {
        let cases = [
            (
                Some("http://127.0.0.1:50051"),
                "https://tenant.example/",
                " http://127.0.0.1:50051 https://tenant.example",
            ),
            (None, "https://tenant.example/", " https://tenant.example"),
            (Some("https://api.example"), "urn:example:issuer", " https://api.example"),
            (Some("https://api.example"), "issuer.example", " https://api.example"),
            (Some("https://*:443"), "https://*.example/", ""),
        ];
        for (grpc_url, issuer, sources) in cases {
            let policy = content_security_policy(&config(issuer), grpc_url);
            assert!(
                policy.contains(&format!("connect-src 'self'{sources} https://login.example; ")),
                "{policy}"
            );
        }
    }

    #[test]
    fn an_issuer_without_an_origin_adds_none() {
        for issuer in ["urn:example:issuer", "appid-oauth.example", "localhost:1", "data:,x", ""] {
            let policy = content_security_policy(&config(issuer), Some("http://127.0.0.1:50051"));
            let expected = "connect-src 'self' http://127.0.0.1:50051 https://login.example; ";
            assert!(policy.contains(expected), "{policy}");
        }
    }
}
