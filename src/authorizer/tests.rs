//! Several issuers, each with its own audience, keys and rules.

use super::*;
use crate::testing::{ManualClock, TestIssuer, TokenBuilder};

const PATH: &str = "/a.v1.A/Get";

fn authorizer(issuer: Issuer) -> Authorizer {
    let source = r#"
        syntax = "proto3";
        package a.v1;
        import "sekisho/v1/access.proto";
        message M {}
        service A { rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" }; } }
    "#;
    let set = crate::testing::descriptor_set(source).expect("a set");
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

#[test]
fn a_token_is_judged_by_the_rules_of_the_issuer_that_it_names() {
    let one = TestIssuer::new("https://one.example/", "one-api");
    let two = TestIssuer::new("https://two.example", "two-api");
    let both = authorizer(one.issuer()).also_trusting(two.issuer());
    for issuer in [&one, &two] {
        let allowed = verdict(&both, &issuer.token().scope("read"));
        assert_eq!(allowed.result.expect("allowed").subject(), Some("alice"));
    }
    let refused = |token: &TokenBuilder<'_>| verdict(&both, token).result.err();
    let invalid = |error: InvalidToken| Some(Denial::Token(error.into()));
    let forged = two.token().scope("read").claim("iss", "https://one.example/").claim("aud", "one-api");
    assert_eq!(refused(&forged), invalid(InvalidToken::Signature), "the key of another");
    let foreign = one.token().scope("read").claim("aud", "two-api");
    assert_eq!(refused(&foreign), invalid(InvalidToken::Audience), "the audience of another");
    let stranger = one.token().scope("read").claim("iss", "https://three.example/");
    assert_eq!(refused(&stranger), invalid(InvalidToken::Issuer { by_last_slash_alone: false }));
    let alone = authorizer(one.issuer());
    assert!(verdict(&alone, &two.token().scope("read")).result.is_err(), "not trusted here");
}

#[cfg(feature = "remote")]
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
    let down =
        Issuer::new(Keys::remote(Down, Schedule::default(), clock), crate::token::Verifier::new("two-api"));
    let both = authorizer(one.issuer()).also_trusting(down);
    assert!(verdict(&both, &one.token().scope("read")).result.is_ok());
    let refused = verdict(&both, &two.token().scope("read")).result;
    assert!(matches!(refused, Err(Denial::KeysUnavailable { .. })), "{refused:?}");
    assert!(!both.is_ready());
}
