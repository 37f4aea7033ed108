//! What a browser is told to hold the page to.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::PageConfig;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// On every answer.
pub(super) fn security(config: &PageConfig) -> HeaderMap {
    let policy = HeaderValue::from_str(&content_security_policy(config));
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

/// The page's own files; besides the APIs and the issuer, it speaks to nobody.
fn content_security_policy(config: &PageConfig) -> String {
    // A name that is no URL of a host has no origin that a browser could speak to.
    let issuer = Url::parse(&config.issuer).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
    let mut connect = vec!["'self'".to_owned(), grpc_source(&config.grpc_url)];
    connect.extend(issuer.map(|origin| origin.ascii_serialization()));
    connect.extend(config.connect_origins.iter().cloned());
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src {}; \
         form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        connect.join(" ")
    )
}

/// Where the page's host is not known, its port is all that can be said.
fn grpc_source(grpc_url: &str) -> String {
    match Url::parse(grpc_url) {
        Ok(url) if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) => {
            format!("{}://*:{}", url.scheme(), url.port_or_known_default().unwrap_or_default())
        }
        _ => grpc_url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::ScopePrefix;

    fn config(grpc_url: &str) -> PageConfig {
        PageConfig {
            issuer: "https://tenant.example/".to_owned(),
            client_id: "page".to_owned(),
            audience: "api".to_owned(),
            grpc_url: grpc_url.to_owned(),
            scopes: Vec::new(),
            scope_prefix: ScopePrefix::default(),
            development: false,
            connect_origins: vec!["https://login.example".to_owned()],
        }
    }

    #[test]
    fn the_page_speaks_to_its_own_alone() {
        let cases = [
            ("http://127.0.0.1:50051", "http://127.0.0.1:50051"),
            ("https://0.0.0.0:50051", "https://*:50051"),
            ("http://[::]:1", "http://*:1"),
        ];
        for (grpc_url, source) in cases {
            let policy = content_security_policy(&config(grpc_url));
            let expected =
                format!("connect-src 'self' {source} https://tenant.example https://login.example; ");
            assert!(policy.contains(&expected), "{policy}");
        }
    }

    #[test]
    fn an_issuer_without_an_origin_adds_none() {
        for issuer in ["urn:example:issuer", "appid-oauth.example", "localhost:1", "data:,x", ""] {
            let config = PageConfig { issuer: issuer.to_owned(), ..config("http://127.0.0.1:50051") };
            let policy = content_security_policy(&config);
            let expected = "connect-src 'self' http://127.0.0.1:50051 https://login.example; ";
            assert!(policy.contains(expected), "{policy}");
        }
    }
}
