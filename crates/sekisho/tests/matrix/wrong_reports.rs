//! Services that only report, and do it wrongly. And the kind of rule that is between public and authenticated.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::BodyExt as _;
use sekisho::grpc::WOULD_DENY;
use sekisho::testing::{ManualClock, MatrixFailure, MatrixReport, matrix};
use tonic::body::Body;

use super::support::{
    Changed, RULES, SERVICE, Shop, TALK, WITHOUT_VALID_TOKEN, failed, issuer, rules_with, services, shop_with,
};

pub const REPORTED: &str = "report-only: shop:read shop:write | shop:admin";
pub const TALK_REPORTS: &str =
    r#"any_of: [{ all_of: ["shop:read", "shop:write"] }, { all_of: "shop:admin" }] mode: REPORT_ONLY"#;

/// With the metadata of responses changed, where `sekisho-would-deny` stands or could stand.
async fn with(change: fn(&mut HeaderMap)) -> Result<MatrixReport, MatrixFailure> {
    let protected = shop_with(issuer(), TALK_REPORTS, Shop);
    let policy = protected.authorizer().policy().clone();
    let after = move |response: Response<Body>| {
        let (mut head, body) = response.into_parts();
        if head.headers.contains_key("grpc-status") {
            change(&mut head.headers);
        }
        let body = body.map_frame(move |mut frame| {
            frame.trailers_mut().into_iter().for_each(change);
            frame
        });
        Response::from_parts(head, Body::new(body))
    };
    let service = Changed { protected, before: |request| request, after };
    let rules = rules_with("shop.v1.Shop/Talk", REPORTED);
    matrix(service, issuer(), rules).policy(policy).clock(Arc::new(ManualClock::new())).await
}

/// The rows that would be refused.
const DENIED: usize = WITHOUT_VALID_TOKEN + 5;

/// Both alternatives and all scopes.
const ALLOWED: usize = 3;

#[tokio::test]
async fn what_would_be_denied_is_compared() {
    with(|_| {}).await.expect("nothing is changed");
    let forgets = failed(with(|metadata| drop(metadata.remove(WOULD_DENY))).await);
    assert_eq!(forgets.len(), DENIED, "{forgets:#?}");
    assert!(forgets.contains(&"Talk: no token".to_owned()), "{forgets:#?}");

    let one_for_all =
        failed(with(|metadata| drop(metadata.insert(WOULD_DENY, HeaderValue::from_static("DENIED")))).await);
    // The public method and the other kinds of calls: handlers of streams end there, others are in trailers-only.
    let talks = one_for_all.iter().filter(|row| row.starts_with("Talk: "));
    assert_eq!(talks.count(), DENIED + ALLOWED, "{one_for_all:#?}");

    let twice = |metadata: &mut HeaderMap| {
        if let Some(reason) = metadata.get(WOULD_DENY).cloned() {
            metadata.append(WOULD_DENY, reason);
        }
    };
    assert_eq!(failed(with(twice).await).len(), DENIED);
    let elsewhere = |metadata: &mut HeaderMap| {
        if let Some(reason) = metadata.remove(WOULD_DENY) {
            metadata.insert(HeaderName::from_static("would-deny"), reason);
        }
    };
    assert_eq!(failed(with(elsewhere).await).len(), DENIED);
}

#[tokio::test]
async fn report_only_and_enforced_are_told_apart() {
    let enforced = shop_with(issuer(), TALK, Shop);
    let rows = failed(matrix(enforced, issuer(), rules_with("shop.v1.Shop/Talk", REPORTED)).await);
    assert_eq!(rows.len(), DENIED, "{rows:#?}");
    let reporting = shop_with(issuer(), TALK_REPORTS, Shop);
    let failure = matrix(reporting, issuer(), RULES).await.expect_err("it refuses nobody");
    assert!(
        failure.to_string().contains("no token\n    expected  refused: code: UNAUTHENTICATED"),
        "{failure}"
    );
    let rows = failed(Err(failure));
    assert_eq!(rows.len(), DENIED, "{rows:#?}");
}

#[tokio::test]
async fn optional_is_told_from_public_and_from_authenticated() {
    let with = async |talk: &str, expected| {
        let protected = services(talk).add_named(SERVICE, Shop).protect(issuer().issuer()).expect("services");
        failed(matrix(protected, issuer(), rules_with("shop.v1.Shop/Talk", expected)).await)
    };
    let none: [&str; 0] = [];
    assert_eq!(with("optional: true", "optional").await, none);
    assert_eq!(with("optional: true", "authenticated").await, ["Talk: no token"]);
    assert_eq!(with("authenticated: true", "optional").await, ["Talk: no token"]);
    let bad = with("public: true", "optional").await;
    assert_eq!(bad.len(), WITHOUT_VALID_TOKEN - 1, "{bad:#?}");
    assert!(!bad.contains(&"Talk: no token".to_owned()), "{bad:#?}");
    assert_eq!(with("optional: true", "public").await, bad);
}
