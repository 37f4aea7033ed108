//! A stream ends when its issuer is not trusted any more.

use std::sync::{Arc, Mutex, OnceLock};

use http_body_util::BodyExt as _;
use sekisho::Issuer;
use sekisho::authorizer::Authorizer;
use sekisho::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{MESSAGE, World, data, ended, in_time, issuer_of_all, reason, trailers, withdrawn};

/// Its keys are made once: RSA keys are dear. The last one has the name of the second, and another key.
fn others() -> &'static [TestIssuer; 3] {
    static OTHERS: OnceLock<[TestIssuer; 3]> = OnceLock::new();
    OTHERS.get_or_init(|| {
        ["second", "third", "second"]
            .map(|name| TestIssuer::new(format!("https://{name}.example/"), "orders"))
    })
}

fn authorizer(world: &World) -> &Authorizer {
    world.protected.authorizer()
}

/// The one that is trusted from the start, and two others.
fn world() -> (World, [Issuer; 3]) {
    let [second, third, _] = others();
    let (second, third) = (second.issuer(), third.issuer());
    let world = World::new(|services| services.also_trusting(second.clone()).also_trusting(third.clone()));
    let first = authorizer(&world).issuers().remove(0);
    (world, [first, second, third])
}

/// The streams of the others are judged first, so that they have been once this one has ended.
#[tokio::test]
async fn row_114_a_stream_ends_when_its_issuer_goes_and_the_others_go_on() {
    let (mut world, [first, second, _]) = world();
    let [of_second, of_third, _] = others();
    let kept = world.answered("Exchange", None).await;
    let changed = world.answered_with(Some(of_second), "Exchange", None).await;
    let (gone, request, answer) = world.answered_with(Some(of_third), "Exchange", None).await;
    let late = tokio::spawn(world.answer_with(Some(of_third), "Upload", None));
    let upload = world.entered().await;
    // Other rules, and the same key.
    let stricter = second.verified_by(|_| Verifier::new("another-api"));
    authorizer(&world).replace_issuers([stricter, first.clone()]).expect("two issuers");

    assert_eq!(reason(in_time(late).await.expect("no panic").headers()), withdrawn());
    in_time(upload.dropped).await.expect_err("its future is gone");
    gone.dropped().await;
    assert_eq!(trailers(&mut answer.into_body()).await, withdrawn());
    ended(request).await;
    for (sent, _request, answer) in [kept, changed] {
        sent.chunk(MESSAGE).await;
        assert_eq!(data(&mut answer.into_body()).await, MESSAGE);
    }
}

#[tokio::test]
async fn row_114_of_an_issuer_that_changes_its_keys_the_streams_of_those_that_went_end() {
    let (mut world, [first, ..]) = world();
    let [of_second, _, with_another_key] = others();
    let (kept, _request, kept_answer) = world.answered("Exchange", None).await;
    let (gone, _, answer) = world.answered_with(Some(of_second), "Exchange", None).await;
    authorizer(&world).replace_issuers([with_another_key.issuer(), first.clone()]).expect("two issuers");
    gone.dropped().await;
    assert_eq!(trailers(&mut answer.into_body()).await, withdrawn());
    kept.chunk(MESSAGE).await;
    let mut body = kept_answer.into_body();
    assert_eq!(data(&mut body).await, MESSAGE);

    // Its name but for the slash is another name: no token of before would be accepted.
    let (set, _) = KeySet::parse(issuer_of_all().jwks().as_bytes()).expect("a set");
    let renamed = Issuer::new(Keys::fixed("https://tenant.example", set), Verifier::new("orders"));
    authorizer(&world).replace_issuers([renamed]).expect("one issuer");
    kept.dropped().await;
    assert_eq!(trailers(&mut body).await, withdrawn());
}

/// What the third one publishes.
#[derive(Clone)]
struct Published(Arc<Mutex<String>>);

impl KeySource for Published {
    fn issuer(&self) -> Arc<str> {
        "https://third.example/".into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let jwks = self.0.lock().expect("a lock").clone();
        let (set, left_out) = KeySet::parse(jwks.as_bytes()).expect("a set");
        Ok(Fetched { issuer: self.issuer(), set, left_out })
    }
}

/// Who watches over streams began to before the issuer was trusted.
#[tokio::test]
async fn row_114_a_key_that_is_withdrawn_at_an_issuer_that_came_later_ends_its_streams() {
    let (mut world, [first, ..]) = world();
    let [of_second, of_third, other] = others();
    let before = world.answered_with(Some(of_third), "Exchange", None).await;
    let published = Published(Arc::new(Mutex::new(of_third.jwks())));
    let keys = Keys::remote(published.clone(), Schedule::default(), Arc::new(ManualClock::new()));
    keys.refresh().await.expect("keys");
    let remote = Issuer::new(keys.clone(), Verifier::new("orders"));
    let (gone, ..) = world.answered_with(Some(of_second), "Exchange", None).await;
    authorizer(&world).replace_issuers([first, remote]).expect("two issuers");
    // Whoever watches has seen to it: what comes from here on is not found along with it.
    gone.dropped().await;
    let kept = world.answered("Exchange", None).await;
    let after = world.answered_with(Some(of_third), "Exchange", None).await;

    let both = serde_json::json!({ "keys": [other.jwk(), of_third.jwk()] }).to_string();
    *published.0.lock().expect("a lock") = both;
    keys.refresh().await.expect("keys");
    let mut streams = [before, after];
    for (sent, _, answer) in &mut streams {
        sent.chunk(MESSAGE).await;
        assert_eq!(data(answer.body_mut()).await, MESSAGE, "the key is still there");
    }
    *published.0.lock().expect("a lock") = other.jwks();
    keys.refresh().await.expect("keys");
    for (sent, _, answer) in streams {
        sent.dropped().await;
        assert_eq!(trailers(&mut answer.into_body()).await, withdrawn());
    }
    let (sent, _request, answer) = kept;
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut answer.into_body()).await, MESSAGE, "another's key");
}

/// Whoever has to ask for another token asks those who are trusted now.
#[tokio::test]
async fn the_end_is_told_in_the_words_of_an_issuer_that_is_trusted() {
    let writing = |issuer: Issuer, prefix: &str| {
        let prefix = prefix.parse().expect("a prefix");
        issuer.verified_by(|verifier| verifier.scope_prefix(prefix))
    };
    let [of_second, of_third, other] = others();
    for (issuers, required) in [
        (
            vec![writing(of_third.issuer(), "three/"), writing(issuer_of_all().issuer(), "one/")],
            "three/feeds:read",
        ),
        (vec![writing(of_third.issuer(), "three/"), writing(other.issuer(), "two/")], "two/feeds:read"),
    ] {
        let (mut world, _) = world();
        let (sent, _, answer) = world.answered_with(Some(of_second), "Exchange", None).await;
        authorizer(&world).replace_issuers(issuers).expect("two issuers");
        sent.dropped().await;
        let frame = in_time(answer.into_body().frame()).await.expect("trailers").expect("no error");
        let status = Status::from_header_map(frame.trailers_ref().expect("trailers")).expect("a status");
        let details = status.get_error_details();
        assert_eq!(details.error_info().expect("details").metadata["requiredScopes"], required);
    }
}
