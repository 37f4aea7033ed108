//! Keys that are fetched. The numbers are those of the rows of the threat table.

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
        let world = Self::start_cold(None).await;
        world.publish(&[world.issuer.jwk()]);
        world.keys.refresh().await.expect("keys");
        world
    }

    /// All of it, where the issuer answers with this, or with 503.
    async fn start_cold(document: Option<Document>) -> Self {
        let server = IssuerServer::start(document.unwrap_or_default()).await;
        let clock = Arc::new(ManualClock::new());
        let keys = server.keys(&clock);
        let issuer = TestIssuer::new(server.url(), AUDIENCE);
        let trusted = Issuer::new(keys.clone(), Verifier::new(AUDIENCE));
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
async fn row_44_a_flood_of_unknown_keys_costs_one_fetch_a_cooldown() {
    let world = World::start().await;
    let fetches = world.server.key_fetches();
    let first = world.call(&world.junk("junk-0")).await;
    assert_eq!((first.code(), first.reason().as_str()), (Code::Unauthenticated, "ACCESS_TOKEN_INVALID"));
    for index in 1..100 {
        let answer = world.call(&world.junk(&format!("junk-{index}"))).await;
        assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
        assert_eq!(retry_after(&answer), Some(COOLDOWN));
        assert_eq!(answer.challenges(), Vec::<String>::new());
    }
    assert_eq!(world.code(&world.junk("junk-0")).await, Code::Unauthenticated, "it was looked for");
    assert_eq!(world.code(&world.token()).await, Code::Ok, "valid calls are unhurt");
    assert_eq!(world.server.key_fetches() - fetches, 1);

    world.clock.advance(Duration::from_secs(29));
    let last = world.call(&world.junk("junk-1")).await;
    assert_eq!((last.code(), retry_after(&last)), (Code::Unavailable, Some(Duration::from_secs(1))));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.code(&world.junk("junk-1")).await, Code::Unauthenticated);
    assert_eq!(world.server.key_fetches() - fetches, 2);
}

#[tokio::test]
async fn row_44_a_key_that_was_rotated_in_meanwhile_is_never_called_wrong() {
    let world = World::start().await;
    world.code(&world.junk("junk")).await;
    let rotated = world.rotated("2027");
    world.publish(&[world.issuer.jwk(), rotated.jwk()]);
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Unavailable, "during the cooldown");
    // A refresh does not wait for the cooldown.
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&rotated)).await, Code::Ok);
}

#[tokio::test]
async fn row_44_a_key_named_while_the_fetch_is_under_way_was_not_looked_for() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = Arc::new(world.rotated("2027"));
    // The answer that is on its way was written before the key was rotated in.
    world.server.publish(Document::Held(world.issuer.jwks()));
    let junk = tokio::spawn({
        let world = world.clone();
        async move { world.code(&world.junk("junk")).await }
    });
    world.server.is_asked().await;
    let named_meanwhile = tokio::spawn({
        let (world, rotated) = (world.clone(), rotated.clone());
        async move { world.call(&World::token_of(&rotated)).await }
    });
    // A second one of the same name as the first joins it.
    let joined = tokio::spawn({
        let world = world.clone();
        async move { world.code(&world.junk("junk")).await }
    });
    // All three have been read, or will find the cooldown running; either way not one is called wrong.
    assert_eq!(world.code(&world.token()).await, Code::Ok, "a key that is held waits for nothing");
    world.server.let_go();
    assert_eq!(junk.await.expect("no panic"), Code::Unauthenticated);
    assert_eq!(joined.await.expect("no panic"), Code::Unauthenticated);
    let meanwhile = named_meanwhile.await.expect("no panic");
    assert_eq!((meanwhile.code(), retry_after(&meanwhile)), (Code::Unavailable, Some(COOLDOWN)));
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn one_fetch_serves_all_who_wait_for_it() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = Arc::new(world.rotated("2027"));
    world.server.publish(Document::Held(json!({ "keys": [world.issuer.jwk(), rotated.jwk()] }).to_string()));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (world, rotated) = (world.clone(), rotated.clone());
            tokio::spawn(async move { world.code(&World::token_of(&rotated)).await })
        })
        .collect();
    world.server.is_asked().await;
    world.server.let_go();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Code::Ok);
    }
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn a_fetch_goes_on_when_the_call_that_caused_it_is_given_up() {
    let world = Arc::new(World::start().await);
    let fetches = world.server.key_fetches();
    let rotated = world.rotated("2027");
    world.server.publish(Document::Held(json!({ "keys": [rotated.jwk()] }).to_string()));
    let token = World::token_of(&rotated);
    let given_up = tokio::spawn({
        let (world, token) = (world.clone(), token.clone());
        async move { world.code(&token).await }
    });
    world.server.is_asked().await;
    given_up.abort();
    let _ = given_up.await;
    world.server.let_go();
    assert_eq!(world.code(&token).await, Code::Ok);
    assert_eq!(world.server.key_fetches() - fetches, 1);
}

