//! Starts a development issuer on a port of its own, and asks it over HTTP as any client would.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, StatusCode};
use sekisho_issuer::{Account, Builder, Client, Issuer};
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// A parameter of a token request.
pub(crate) type Parameter = (&'static str, &'static str);

/// Parameters that are made as a test runs.
pub(crate) type Parameters<'a> = &'a [(&'a str, &'a str)];

/// What every request of the client `cli` begins with.
pub(crate) const CLI: [Parameter; 3] =
    [("grant_type", "client_credentials"), ("client_id", "cli"), ("client_secret", "cli-secret")];

/// The web origin of the client `page`.
pub(crate) const PAGE: &str = "http://localhost:8080";

/// The APIs of the clients.
const API_SCOPES: [&str; 3] = ["api1:read:status", "api2:read:status", "api3:read:status"];

const PERSONAL_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// An issuer that is being served.
pub(crate) struct TestIssuer {
    pub(crate) issuer: Issuer,
    pub(crate) url: String,
    pub(crate) address: std::net::SocketAddr,
    seconds: Arc<AtomicU64>,
    http: reqwest::Client,
}

impl TestIssuer {
    /// Starts one whose clock stands at 1,000,000,000 seconds, with `cli`, a client that has no
    /// scope, and two that are pages.
    pub(crate) async fn start() -> Self {
        let page = |id: &str, origin: &str| {
            Client::page(id, origin)
                .scopes(PERSONAL_SCOPES)
                .scopes(API_SCOPES)
                .access_token_lifetime(Duration::from_secs(600))
        };
        let builder = Issuer::builder()
            .client(Client::confidential("cli", "cli-secret").scopes(API_SCOPES))
            .client(Client::confidential("unprivileged", "unprivileged-secret"))
            .client(page("page", PAGE))
            .client(page("other", "http://localhost:8081"));
        Self::configured(with_persons(builder)).await
    }

    /// Starts one with an audience and a clock as all have here, and all else as `builder` says.
    pub(crate) async fn configured(builder: Builder) -> Self {
        let seconds = Arc::new(AtomicU64::new(1_000_000_000));
        let read = Arc::clone(&seconds);
        let builder = builder
            .audience("auth0-multiple-api")
            .clock(move || UNIX_EPOCH + Duration::from_secs(read.load(Ordering::SeqCst)));
        let issuer = builder.start().await.unwrap();
        let (url, address) = (issuer.url().to_owned(), issuer.address());
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self { issuer, url, address, seconds, http }
    }

    pub(crate) fn set_clock(&self, seconds: u64) {
        self.seconds.store(seconds, Ordering::SeqCst);
    }

    /// Moves the clock that stands at its beginning.
    pub(crate) fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Posts a form to the token endpoint.
    pub(crate) async fn post(&self, parameters: Parameters<'_>) -> Answer {
        Answer::of(self.form(parameters)).await
    }

    /// Posts a form to the token endpoint, with client authentication in the header.
    pub(crate) async fn post_as(&self, credentials: &str, parameters: &[Parameter]) -> Answer {
        let authorization = format!("Basic {}", STANDARD.encode(credentials));
        Answer::of(self.form(parameters).header(AUTHORIZATION, authorization)).await
    }

    /// Posts what `cli` asks for.
    pub(crate) async fn post_as_cli(&self, parameters: &[Parameter]) -> Answer {
        self.post(&[&CLI, parameters].concat()).await
    }

    pub(crate) fn form(&self, parameters: Parameters<'_>) -> RequestBuilder {
        let body = Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.request(Method::POST, "oauth/token")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Whether the userinfo endpoint tells the bearer of an answer's access token who granted it.
    pub(crate) async fn knows(&self, answer: &Answer) -> bool {
        let request = self.request(Method::GET, "userinfo").bearer_auth(answer.access_token());
        match Answer::of(request).await {
            answer if answer.status == 200 => true,
            answer => {
                let told = (answer.status.as_u16(), answer.header("www-authenticate"));
                assert_eq!(told, (401, Some(r#"Bearer error="invalid_token""#)));
                false
            }
        }
    }

    /// Gives a token back as `client_id`'s.
    pub(crate) async fn revoke(&self, client_id: &str, token: &str) -> u16 {
        let body = Serializer::new(String::new())
            .extend_pairs([("client_id", client_id), ("token", token)])
            .finish();
        let request = self
            .request(Method::POST, "oauth/revoke")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        Answer::of(request).await.status.as_u16()
    }

    /// The one key that is published.
    pub(crate) async fn jwk(&self) -> Value {
        let mut set = self.get(".well-known/jwks.json").await.body;
        let keys = set["keys"].as_array_mut().unwrap();
        assert_eq!(keys.len(), 1);
        keys.remove(0)
    }
}

/// Alice and Bob, named as Auth0 names persons.
fn with_persons(builder: Builder) -> Builder {
    let alice = Account::new("alice").name("Alice Liddell").email("alice@example.com");
    let bob = Account::new("bob").name("Bob Cratchit").email("bob@example.com");
    builder.account(alice.subject("development|alice")).account(bob.subject("development|bob"))
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body's JSON, or null where it is none.
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Self { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The status with the error code: what a refusal is told by.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"].as_str().unwrap_or("(none)"))
    }

    /// The access token of an answer that must be a success.
    pub(crate) fn access_token(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body["access_token"].as_str().unwrap()
    }

    /// The claims of the ID token, not verified.
    pub(crate) fn id_token(&self) -> Value {
        json_part(self.body["id_token"].as_str().unwrap(), 1)
    }

    /// The claims of that token, not verified.
    pub(crate) fn claims(&self) -> Value {
        json_part(self.access_token(), 1)
    }
}

/// A part of a token in compact serialization, as JSON.
pub(crate) fn json_part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&bytes(token.split('.').nth(index).unwrap())).unwrap()
}

/// Whether `jwk` verifies the token's signature by RS256.
pub(crate) fn verifies(jwk: &Value, token: &str) -> bool {
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let [n, e] = ["n", "e"].map(|member| bytes(jwk[member].as_str().unwrap()));
    PublicKeyComponents { n, e }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signing_input.as_bytes(), &bytes(signature))
        .is_ok()
}

fn bytes(base64url: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(base64url).unwrap()
}
