//! Subjects that have scopes whatever their tokens say.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use sekisho::scope::ScopeSet;
use sekisho::testing::{ManualClock, MatrixFailure, MatrixReport, TestIssuer, TokenShape, matrix};
use tonic::body::Body;

use super::support::{Changed, RULES, SERVICE, Shop, TALK, failed, issuer, services};

/// Of an issuer that writes scopes, and of one that does not.
const SHAPES: [TokenShape; 2] = [TokenShape::Plain, TokenShape::KubernetesServiceAccount];

fn scopes(text: &str) -> ScopeSet {
    text.parse().expect("scopes")
}

async fn right(issuer: &TestIssuer) -> Result<MatrixReport, MatrixFailure> {
    let protected = services(TALK).add_named(SERVICE, Shop).protect(issuer.issuer()).expect("services");
    matrix(protected, issuer, RULES).await
}

fn sent<'a>(report: &'a MatrixReport, method: &str) -> Vec<&'a str> {
    let rows = report.rows().filter(|(name, _)| name.ends_with(method));
    rows.map(|(_, row)| row.sent()).collect()
}

#[tokio::test]
async fn scopes_that_are_listed_of_one_subject_add_up() {
    for shape in SHAPES {
        let issuer = issuer().clone().shape(shape);
        let issuer = issuer.scopes_of("robot", scopes("shop:read")).scopes_of("robot", scopes("shop:write"));
        let report = right(&issuer).await.unwrap_or_else(|failure| panic!("{shape}: {failure}"));
        let of_robot = sent(&report, "/Upload").into_iter().filter(|sent| *sent == "a valid token of robot");
        assert_eq!(of_robot.count(), 1, "{shape}");
    }
}

/// The rows of what stands in claims are the same, whoever else has such scopes.
#[tokio::test]
async fn no_row_of_a_claim_is_left_out_for_a_subject() {
    let with = issuer().clone().scopes_of("robot", scopes("shop:read")).scopes_of("nobody", scopes(""));
    let (with, without) = (right(&with).await, right(issuer()).await);
    let (with, without) = (with.expect("guarded as expected"), without.expect("guarded as expected"));
    for (method, _) in RULES {
        let of_claims = sent(&with, method).into_iter().filter(|sent| !sent.contains(" token of "));
        let before = sent(&without, method).into_iter().filter(|sent| !sent.contains(" token of "));
        assert_eq!(of_claims.collect::<Vec<_>>(), before.collect::<Vec<_>>(), "{method}");
    }
    assert!(sent(&with, "/Get").contains(&"a valid token with scope shop:read"));
}

/// Also where it is the subject of all other tokens, or of those that are to have no scope.
#[tokio::test]
async fn any_subject_may_have_scopes() {
    for shape in TokenShape::ALL {
        let issuer = issuer().clone().renamed("https://issuer.example/", "shop").shape(shape);
        let payload = issuer.token().payload_json();
        let claims: serde_json::Value = serde_json::from_str(&payload).expect("claims");
        let usual = claims["sub"].as_str().expect("a subject").to_owned();
        // `another-subject` is whom tokens are about that are to have no scope.
        let issuer =
            issuer.scopes_of(usual, scopes("shop:read")).scopes_of("another-subject", scopes("shop:admin"));
        // None is shorter than a letter.
        let issuer = issuer.scopes_of("x", scopes("shop:read"));
        right(&issuer).await.unwrap_or_else(|failure| panic!("{shape}: {failure}"));
    }
}

type IsTakenFor = fn(&str, &str) -> bool;

#[tokio::test]
async fn a_subject_that_is_taken_for_another_fails_with_its_row() {
    const LISTED: &str = "system:serviceaccount:shop:reader";
    let cases: [(IsTakenFor, &str); 2] = [
        (|subject, listed| subject.starts_with(listed), "reader-more, which is longer than"),
        (|subject, listed| listed.starts_with(subject), "reade, which is shorter than"),
    ];
    for (shape, (is_taken_for, row)) in SHAPES.iter().flat_map(|shape| cases.map(|case| (*shape, case))) {
        let issuer = issuer().clone().shape(shape).scopes_of(LISTED, scopes("shop:read"));
        right(&issuer).await.unwrap_or_else(|failure| panic!("{shape}: {failure}"));
        let protected = services(TALK).add_named(SERVICE, Shop).protect(issuer.issuer()).expect("services");
        let policy = protected.authorizer().policy().clone();
        let listed = format!("Bearer {}", issuer.token().subject(LISTED).sign());
        let listed = HeaderValue::try_from(listed).expect("a value");
        let before = move |mut request: Request<Body>| {
            let subject = subject_of(&request).filter(|subject| subject.starts_with("system:"));
            if subject.is_some_and(|subject| subject != LISTED && is_taken_for(&subject, LISTED)) {
                request.headers_mut().insert(AUTHORIZATION, listed.clone());
            }
            request
        };
        let service = Changed { protected, before, after: |response| response };
        let rows = matrix(service, &issuer, RULES).policy(policy).clock(Arc::new(ManualClock::new())).await;
        let rows = failed(rows);
        let expected = ["Get", "Talk", "Upload", "Watch"]
            .map(|method| format!("{method}: a valid token of system:serviceaccount:shop:{row} {LISTED}"));
        assert_eq!(rows, expected, "{shape}");
    }
}

fn subject_of(request: &Request<Body>) -> Option<String> {
    let token = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Some(claims["sub"].as_str()?.to_owned())
}
