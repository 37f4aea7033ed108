//! Authorization server metadata: where an issuer says that its keys are, and how its name is written.

use std::sync::Arc;

use url::Url;

use super::{FetchError, Fetched, HttpClient, KeySource, without_byte_order_mark};
use crate::json::{self, FaultKind, Malformed, Value, Wanted};
use crate::jwks::{HttpUrl, PlainHttp, same_but_for_the_last_slash};

/// Keys by way of the issuer's metadata, read anew at each fetch: OpenID Connect Discovery 1.0 §4, or,
/// where that is not there, RFC 8414 §3.
#[derive(Debug)]
pub struct Discovery {
    issuer: HttpUrl,
    plain_http: PlainHttp,
    client: HttpClient,
}

impl Discovery {
    /// Keys of `issuer`, which may be written with or without its last slash. Its `jwks_uri` is held to
    /// the same rule about `http` as the issuer, and is `https` where the issuer is.
    pub fn new(issuer: HttpUrl, plain_http: PlainHttp, client: HttpClient) -> Self {
        Self { issuer, plain_http, client }
    }

    async fn metadata(&self) -> Result<Metadata, FetchError> {
        let [openid, oauth] = well_known(&self.issuer);
        match self.metadata_at(&openid).await {
            // Whatever the status is: issuers without the first document answer 400, 401, 403 and 500 as well as 404.
            Err(first @ FetchError::Status { .. }) => {
                let both =
                    |second| FetchError::NoMetadata { first: Box::new(first), second: Box::new(second) };
                self.metadata_at(&oauth).await.map_err(both)
            }
            answer => answer,
        }
    }

    async fn metadata_at(&self, url: &Url) -> Result<Metadata, FetchError> {
        let refused = |error| FetchError::JwksUri { location: url.to_string(), error };
        let url = HttpUrl::parse(url.as_str(), self.plain_http).map_err(refused)?;
        Metadata::parse(&self.client.get(&url).await?, url.as_str(), self)
    }
}

impl KeySource for Discovery {
    fn issuer(&self) -> Arc<str> {
        self.issuer.as_str().into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let metadata = self.metadata().await?;
        let json = self.client.get(&metadata.jwks_uri).await?;
        Fetched::parse(metadata.issuer, &json, metadata.jwks_uri.as_str())
    }
}

/// OpenID Connect appends to the issuer's path, RFC 8414 §3.1 inserts before it.
fn well_known(issuer: &HttpUrl) -> [Url; 2] {
    let path = issuer.url().path().trim_end_matches('/').to_owned();
    let at = |path: String| {
        let mut url = issuer.url().clone();
        url.set_query(None);
        url.set_path(&path);
        url
    };
    [
        at(format!("{path}/.well-known/openid-configuration")),
        at(format!("/.well-known/oauth-authorization-server{path}")),
    ]
}

/// Members of the metadata that are read.
static MEMBERS: [Wanted; 2] = [Wanted::member("issuer"), Wanted::member("jwks_uri")];

struct Metadata {
    issuer: Arc<str>,
    jwks_uri: HttpUrl,
}

