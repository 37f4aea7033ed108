//! A call that waits for a key, while whoever is trusted changes.

use super::replaced::ISSUERS;
use super::source::Source;
use super::*;
use crate::jwks::{KeySet, Keys};
use crate::token::Verifier;

const NAME: &str = "https://one.example/";

/// One issuer, that is being asked for a key which it did not have before.
struct Waiting {
    authorizer: Authorizer,
    issuer: Issuer,
    source: Source,
    verdict: tokio::task::JoinHandle<Verdict>,
}

/// The second key is the one that tokens name; its issuer publishes it only when it is asked again.
async fn waiting(old: &TestIssuer, token: String) -> Waiting {
    let source = Source::new(NAME, Some(old.jwks()));
    let keys = source.keys(&Arc::new(ManualClock::new())).await;
    let issuer = Issuer::new(keys, Verifier::new("api")).named("before");
    let authorizer = authorizer(issuer.clone());
    source.hold(true);
    let mut metadata = HeaderMap::new();
    metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
    let Authorization::AwaitingKey(verdict) = authorizer.authorize(PATH, &metadata) else {
        panic!("the key is to be awaited")
    };
    let verdict = tokio::spawn(verdict);
    source.was_asked(2).await;
    Waiting { authorizer, issuer, source, verdict }
}

fn fixed(keys: &TestIssuer, name: &str) -> Issuer {
    let (set, _) = KeySet::parse(keys.jwks().as_bytes()).expect("a set");
    Issuer::new(Keys::fixed(NAME, set), Verifier::new("api")).named(name)
}

impl Waiting {
    /// What becomes of it once the issuer that was asked has answered with a key.
    async fn decided(self, published: &TestIssuer) -> (String, Option<String>) {
        self.source.publish(Some(published.jwks()));
        self.source.hold(false);
        let limit = Duration::from_secs(60);
        let verdict = tokio::time::timeout(limit, self.verdict).await.expect("in time").expect("no panic");
        let name = verdict.issuer_name().map(ToOwned::to_owned);
        let told = verdict.result().err().map_or_else(|| "allowed".to_owned(), ToString::to_string);
        (told, name)
    }
}

/// A key of the same name each.
fn keys() -> [TestIssuer; 3] {
    ["old", "new", "new"].map(|kid| TestIssuer::new(NAME, "api").kid(kid))
}

#[tokio::test(start_paused = true)]
async fn row_110_a_call_that_waits_for_a_key_is_decided_by_those_who_are_trusted_then() {
    let [old, asked, other] = &keys();
    let token = || asked.token().scope("read").sign();
    let by = |told: &str, name: &str| (told.to_owned(), Some(name.to_owned()));
    let invalid = |error: InvalidToken| Denial::Token(error.into()).to_string();

    let still_there = waiting(old, token()).await;
    assert_eq!(still_there.decided(asked).await, by("allowed", "before"));

    let beside_another = waiting(old, token()).await;
    let issuers = [ISSUERS[1].issuer(), beside_another.issuer.clone()];
    beside_another.authorizer.replace_issuers(issuers).expect("two issuers");
    assert_eq!(beside_another.decided(asked).await, by("allowed", "before"));

    let of_other_keys = waiting(old, token()).await;
    of_other_keys.authorizer.replace_issuers([fixed(other, "after")]).expect("one issuer");
    assert_eq!(of_other_keys.decided(asked).await, by(&invalid(InvalidToken::Signature), "after"));

    let of_no_such_key = waiting(old, token()).await;
    of_no_such_key.authorizer.replace_issuers([fixed(old, "after")]).expect("one issuer");
    assert_eq!(of_no_such_key.decided(asked).await, by(&invalid(InvalidToken::KeyNotPublished), "after"));

    // What was asked for is not what counts: the issuer that went publishes another key.
    let of_the_right_key = waiting(old, token()).await;
    of_the_right_key.authorizer.replace_issuers([fixed(asked, "after")]).expect("one issuer");
    assert_eq!(of_the_right_key.decided(other).await, by("allowed", "after"));

    let gone = waiting(old, token()).await;
    gone.authorizer.replace_issuers([ISSUERS[1].issuer().named("another")]).expect("one issuer");
    assert_eq!(gone.decided(asked).await, by(&invalid(InvalidToken::KeyNotPublished), "another"));

    let of_other_rules = waiting(old, token()).await;
    let stricter = of_other_rules.issuer.clone().verified_by(|_| Verifier::new("another-api"));
    of_other_rules.authorizer.replace_issuers([stricter]).expect("one issuer");
    assert_eq!(of_other_rules.decided(asked).await, by(&invalid(InvalidToken::Audience), "before"));
}

/// It waits once more, for the fetch of the issuer that is trusted by then.
#[tokio::test(start_paused = true)]
async fn row_110_a_call_that_waits_is_decided_by_what_the_new_issuer_is_asked_for() {
    let [old, asked, other] = &keys();
    for (published, told) in [(asked, "allowed"), (other, "The access token's signature does not verify")] {
        let call = waiting(old, asked.token().scope("read").sign()).await;
        let after = Source::new(NAME, Some(old.jwks()));
        let keys = after.keys(&Arc::new(ManualClock::new())).await;
        after.publish(Some(published.jwks()));
        let issuer = Issuer::new(keys, Verifier::new("api")).named("after");
        call.authorizer.replace_issuers([issuer]).expect("one issuer");
        let decided = call.decided(asked).await;
        assert_eq!(decided, (told.to_owned(), Some("after".to_owned())));
        after.was_asked(2).await;
    }
}

/// Its fetch never ends. By tokio's time, which goes on only where everybody waits for it.
#[tokio::test(start_paused = true)]
async fn row_110_a_call_that_waits_for_a_key_is_decided_at_once_when_its_issuer_is_given_up() {
    let [old, asked, other] = &keys();
    for (after, told) in [
        (fixed(asked, "after"), "allowed"),
        (fixed(other, "after"), "The access token's signature does not verify"),
    ] {
        let waiting = waiting(old, asked.token().scope("read").sign()).await;
        let begin = tokio::time::Instant::now();
        waiting.authorizer.replace_issuers([after]).expect("one issuer");
        drop(waiting.issuer);
        let verdict = waiting.verdict.await.expect("no panic");
        let shown = verdict.result().err().map_or_else(|| "allowed".to_owned(), ToString::to_string);
        assert_eq!((shown.as_str(), verdict.issuer_name()), (told, Some("after")));
        assert_eq!(begin.elapsed(), Duration::ZERO, "{told}");
    }
}

/// Names of keys that others have asked for are in no grant.
#[tokio::test(start_paused = true)]
async fn row_113_what_is_shown_of_a_decision_has_nothing_of_other_callers_tokens() {
    let [old, asked, _] = &keys();
    let waiting = waiting(old, asked.token().header("kid", "the-key-of-a-stranger").sign()).await;
    // It is remembered that there is none.
    waiting.source.hold(false);
    assert!(waiting.verdict.await.expect("no panic").result().is_err());
    let good = verdict(&waiting.authorizer, &old.token().scope("read"));
    let shown = format!("{good:?} {:?}", good.result().expect("allowed"));
    assert!(!shown.contains("the-key-of-a-stranger"), "{shown}");
    assert!(
        format!("{:?}", waiting.issuer.keys()).contains("the-key-of-a-stranger"),
        "who looks for them finds them"
    );
}
