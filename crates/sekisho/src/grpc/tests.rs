//! The guard in front of a service, and what it hands on.
#![cfg(feature = "server")]

use std::convert::Infallible;
use std::future::{Ready, ready};

use http::{Request, Response};
use tonic::body::Body;

use super::*;
use crate::authorizer::Grant;
use crate::observe::Observers;
use crate::policy::{AccessRule, Policy};
use crate::testing::TestIssuer;

/// Answers by the token, where there is one in the metadata and where there is one beside them.
#[derive(Clone)]
struct Telling;

impl Granted for Telling {
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn call<B>(&self, request: Request<RequestBody<B>>, grant: &Grant) -> Self::Future {
        let shown = request.extensions().get::<Grant>();
        assert!(shown.is_some_and(|shown| shown.is_of_the_call_of(grant)), "no grant");
        let sent = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let forwarded = request.extensions().get().map(ForwardedToken::as_str);
        let seen = Seen([sent, forwarded].map(|token| token.map(ToOwned::to_owned)));
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(seen);
        ready(Ok(response))
    }
}

#[derive(Clone)]
struct Seen([Option<String>; 2]);

/// What it saw of a call that was allowed.
fn seen(response: &Response<Body>) -> [Option<String>; 2] {
    let Seen(tokens) = response.extensions().get().expect("the service was called");
    tokens.clone()
}

const PATH: &str = "/grpc.health.v1.Health/Check";

fn guard(rule: AccessRule) -> (TestIssuer, Guard<Telling>) {
    let source = r#"syntax = "proto3"; package grpc.health.v1; message M {} service Health { rpc Check(M) returns (M); }"#;
    let set = sekisho_build::descriptor_set_of(source).expect("a set");
    let policy = Policy::builder().descriptor_set(&set).rule(&PATH[1..], rule).build().expect("a policy");
    let issuer = TestIssuer::new("https://i.example/", "api");
    let clock = std::sync::Arc::new(crate::testing::ManualClock::new());
    let authorizer = crate::authorizer::Authorizer::new(policy, issuer.issuer()).clock(clock);
    (issuer, Guard::new(Telling, authorizer.into(), Observers::default()))
}

fn request(token: &str) -> Request<Body> {
    let request = Request::post(PATH).header("authorization", format!("Bearer {token}"));
    request.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn the_token_is_taken_out_of_every_call() {
    let (issuer, guard) = guard(AccessRule::Authenticated);
    for _ in 0..2 {
        let answer = guard.call(request(&issuer.token().sign())).await.expect("infallible");
        assert_eq!(seen(&answer), [None, None]);
    }
}

/// Publishes the key only from its second answer on.
#[cfg(feature = "discovery")]
struct RotatesIn {
    before: TestIssuer,
    after: String,
    fetches: std::sync::atomic::AtomicUsize,
}

#[cfg(feature = "discovery")]
impl crate::jwks::KeySource for RotatesIn {
    fn issuer(&self) -> std::sync::Arc<str> {
        "https://i.example/".into()
    }

    async fn fetch(&self) -> Result<crate::jwks::Fetched, crate::jwks::FetchError> {
        let first = self.fetches.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let jwks = if first { self.before.jwks() } else { self.after.clone() };
        let (set, left_out) = crate::jwks::KeySet::parse(jwks.as_bytes()).expect("a set");
        Ok(crate::jwks::Fetched { issuer: "https://i.example/".into(), set, left_out })
    }
}

#[cfg(feature = "discovery")]
#[tokio::test]
async fn after_a_wait_for_a_key_too_the_service_is_called() {
    let (_, guarded) = guard(AccessRule::Authenticated);
    let issuer = TestIssuer::new("https://i.example/", "api").kid("new");
    let before = TestIssuer::new("https://i.example/", "api").kid("old");
    let source = RotatesIn { before, after: issuer.jwks(), fetches: 0.into() };
    let clock = std::sync::Arc::new(crate::testing::ManualClock::new());
    let keys = crate::jwks::Keys::remote(source, crate::jwks::Schedule::default(), clock.clone());
    keys.readiness_other_than(false).await;
    let trusted = crate::authorizer::Issuer::new(keys, crate::token::Verifier::new("api"));
    let policy = guarded.authorizer().policy().clone();
    let waiting = crate::authorizer::Authorizer::new(policy, trusted).clock(clock);
    let answer =
        Guard::new(Telling, waiting.into(), Observers::default()).call(request(&issuer.token().sign())).await;
    assert_eq!(seen(&answer.expect("infallible")), [None, None]);
}

#[tokio::test]
async fn a_token_is_handed_on_beside_the_metadata_and_only_where_that_was_asked_for() {
    let (issuer, guarded) = guard(AccessRule::Authenticated);
    let token = issuer.token().sign();
    let answer = guarded.forwarding_token(true).call(request(&token)).await.expect("infallible");
    assert_eq!(seen(&answer), [None, Some(token.clone())]);

    let (_, public) = guard(AccessRule::Public);
    let answer = public.forwarding_token(true).call(request(&token)).await.expect("infallible");
    assert_eq!(seen(&answer), [None, None], "nobody has verified it");
}

#[test]
fn a_token_that_is_handed_on_is_not_shown() {
    let token = ForwardedToken::of(&http::HeaderValue::from_static("Bearer secret")).expect("a token");
    assert_eq!((token.as_str(), format!("{token:?}").as_str()), ("secret", "ForwardedToken(redacted)"));
}

#[tokio::test]
async fn a_handler_without_the_guard_cannot_go_on() {
    let unguarded = tonic::Request::new(());
    assert_eq!(unguarded.grant().err().map(|status| status.code()), Some(tonic::Code::Internal));
}