#[tokio::test]
async fn a_key_that_could_not_be_looked_for_is_not_called_wrong() {
    let world = World::start().await;
    world.server.publish(Document::Status(500));
    let answer = world.call(&world.junk("unknown")).await;
    assert_eq!((answer.code(), answer.reason().as_str()), (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE"));
    assert_eq!(retry_after(&answer), Some(COOLDOWN));
    assert_eq!(world.code(&world.token()).await, Code::Ok, "what is held serves on");
}

#[tokio::test]
async fn row_45_odd_names_of_keys() {
    let world = World::start().await;
    let long = "k".repeat(4_000);
    let kids = ["../../etc/passwd", "' OR 1=1 --", "http://127.0.0.1:1/jwks", "", &long];
    for kid in kids {
        world.clock.advance(COOLDOWN);
        let answer = world.call(&world.junk(kid)).await;
        assert_eq!(
            (answer.code(), answer.reason().as_str()),
            (Code::Unauthenticated, "ACCESS_TOKEN_INVALID"),
            "{kid}"
        );
        let junk = world.code(&world.junk(&format!("{kid} too"))).await;
        assert_eq!(junk, Code::Unavailable, "{kid}: one that may not be looked for");
    }
    let asked = world.server.asked();
    assert!(asked.iter().all(|path| path == "/jwks" || path.starts_with("/.well-known/")), "{asked:?}");
}

#[tokio::test]
async fn row_46_a_token_without_kid_is_tried_against_eight_keys_and_makes_no_fetch() {
    let world = World::start().await;
    let others: Vec<TestIssuer> = (0..3).map(|index| world.rotated(&format!("other-{index}"))).collect();
    let mut published: Vec<Value> = others.iter().cycle().take(7).map(TestIssuer::jwk).collect();
    published.push(world.issuer.jwk());
    world.publish(&published);
    world.keys.refresh().await.expect("keys");
    let fetches = world.server.key_fetches();
    let token = world.issuer.token().scope("api1:read:status").without_header("kid").sign();
    assert_eq!(world.code(&token).await, Code::Ok, "the eighth");

    published.insert(0, others[0].jwk());
    world.publish(&published);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&token).await, Code::Unauthenticated, "the ninth");
    assert_eq!(world.server.key_fetches() - fetches, 1, "the refresh alone");
}

#[tokio::test]
async fn row_47_the_same_kid_twice() {
    let world = World::start().await;
    let twin = world.rotated("test-key");
    world.publish(&[twin.jwk(), world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&world.token()).await, Code::Ok);
    assert_eq!(world.code(&World::token_of(&twin)).await, Code::Ok);
    assert_eq!(world.code(&World::token_of(&world.rotated("test-key"))).await, Code::Unauthenticated);
}

#[tokio::test]
async fn rows_48_to_52_keys_that_cannot_be_used_are_left_out_one_by_one() {
    let world = World::start().await;
    let bad = world.rotated("bad");
    let with = |name: &str, value: Value| {
        let mut jwk = bad.jwk();
        jwk[name] = value;
        jwk
    };
    let cases = [
        ("48: use", with("use", json!("enc"))),
        ("48: key_ops", with("key_ops", json!(["encrypt"]))),
        ("48: alg of encryption", with("alg", json!("RSA-OAEP"))),
        ("48: alg of another signature", with("alg", json!("PS256"))),
        ("48: kty", with("kty", json!("EC"))),
        ("49: exponent 1", with("e", json!("AQ"))),
        ("49: even exponent", with("e", json!("Ag"))),
        ("49: 1024 bits", with("n", json!("_".repeat(171)))),
        ("49: over 8192 bits", with("n", json!("_".repeat(1_374)))),
        ("51: private", with("d", json!("AQAB"))),
        ("52: unknown kty", with("kty", json!("AKP"))),
        ("52: modulus in standard base64", with("n", json!("+/+/"))),
        ("52: no modulus", with("n", json!(null))),
        ("52: not an object", json!("bad")),
    ];
    for (name, jwk) in cases {
        world.publish(&[jwk.clone(), world.issuer.jwk()]);
        world.keys.refresh().await.expect(name);
        world.clock.advance(COOLDOWN);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}: the good one works");
        assert_eq!(world.code(&World::token_of(&bad)).await, Code::Unauthenticated, "{name}");
    }
    world.publish(&[bad.jwk(), world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&bad)).await, Code::Ok, "as it should be, it works");
}

