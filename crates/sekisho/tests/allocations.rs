//! How often a call allocates: a property of speed that needs no clock.
//!
//! The counting allocator is that of this test program alone, and counts by thread.
#![allow(clippy::expect_used, reason = "these are tests")]

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use sekisho::authorizer::{Authorization, Authorizer, Verdict};
use sekisho::policy::Policy;
use sekisho::testing::{ManualClock, TestIssuer};

const GET: &str = "/orders.v1.Orders/Get";
/// What a grant allocates: itself.
const GRANT: u64 = 1;

const PUBLIC: &str = "/orders.v1.Orders/Version";

fn descriptor_set() -> Vec<u8> {
    let source = r#"
        syntax = "proto3";
        package orders.v1;
        import "sekisho/v1/access.proto";
        message Order {}
        service Orders {
          rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
          rpc Version(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; }
        }
    "#;
    sekisho_build::descriptor_set_of(source).expect("a descriptor set")
}

fn authorizer(issuer: &TestIssuer) -> Authorizer {
    let policy = Policy::from_descriptor_set(&descriptor_set()).expect("a policy");
    Authorizer::new(policy, issuer.issuer()).clock(Arc::new(ManualClock::new()))
}

fn metadata(authorization: Option<&str>) -> HeaderMap {
    let value = |text: &str| text.parse().expect("a value");
    authorization.map(|text| (AUTHORIZATION, value(text))).into_iter().collect()
}

fn verdict(authorizer: &Authorizer, path: &str, metadata: &HeaderMap) -> Verdict {
    match authorizer.authorize(path, metadata) {
        Authorization::Decided(verdict) => verdict,
        other => panic!("decided at once: {other:?}"),
    }
}

/// Allocations of a call after the first, with what was decided.
fn allocations(authorizer: &Authorizer, path: &str, metadata: &HeaderMap) -> (u64, Verdict) {
    drop(verdict(authorizer, path, metadata));
    let mut decided = None;
    let counted = allocation_counter::measure(|| decided = Some(verdict(authorizer, path, metadata)));
    (counted.count_total, decided.expect("decided"))
}

#[test]
fn a_call_that_is_refused_before_a_token_is_read_allocates_nothing() {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let authorizer = authorizer(&issuer);
    let token = issuer.token().scope("orders:read").sign();
    let (unsigned, _) = token.rsplit_once('.').expect("a signature");
    let unsigned = format!("Bearer {unsigned}");
    let cases = [
        ("an unknown method", "/orders.v1.Orders/Delete", None),
        ("without a token", GET, None),
        ("another scheme", GET, Some("Basic YTpi")),
        ("without a signature", GET, Some(unsigned.as_str())),
    ];
    for (name, path, authorization) in cases {
        let (count, verdict) = allocations(&authorizer, path, &metadata(authorization));
        assert_eq!((count, verdict.result().is_ok()), (0, false), "{name}");
    }
}

/// A grant shares what is remembered of its token: the caller's part is made once a token.
#[test]
fn a_call_with_a_remembered_token_allocates_its_grant_alone() {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let metadata = |scope: &str| {
        let token = issuer.token().scope(scope).sign();
        metadata(Some(&format!("Bearer {token}")))
    };
    let (reading, writing) = (metadata("orders:read"), metadata("orders:write"));
    let remembers = authorizer(&issuer);
    let (count, allowed) = allocations(&remembers, GET, &reading);
    assert_eq!((count, allowed.result().is_ok()), (GRANT, true), "allowed");
    let (count, public) = allocations(&remembers, PUBLIC, &reading);
    assert_eq!((count, public.result().is_ok()), (GRANT, true), "a public method");

    // Without memory there is more: what is counted is a call that would allocate.
    let forgets = authorizer(&issuer).remember_tokens(0);
    let (count, cold) = allocations(&forgets, GET, &reading);
    assert!(count > GRANT && cold.result().is_ok(), "not remembered: {count}");
    let (_, refused) = allocations(&remembers, GET, &writing);
    assert!(refused.result().is_err(), "lacks scope");
}

/// What a verified token's claims keep is made, and little beside it: all else is judged where it was decoded.
#[test]
fn a_call_with_a_token_that_is_not_remembered_allocates_few_times() {
    /// Two for the decoded parts, three for what is read of them, one for the names, one for the scopes, one for the
    /// claims.
    const VERIFIED: u64 = 8;
    /// And one for the name of the claim, where it is told.
    const DECODED: u64 = 5 + 1;
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let forgets = authorizer(&issuer).remember_tokens(0);
    let audience = vec!["orders", "https://tenant.example/userinfo"];
    let token = || issuer.token().claim("aud", audience.clone()).scope("orders:read");
    let call = |token: &str| allocations(&forgets, GET, &metadata(Some(&format!("Bearer {token}"))));
    let (count, allowed) = call(&token().sign());
    assert!(count <= VERIFIED + GRANT && allowed.result().is_ok(), "{count} times");

    let signed_by_another = TestIssuer::new("https://tenant.example/", "orders").token().sign();
    let refused = [
        ("expired", token().claim("exp", 1).sign()),
        ("for another audience", token().claim("aud", "invoices").sign()),
        ("without a subject", token().without_claim("sub").sign()),
        ("signed by another", signed_by_another),
    ];
    for (name, token) in refused {
        let (count, refused) = call(&token);
        assert!(count <= DECODED && refused.result().is_err(), "{name}: {count} times");
    }
}

