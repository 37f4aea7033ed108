//! Several issuers, each with its own audience, keys and rules.

mod checks;
mod claims;
mod memories;
#[cfg(feature = "discovery")]
mod memory;
#[cfg(feature = "discovery")]
mod readiness;
mod replaced;
mod reported;
#[cfg(feature = "discovery")]
mod source;
#[cfg(feature = "discovery")]
mod waiting;
mod whose;

use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::*;
use crate::policy::Method;
use crate::testing::{ManualClock, TestIssuer, TokenBuilder};
use crate::token::InvalidToken;

const PATH: &str = "/a.v1.A/Get";

fn authorizer(issuer: Issuer) -> Authorizer {
    let source = r#"
        syntax = "proto3";
        package a.v1;
        import "sekisho/v1/access.proto";
        message M {}
        service A {
          rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" }; }
          rpc Put(M) returns (M) { option (sekisho.v1.access) = { all_of: "write" }; }
        }
    "#;
    let set = sekisho_build::descriptor_set_of(source).expect("a set");
    let policy = Policy::from_descriptor_set(&set).expect("a policy");
    Authorizer::new(policy, issuer).clock(Arc::new(ManualClock::new()))
}

fn verdict(authorizer: &Authorizer, token: &TokenBuilder<'_>) -> Verdict {
    let mut metadata = HeaderMap::new();
    metadata.insert(AUTHORIZATION, format!("Bearer {}", token.sign()).parse().expect("a value"));
    match authorizer.authorize(PATH, &metadata) {
        Authorization::Decided(verdict) => verdict,
        Authorization::AwaitingKey(_) => panic!("nothing is to be awaited"),
    }
}

fn prefix_of(verdict: &Verdict) -> Option<&str> {
    verdict.scope_prefix().map(crate::scope::ScopePrefix::as_str)
}

#[test]
fn a_token_is_judged_by_the_rules_of_the_issuer_that_it_names() {
    let one = TestIssuer::new("https://one.example/", "one-api");
    let two = TestIssuer::new("https://two.example", "two-api");
    let both = authorizer(one.issuer()).also_trusting(two.issuer());
    for issuer in [&one, &two] {
        let allowed = verdict(&both, &issuer.token().scope("read"));
        assert_eq!(allowed.into_result().expect("allowed").subject(), Some("alice"));
    }
    let refused = |token: &TokenBuilder<'_>| verdict(&both, token).into_result().err();
    let invalid = |error: InvalidToken| Some(Denial::Token(error.into()));
    let forged = two.token().scope("read").claim("iss", "https://one.example/").claim("aud", "one-api");
    assert_eq!(refused(&forged), invalid(InvalidToken::Signature), "the key of another");
    let foreign = one.token().scope("read").claim("aud", "two-api");
    assert_eq!(refused(&foreign), invalid(InvalidToken::Audience), "the audience of another");
    let stranger = one.token().scope("read").claim("iss", "https://three.example/");
    assert_eq!(refused(&stranger), invalid(InvalidToken::Issuer { by_last_slash_alone: false }));
    let alone = authorizer(one.issuer());
    assert!(verdict(&alone, &two.token().scope("read")).result().is_err(), "not trusted here");
}

#[test]
fn a_caller_is_told_the_prefix_of_the_issuer_that_judged() {
    let one = TestIssuer::new("https://one.example/", "one-api");
    let two = TestIssuer::new("https://two.example/", "two-api");
    let writing = |issuer: &TestIssuer, prefix: &str| {
        let prefix = prefix.parse().expect("a prefix");
        issuer.issuer().verified_by(|verifier| verifier.scope_prefix(prefix))
    };
    let both = authorizer(writing(&one, "one/")).also_trusting(writing(&two, "two/"));
    let foreign = two.token().claim("iss", "https://three.example/");
    let cases = [
        ("of the first, lacking scope", one.token().scope("two/read"), "one/", false),
        ("of the second, lacking scope", two.token().scope("one/read"), "two/", false),
        ("of the first, allowed", one.token().scope("one/read"), "one/", true),
        ("of the second, allowed", two.token().scope("two/read"), "two/", true),
        ("of the second, without it", two.token().scope("read"), "two/", true),
        ("of the second, expired", two.token().scope("two/read").claim("exp", 1), "two/", false),
        ("of nobody that is trusted", foreign, "one/", false),
    ];
    for (name, token, prefix, allowed) in cases {
        let verdict = verdict(&both, &token);
        assert_eq!(prefix_of(&verdict), (!allowed).then_some(prefix), "{name}");
        if let Ok(grant) = verdict.result() {
            assert!(grant.scopes().expect("scopes").contains("read"), "{name}");
        }
    }
    let Authorization::Decided(verdict) = both.authorize(PATH, &HeaderMap::new()) else {
        panic!("nothing is to be awaited")
    };
    assert_eq!(prefix_of(&verdict), Some("one/"), "without a token");
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn a_token_of_an_issuer_without_keys_is_not_called_wrong() {
    use crate::jwks::{FetchError, Fetched, KeySource, Keys, Schedule};

    struct Down;
    impl KeySource for Down {
        fn issuer(&self) -> Arc<str> {
            "https://two.example".into()
        }
        async fn fetch(&self) -> Result<Fetched, FetchError> {
            Err(FetchError::TimedOut { limit: std::time::Duration::ZERO })
        }
    }
    let one = TestIssuer::new("https://one.example/", "one-api");
    let two = TestIssuer::new("https://two.example/", "two-api");
    let clock = Arc::new(ManualClock::new());
    let verifier = crate::token::Verifier::new("two-api").scope_prefix("two/".parse().expect("a prefix"));
    let down = Issuer::new(Keys::remote(Down, Schedule::default(), clock), verifier);
    let both = authorizer(one.issuer()).also_trusting(down);
    assert!(verdict(&both, &one.token().scope("read")).result().is_ok());
    let refused = verdict(&both, &two.token().scope("read"));
    assert!(matches!(refused.result(), Err(Denial::KeysUnavailable { .. })), "{refused:?}");
    assert_eq!(prefix_of(&refused), Some("two/"));
    assert!(!both.is_ready());
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn after_a_wait_for_a_key_too_the_prefix_is_that_of_the_issuer_that_was_asked() {
    use crate::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};

    struct Stays(String);
    impl KeySource for Stays {
        fn issuer(&self) -> Arc<str> {
            "https://two.example/".into()
        }
        async fn fetch(&self) -> Result<Fetched, FetchError> {
            let (set, left_out) = KeySet::parse(self.0.as_bytes()).expect("a set");
            Ok(Fetched { issuer: self.issuer(), set, left_out })
        }
    }
    let one = TestIssuer::new("https://one.example/", "one-api");
    let two = TestIssuer::new("https://two.example/", "two-api");
    let keys = Keys::remote(Stays(two.jwks()), Schedule::default(), Arc::new(ManualClock::new()));
    keys.readiness_other_than(false).await;
    let verifier = crate::token::Verifier::new("two-api").scope_prefix("two/".parse().expect("a prefix"));
    let both = authorizer(one.issuer()).also_trusting(Issuer::new(keys, verifier));
    let mut metadata = HeaderMap::new();
    let token = two.token().header("kid", "unknown").without_claim("iat").sign();
    metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
    let Authorization::AwaitingKey(verdict) = both.authorize(PATH, &metadata) else {
        panic!("the key is to be awaited")
    };
    let verdict = verdict.await;
    let expected = Some(Denial::Token(InvalidToken::KeyNotPublished.into()));
    assert_eq!((prefix_of(&verdict), verdict.result().err().cloned()), (Some("two/"), expected));
}