#[tokio::test]
async fn row_51_a_key_that_is_published_with_and_without_its_private_members_is_compromised() {
    let world = World::start().await;
    let bad = world.rotated("bad");
    let mut private = bad.jwk();
    private["d"] = json!("AQAB");
    private["kid"] = json!("another name");
    world.publish(&[bad.jwk(), private, world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&bad)).await, Code::Unauthenticated);
    assert_eq!(world.code(&world.token()).await, Code::Ok);
}

#[tokio::test]
async fn row_52_a_key_that_is_no_json_for_us_leaves_the_others() {
    let world = World::start().await;
    let good = world.issuer.jwk();
    let nested = format!("{}{}", "[".repeat(500), "]".repeat(500));
    for odd in [r#"{"kty":1e400}"#, r#"{"kid":"\ud800"}"#, &format!(r#"{{"x":{nested}}}"#), &nested] {
        world.server.publish(Document::Json(format!(r#"{{"a":{nested},"keys":[{odd},{good}]}}"#)));
        world.keys.refresh().await.expect(odd);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{odd}");
    }
}

#[tokio::test]
async fn rows_49_and_51_what_is_left_out_is_said_once() {
    let world = World::start().await;
    let mut private = world.rotated("leaked-once").jwk();
    private["d"] = json!("AQAB");
    world.publish(&[private, world.issuer.jwk()]);
    for _ in 0..3 {
        world.keys.refresh().await.expect("keys");
    }
    let said = lines_with("leaked-once");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("WARN") && said[0].contains("private"), "{said:?}");
}

#[tokio::test]
async fn row_48_a_key_that_is_published_for_something_else_makes_no_fetch() {
    let world = World::start().await;
    let encryption = world.rotated("enc");
    let mut jwk = encryption.jwk();
    jwk["use"] = json!("enc");
    world.publish(&[jwk, world.issuer.jwk()]);
    world.keys.refresh().await.expect("keys");
    let fetches = world.server.key_fetches();
    assert_eq!(world.code(&World::token_of(&encryption)).await, Code::Unauthenticated);
    assert_eq!(world.server.key_fetches(), fetches);
}

#[tokio::test]
async fn rows_53_and_54_a_refresh_that_brings_no_keys_leaves_those_that_are_held() {
    let world = World::start().await;
    let good = world.issuer.jwks();
    let too_many = json!({ "keys": vec![world.issuer.jwk(); 10_000] }).to_string();
    let cases = [
        ("53: HTML", Document::Json("<html></html>".to_owned())),
        ("53: truncated", Document::Json(good[..good.len() - 5].to_owned())),
        ("53: 50 MB", Document::Padded(50_000_000, good.clone())),
        // Four million spaces, in four thousand bytes.
        ("53: compressed", Document::Compressed(include_bytes!("support/spaces.gz").to_vec())),
        ("53: 10,000 keys", Document::Json(too_many)),
        ("53: 300 keys, which fit", Document::Json(json!({ "keys": vec![json!({}); 300] }).to_string())),
        ("54: no keys", Document::Json(r#"{"keys":[]}"#.to_owned())),
        ("54: an array", Document::Json("[]".to_owned())),
        ("54: keys twice", Document::Json(format!(r#"{{"keys":[],{}"#, &good[1..]))),
        ("500", Document::Status(500)),
        ("404", Document::Status(404)),
        ("204", Document::Status(204)),
    ];
    for (name, document) in cases {
        world.server.publish(document);
        world.keys.refresh().await.expect_err(name);
        assert_eq!(world.code(&world.token()).await, Code::Ok, "{name}");
        assert_eq!(world.app.health("").await.expect("health"), 1, "{name}: still ready");
    }
}

#[tokio::test]
async fn row_53_an_answer_that_never_ends_hurts_nobody() {
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
async fn a_key_that_changes_under_its_name_takes_effect_at_the_next_refresh() {
    let world = World::start().await;
    let changed = world.rotated("test-key");
    world.publish(&[changed.jwk()]);
    assert_eq!(
        world.code(&World::token_of(&changed)).await,
        Code::Unauthenticated,
        "no fetch for a kid that is held"
    );
    world.keys.refresh().await.expect("keys");
    assert_eq!(world.code(&World::token_of(&changed)).await, Code::Ok);
}

#[tokio::test]
async fn keys_serve_until_they_are_too_old() {
    let world = World::start().await;
    world.server.publish(Document::Status(503));
    let max_stale = Schedule::default().max_stale;
    world.clock.advance(max_stale);
    let fresh = || world.issuer.token().scope("api1:read:status").issued_at(world.clock.time()).sign();
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