/// They are made once a token. A handler that asks for them allocates nothing.
#[test]
fn a_call_with_a_remembered_token_allocates_nothing_for_claims_that_are_kept() {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let path = |text: &str| text.parse().expect("a path");
    let trusted = issuer.issuer().verified_by(|verifier| {
        let verifier = verifier.scopes_of("alice", "orders:read".parse().expect("scopes"));
        verifier.keep_claims([path("tenant"), path("realm_access.roles"), path("email")])
    });
    let policy = Policy::from_descriptor_set(&descriptor_set()).expect("a policy");
    let remembers = Authorizer::new(policy, trusted).clock(Arc::new(ManualClock::new()));
    let roles = serde_json::json!({ "roles": ["a", "b"] });
    let token = issuer.token().claim("tenant", "acme").claim("realm_access", roles).sign();
    let metadata = metadata(Some(&format!("Bearer {token}")));
    let (count, allowed) = allocations(&remembers, GET, &metadata);
    assert_eq!((count, allowed.result().is_ok()), (GRANT, true));
    let grant = allowed.into_result().expect("allowed");
    let asked = allocation_counter::measure(|| {
        assert_eq!(grant.claim("tenant").as_text(), Some("acme"));
        assert!(grant.claim("realm_access.roles").as_texts().is_some_and(|roles| roles.contains("b")));
        assert!(grant.claims().is_some_and(|claims| claims.logged().is_none()));
    });
    assert_eq!(asked.count_total, 0);

    // Without memory they are few: the values, the texts, where those of lists stand, and what holds the three.
    let (cold, _) = allocations(&remembers.clone().remember_tokens(0), GET, &metadata);
    let without = authorizer(&issuer).remember_tokens(0);
    let (less, refused) = allocations(&without, GET, &metadata);
    assert!(refused.result().is_err() && cold > GRANT && cold <= less + 10, "{cold}, {less}");
}

/// From the head of a request to its handler and back, with a remembered token.
#[cfg(feature = "server")]
mod calls {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use http::{Request, Response};
    use http_body_util::Full;
    use sekisho::Services;
    use tonic::body::Body;
    use tower::layer::util::Identity;
    use tower::{Service as _, service_fn};

    use super::*;

    type Answer = Result<Response<Body>, Infallible>;

    /// Has one allocation of its own: the body of its answer.
    fn handler(request: Request<Body>) -> Ready<Answer> {
        drop(request);
        ready(Ok(Response::new(Body::new(Full::new(Bytes::from_static(&[0; 5]))))))
    }
    const OF_THE_HANDLER: u64 = 1;

    /// As the servers that tonic generates: it boxes its future. Another's is boxed behind the guard.
    fn boxing(request: Request<Body>) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        Box::pin(handler(request))
    }
    const FUTURE: u64 = 1;

    /// The map of the request's extensions takes two, and what is in it one.
    const GRANT_IN_THE_REQUEST: u64 = GRANT + 3;
    const BODY_OF_THE_REQUEST: u64 = 1;

    /// Allocations of an allowed call after the first.
    fn allocations(arrange: impl FnOnce(Services) -> Services) -> u64 {
        let issuer = TestIssuer::new("https://tenant.example/", "orders");
        let services = Services::new(&descriptor_set()).clock(Arc::new(ManualClock::new()));
        let protected = arrange(services).protect(issuer.issuer()).expect("protected");
        let token = issuer.token().scope("orders:read").sign();
        let call = || {
            let mut request =
                Request::post(GET).body(Full::new(Bytes::from_static(&[0; 5]))).expect("a request");
            *request.headers_mut() = metadata(Some(&format!("Bearer {token}")));
            request.headers_mut().insert("content-type", http::HeaderValue::from_static("application/grpc"));
            request
        };
        let answered = |request| {
            let mut answer = pin!(protected.clone().call(request));
            match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(answer)) => {
                    assert!(!answer.headers().contains_key("grpc-status"), "{answer:?}");
                }
                Poll::Pending => panic!("nothing is waited for"),
            }
        };
        answered(call());
        let mut request = Some(call());
        allocation_counter::measure(|| answered(request.take().expect("called once"))).count_total
    }

    /// Neither the way to the service allocates, nor the way back. Through the routes of a router both do.
    #[test]
    fn a_call_without_layers_allocates_its_grant_its_body_and_one_future() {
        let boxing = |services: Services| services.add_named("orders.v1.Orders", service_fn(boxing));
        let plain = |services: Services| services.add_named("orders.v1.Orders", service_fn(handler));
        let expected = GRANT_IN_THE_REQUEST + BODY_OF_THE_REQUEST + FUTURE + OF_THE_HANDLER;
        assert_eq!((allocations(boxing), allocations(plain)), (expected, expected));
        let layered = allocations(|services| boxing(services).layer(Identity::new()));
        assert!(layered > expected, "{layered}");
    }
}
