//! Keys that are fetched. The numbers are those of the rows of the threat table.

mod changed;
mod http;
mod names;
mod remembered;
mod sets;
mod unknown;

use std::sync::Arc;
use std::time::Duration;

use sekisho::authorizer::Issuer;
use sekisho::jwks::{JwksFile, Keys, Schedule};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use serde_json::{Value, json};
use tonic::Code;

use crate::support::{AUDIENCE, Answer, App, Document, IssuerServer, Setup, assert_not_logged, lines_with};

const API1: &str = "/api1.v1.Api1/GetStatus";
const COOLDOWN: Duration = Duration::from_secs(30);
/// Tokens are issued so long before the start, where a test does not say when.
const AGE_OF_TOKENS: Duration = Duration::from_secs(60);

/// An issuer's web server, its key, and a server of ours that trusts it.
struct World {
    server: IssuerServer,
    issuer: TestIssuer,
    clock: Arc<ManualClock>,
    keys: Keys,
    app: App,
}

impl World {
    /// All of it, with the keys held.
    async fn start() -> Self {
        Self::start_with(|verifier| verifier).await
    }

    /// The same, with a verifier of the test's own.
    async fn start_with(verifier: impl FnOnce(Verifier) -> Verifier) -> Self {
        let world = Self::start_all(Document::default(), verifier(Verifier::new(AUDIENCE))).await;
        world.publish(&[world.issuer.jwk()]);
        world.keys.refresh().await.expect("keys");
        world
    }

    /// All of it, where the issuer answers with this, or with 503.
    async fn start_cold(document: Option<Document>) -> Self {
        Self::start_all(document.unwrap_or_default(), Verifier::new(AUDIENCE)).await
    }

    async fn start_all(document: Document, verifier: Verifier) -> Self {
        let server = IssuerServer::start(document).await;
        let clock = Arc::new(ManualClock::new());
        clock.advance(AGE_OF_TOKENS);
        let keys = server.keys(&clock);
        let issuer = TestIssuer::new(server.url(), AUDIENCE);
        let trusted = Issuer::new(keys.clone(), verifier);
        let app = App::start_with(Setup { issuer: trusted, clock: clock.clone(), ..Setup::default() }).await;
        Self { server, issuer, clock, keys, app }
    }

    fn publish(&self, keys: &[Value]) {
        self.server.publish(Document::Json(json!({ "keys": keys }).to_string()));
    }

    fn token(&self) -> String {
        Self::token_of(&self.issuer)
    }

    fn token_of(issuer: &TestIssuer) -> String {
        issuer.token().scope("api1:read:status").sign()
    }

    /// A key that the same issuer signs with from now on.
    fn rotated(&self, kid: &str) -> TestIssuer {
        TestIssuer::new(self.server.url(), AUDIENCE).kid(kid)
    }

    fn junk(&self, kid: &str) -> String {
        self.issuer.token().scope("api1:read:status").header("kid", kid).sign()
    }

    /// A token of this issuer that is issued now.
    fn fresh(&self, issuer: &TestIssuer) -> String {
        issuer.token().scope("api1:read:status").issued_at(self.clock.time()).sign()
    }

    async fn call(&self, token: &str) -> Answer {
        let answer = self.app.call(API1).bearer(token).send().await;
        assert_not_logged(token);
        answer
    }

    async fn code(&self, token: &str) -> Code {
        self.call(token).await.code()
    }
}

fn retry_after(answer: &Answer) -> Option<Duration> {
    answer.details().retry_info().and_then(|info| info.retry_delay)
}

#[tokio::test]
async fn a_call_is_verified_with_keys_that_were_discovered() {
    let world = World::start().await;
    assert_eq!(world.code(&world.token()).await, Code::Ok);
    assert_eq!(world.code(&World::token_of(&world.rotated("test-key"))).await, Code::Unauthenticated);
}

#[tokio::test]
async fn rows_53_and_96_an_answer_that_never_ends_hurts_nobody() {
    let world = World::start().await;
    world.server.publish(Document::Stalls);
    let refresh = world.keys.refresh();
    tokio::pin!(refresh);
    let token = world.token();
    // While it hangs, calls are answered (row 96).
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = &mut refresh => panic!("it does not end by itself that soon"),
            code = world.code(&token) => assert_eq!(code, Code::Ok),
        }
    }
}