impl Metadata {
    fn parse(json: &[u8], location: &str, expected: &Discovery) -> Result<Self, FetchError> {
        let invalid = |reason| FetchError::Metadata { location: location.to_owned(), reason };
        let json = without_byte_order_mark(json);
        let members = json::read_object(json, &MEMBERS).map_err(|malformed| match malformed {
            Malformed::Syntax => invalid("it is no JSON object"),
            Malformed::TooDeep => invalid("it is nested too deeply"),
        })?;
        match members.fault().map(|fault| fault.kind) {
            Some(FaultKind::Repeated) => return Err(invalid("issuer or jwks_uri is there twice")),
            Some(FaultKind::Unreadable) => return Err(invalid("issuer or jwks_uri is no valid text")),
            None => {}
        }
        let text = |name: &str| members.get(name).and_then(Value::as_text);
        let issuer = text("issuer").ok_or_else(|| invalid("it names no issuer"))?;
        let jwks_uri = text("jwks_uri").ok_or_else(|| invalid("it names no jwks_uri"))?;
        if !same_but_for_the_last_slash(issuer, expected.issuer.as_str()) {
            let (location, expected) = (location.to_owned(), expected.issuer.to_string());
            return Err(FetchError::OtherIssuer { location, expected, found: issuer.to_owned() });
        }
        let refused = |error| FetchError::JwksUri { location: location.to_owned(), error };
        let jwks_uri = expected.issuer.parse_named(jwks_uri, expected.plain_http).map_err(refused)?;
        Ok(Self { issuer: issuer.into(), jwks_uri })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_looked_for_where_the_two_standards_say() {
        let cases = [
            (
                "https://a.example",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.example/",
                "/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.example/realms/x/",
                "/realms/x/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server/realms/x",
            ),
        ];
        for (issuer, openid, oauth) in cases {
            let issuer = HttpUrl::parse(issuer, PlainHttp::LoopbackOnly).expect("a URL");
            let found = well_known(&issuer).map(|url| url.path().to_owned());
            assert_eq!(found, [openid, oauth], "{issuer}");
        }
    }

    fn discovery(issuer: &str, plain_http: PlainHttp) -> Discovery {
        let issuer = HttpUrl::parse(issuer, plain_http).expect("a URL");
        Discovery::new(issuer, plain_http, HttpClient::new(b"").expect("a client"))
    }

    #[test]
    fn an_https_issuer_sends_to_https_alone() {
        use PlainHttp::{DangerousAnywhere, LoopbackOnly};
        let (https, local, plain) = ("https://a.example/", "http://127.0.0.1:9000/", "http://a.example/");
        let to = |name: &str| format!("{name}jwks");
        let cases = [
            (https, LoopbackOnly, https, true),
            (https, LoopbackOnly, local, false),
            (https, DangerousAnywhere, https, true),
            (https, DangerousAnywhere, local, false),
            (https, DangerousAnywhere, plain, false),
            ("https://127.0.0.1:9000/", LoopbackOnly, local, false),
            (local, LoopbackOnly, local, true),
            (local, LoopbackOnly, https, true),
            (local, LoopbackOnly, plain, false),
            (plain, DangerousAnywhere, plain, true),
            (plain, DangerousAnywhere, https, true),
        ];
        for (issuer, plain_http, named, is_allowed) in cases {
            let json = serde_json::json!({"issuer": issuer, "jwks_uri": to(named)}).to_string();
            let parsed = Metadata::parse(json.as_bytes(), "here", &discovery(issuer, plain_http));
            let is_refused = matches!(parsed, Err(FetchError::JwksUri { .. }));
            assert_eq!(
                (parsed.is_ok(), is_refused),
                (is_allowed, !is_allowed),
                "{issuer}, {plain_http:?}: {named}"
            );
        }
    }

    #[test]
    fn a_document_must_name_the_issuer_that_is_configured() {
        let discovery = discovery("https://a.example", PlainHttp::LoopbackOnly);
        let parse = |issuer: &str, jwks: &str| {
            let json = serde_json::json!({"issuer": issuer, "jwks_uri": jwks}).to_string();
            Metadata::parse(json.as_bytes(), "here", &discovery).map(|metadata| metadata.issuer.to_string())
        };
        let jwks = "https://keys.example/jwks";
        assert_eq!(parse("https://a.example", jwks).expect("itself"), "https://a.example");
        assert_eq!(parse("https://a.example/", jwks).expect("with its slash"), "https://a.example/");
        for other in
            ["https://a.example//", "https://A.example", "https://a.example/x", "https://a.example.evil"]
        {
            assert!(matches!(parse(other, jwks), Err(FetchError::OtherIssuer { .. })), "{other}");
        }
        for bad in ["http://keys.example/jwks", "file:///etc/passwd", "keys"] {
            assert!(matches!(parse("https://a.example", bad), Err(FetchError::JwksUri { .. })), "{bad}");
        }
    }

    #[test]
    fn what_is_read_of_a_document_is_there_once_and_is_a_text() {
        let (issuer, jwks) = ("https://a.example", "https://a.example/jwks");
        let discovery = discovery(issuer, PlainHttp::LoopbackOnly);
        let good = serde_json::json!({"issuer": issuer, "jwks_uri": jwks}).to_string();
        let with = |member: &str| {
            let json = good.replacen('{', &format!("{{{member},"), 1);
            match Metadata::parse(json.as_bytes(), "here", &discovery) {
                Ok(_) => "good",
                Err(FetchError::Metadata { reason, .. }) => reason,
                Err(other) => panic!("{member}: {other}"),
            }
        };
        let private = r#"{"$serde_json::private::RawValue":"\"https://a.example\""}"#;
        let deep = format!(r#""x":{}"#, "[".repeat(100_000));
        for (member, expected) in [
            (r#""x":1,"x":"\ud800","y":1e400"#, "good"),
            (&format!(r#""x":{private}"#), "good"),
            (r#""issuer":"https://a.example""#, "issuer or jwks_uri is there twice"),
            (r#""jwks_\u0075ri":"https://b.example""#, "issuer or jwks_uri is there twice"),
            (&deep, "it is nested too deeply"),
        ] {
            assert_eq!(with(member), expected, "{member:.40}");
        }
        for (issuer, expected) in [
            (r#""\ud800""#, "issuer or jwks_uri is no valid text"),
            (private, "it names no issuer"),
            ("1e400", "issuer or jwks_uri is no valid text"),
        ] {
            let json = format!(r#"{{"issuer":{issuer},"jwks_uri":"{jwks}"}}"#);
            let parsed = Metadata::parse(json.as_bytes(), "here", &discovery);
            assert!(
                matches!(parsed, Err(FetchError::Metadata { reason, .. }) if reason == expected),
                "{issuer}"
            );
        }
    }
}
