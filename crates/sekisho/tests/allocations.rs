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
const PUBLIC: &str = "/orders.v1.Orders/Version";

fn authorizer(issuer: &TestIssuer) -> Authorizer {
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
    let set = sekisho_build::descriptor_set_of(source).expect("a descriptor set");
    let policy = Policy::from_descriptor_set(&set).expect("a policy");
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
fn what_needs_no_token_read_allocates_nothing() {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let authorizer = authorizer(&issuer);
    let token = issuer.token().scope("orders:read").sign();
    let (unsigned, _) = token.rsplit_once('.').expect("a signature");
    let unsigned = format!("Bearer {unsigned}");
    let cases = [
        ("a public method", PUBLIC, None, true),
        ("an unknown method", "/orders.v1.Orders/Delete", None, false),
        ("without a token", GET, None, false),
        ("another scheme", GET, Some("Basic YTpi"), false),
        ("without a signature", GET, Some(unsigned.as_str()), false),
    ];
    for (name, path, authorization, allowed) in cases {
        let (count, verdict) = allocations(&authorizer, path, &metadata(authorization));
        assert_eq!((count, verdict.result.is_ok()), (0, allowed), "{name}");
    }
}