#[tokio::test]
async fn row_54_and_59_cold_without_usable_keys() {
    let documents = [Document::Status(503), Document::Json(r#"{"keys":[]}"#.to_owned())];
    for document in documents {
        let world = World::start_cold(Some(document)).await;
        world.keys.refresh().await.expect_err("no keys yet");
        let answer = world.call(&world.token()).await;
        assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
        assert!(retry_after(&answer) >= Some(Duration::from_secs(1)));
        for token in [world.junk("junk"), World::token_of(&world.rotated("test-key"))] {
            assert_eq!(world.code(&token).await, Code::Unavailable, "every well-formed token");
        }
        assert_eq!(world.code("junk").await, Code::Unauthenticated, "what is wrong without a key");
        let hmac = world.issuer.token().header("alg", "HS256").sign();
        assert_eq!(world.code(&hmac).await, Code::Unauthenticated);
        let none = world.app.call(API1).send().await;
        assert_eq!(none.reason(), "CREDENTIALS_MISSING");
        let open = world.app.call("/streaming.v1.Streaming/Open").send().await;
        assert_eq!(open.code(), Code::Ok, "public methods work");
        assert_eq!(world.app.health("").await.expect("health"), 2, "not ready");
        assert_eq!(world.app.health("api1.v1.Api1").await.expect("health"), 2, "not ready");

        world.publish(&[world.issuer.jwk()]);
        // By itself: nobody asks for a refresh here.
        world.app.ready_is(true).await;
        assert_eq!(world.code(&world.token()).await, Code::Ok);
    }
}

#[tokio::test]
async fn row_56_a_redirect_is_not_followed() {
    let world = World::start().await;
    let elsewhere = IssuerServer::start(Document::Json(world.issuer.jwks())).await;
    world.server.publish(Document::Redirect(format!("{}jwks", elsewhere.url())));
    let error = world.keys.refresh().await.expect_err("a redirect").to_string();
    assert!(error.contains("redirects are not followed"), "{error}");
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_58_a_key_that_is_withdrawn_is_refused_once_the_set_is_refreshed() {
    let world = World::start().await;
    let rotated = world.rotated("2027");
    world.publish(&[rotated.jwk()]);
    assert_eq!(world.code(&world.token()).await, Code::Ok, "not yet refreshed");
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&world.token()).await, Code::Unauthenticated);
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok);

    // Somebody's junk has started the cooldown; the refresh has shown all the same that the key is gone.
    world.clock.advance(COOLDOWN);
    world.code(&world.junk("junk")).await;
    let newest = world.rotated("2028");
    world.publish(&[newest.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Unauthenticated);
}

#[tokio::test]
async fn keys_serve_until_they_are_too_old() {
    let world = World::start().await;
    world.server.publish(Document::Status(503));
    let max_stale = Schedule::default().max_stale;
    world.clock.advance(max_stale);
    let fresh = || world.fresh(&world.issuer);
    assert_eq!(world.code(&fresh()).await, Code::Ok, "as old as they may be");
    world.clock.advance(Duration::from_secs(1));
    let answer = world.call(&fresh()).await;
    assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
    world.keys.refresh().await.expect_err("the issuer is down");
    world.app.ready_is(false).await;

    world.publish(&[world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&fresh()).await, Code::Ok);
    world.app.ready_is(true).await;
}

#[tokio::test]
async fn a_document_that_names_another_issuer_is_a_fault_of_the_issuer() {
    let world = World::start_cold(None).await;
    world.publish(&[world.issuer.jwk()]);
    let address = world.server.address;
    world
        .server
        .discovery(&format!(r#"{{"issuer":"https://evil.example/","jwks_uri":"http://{address}/jwks"}}"#));
    let error = world.keys.refresh().await.expect_err("another issuer").to_string();
    assert!(error.contains("names another issuer"), "{error}");
    assert_eq!(world.code(&world.token()).await, Code::Unavailable);
    assert_eq!(world.app.health("").await.expect("health"), 2);

    // Its last slash is the issuer's to choose; its tokens then carry it so.
    let name = format!("http://{address}");
    world.server.discovery(&format!(r#"{{"issuer":"{name}","jwks_uri":"{name}/jwks"}}"#));
    world.keys.refresh().await.expect("keys");
    assert_eq!(
        world.code(&world.issuer.token().claim("iss", name).scope("api1:read:status").sign()).await,
        Code::Ok
    );
    assert_eq!(world.code(&world.token()).await, Code::Unauthenticated);
}

#[tokio::test]
async fn keys_in_a_file_are_read_again_at_a_refresh() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jwks.json");
    let name = "https://tenant.example";
    let (first, second) =
        (TestIssuer::new(name, AUDIENCE).kid("1"), TestIssuer::new(name, AUDIENCE).kid("2"));
    std::fs::write(&path, first.jwks()).expect("a file");
    let clock = Arc::new(ManualClock::new());
    clock.advance(AGE_OF_TOKENS);
    let keys = Keys::remote(JwksFile::new(name, &path), Schedule::default(), clock.clone());
    keys.readiness_other_than(false).await;
    let issuer = Issuer::new(keys.clone(), Verifier::new(AUDIENCE));
    let app = App::start_with(Setup { issuer, clock, ..Setup::default() }).await;
    let call = async |token: String| app.call(API1).bearer(&token).send().await.code();
    assert_eq!(call(first.token().scope("api1:read:status").sign()).await, Code::Ok);

    std::fs::write(&path, second.jwks()).expect("a file");
    keys.refresh().await.expect("keys");
    assert_eq!(call(second.token().scope("api1:read:status").sign()).await, Code::Ok);
    assert_eq!(call(first.token().scope("api1:read:status").sign()).await, Code::Unauthenticated);

    // Without discovery, nobody settles the last slash; the log says what is wrong.
    let slash = second.token().claim("iss", "https://tenant.example/").sign();
    assert_eq!(call(slash).await, Code::Unauthenticated);
    assert!(!lines_with("differ by their last slash alone").is_empty());
}
