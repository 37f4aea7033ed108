//! Services that refuse what is to be refused, and say it wrongly.

use std::collections::HashMap;
use std::sync::Arc;

use http::Response;
use http::header::WWW_AUTHENTICATE;
use sekisho::testing::{ManualClock, MatrixFailure, MatrixReport, matrix};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::support::{Changed, RULES, WITHOUT_VALID_TOKEN, failed, issuer, shop};

/// A refusal in its parts.
struct Parts {
    code: Code,
    reason: String,
    domain: String,
    metadata: HashMap<String, String>,
    challenges: Vec<http::HeaderValue>,
}

async fn with(change: impl Fn(&mut Parts) + Clone + Send + 'static) -> Result<MatrixReport, MatrixFailure> {
    let after = move |response: Response<Body>| {
        let status = Status::from_header_map(response.headers());
        let info = status.as_ref().and_then(StatusExt::get_details_error_info);
        let (Some(status), Some(info)) = (status, info) else { return response };
        let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter().cloned().collect();
        let mut parts = Parts {
            code: status.code(),
            reason: info.reason,
            domain: info.domain,
            metadata: info.metadata,
            challenges,
        };
        change(&mut parts);
        let details = ErrorDetails::with_error_info(parts.reason, parts.domain, parts.metadata);
        let mut changed = Status::with_error_details(parts.code, status.message(), details).into_http();
        changed.headers_mut().remove(WWW_AUTHENTICATE);
        for challenge in parts.challenges {
            changed.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
        changed
    };
    let issuer = issuer();
    let protected = shop(issuer);
    let policy = protected.authorizer().policy().clone();
    let service = Changed { protected, before: |request| request, after };
    matrix(service, issuer, RULES).policy(policy).clock(Arc::new(ManualClock::new())).await
}

/// The rows of `Upload`, which asks for two scopes.
async fn uploads_failed_with(change: impl Fn(&mut Parts) + Clone + Send + 'static) -> Vec<String> {
    let rows = failed(with(change).await).into_iter();
    rows.filter_map(|row| row.strip_prefix("Upload: ").map(ToOwned::to_owned)).collect()
}

/// All that are refused, but for unknown methods.
const REFUSED: usize = WITHOUT_VALID_TOKEN + 5;

/// No scope, each of two alone, longer ones, and those of others.
const LACKING: usize = 5;

#[tokio::test]
async fn taken_apart_and_put_together_again_it_passes() {
    with(|_| {}).await.expect("nothing is changed");
}

#[tokio::test]
async fn each_field_of_a_refusal_is_compared() {
    let others_domain = |parts: &mut Parts| parts.domain = "example.com".to_owned();
    assert_eq!(uploads_failed_with(others_domain).await.len(), REFUSED, "domain");
    assert_eq!(uploads_failed_with(|parts| parts.code = Code::Internal).await.len(), REFUSED, "code");
    let one_reason = |parts: &mut Parts| parts.reason = "DENIED".to_owned();
    assert_eq!(uploads_failed_with(one_reason).await.len(), REFUSED, "reason");
    for (field, rows) in
        [("service", REFUSED), ("method", REFUSED), ("requiredScopes", REFUSED), ("missingScopes", LACKING)]
    {
        let forgets = move |parts: &mut Parts| drop(parts.metadata.remove(field));
        assert_eq!(uploads_failed_with(forgets).await.len(), rows, "{field} forgotten");
        let tells_more = move |parts: &mut Parts| {
            parts.metadata.entry(field.to_owned()).and_modify(|value| value.push_str(" more"));
        };
        assert_eq!(uploads_failed_with(tells_more).await.len(), rows, "{field} changed");
    }
    let adds = |parts: &mut Parts| drop(parts.metadata.insert("subject".to_owned(), "alice".to_owned()));
    assert_eq!(uploads_failed_with(adds).await.len(), REFUSED, "a further field");
    assert_eq!(uploads_failed_with(|parts| parts.challenges.clear()).await.len(), REFUSED, "no challenge");
    let twice = |parts: &mut Parts| parts.challenges.extend(parts.challenges.clone());
    assert_eq!(uploads_failed_with(twice).await.len(), REFUSED, "each challenge twice");
}

#[tokio::test]
async fn what_differs_is_shown_and_no_more() {
    let forgets = |parts: &mut Parts| drop(parts.metadata.remove("missingScopes"));
    let failure = with(forgets).await.expect_err("it forgets missingScopes");
    let expected = "
shop.v1.Shop/Get, expected rule: shop:read
  a valid token without a scope
    expected  missingScopes: shop:read
    seen      nothing more
  a valid token with scope shop:read:more
    expected  missingScopes: shop:read
    seen      nothing more
";
    assert!(failure.to_string().contains(expected), "{failure}");
    assert_eq!(format!("{failure:?}"), failure.to_string(), "for a test that returns it");
}

/// Even where it says that it is gRPC, and so it is no answer of a handler either.
#[tokio::test]
async fn a_refusal_in_words_of_http_is_none() {
    for (status, content_type) in
        [(401, "text/plain"), (401, "application/grpc"), (403, "application/grpc"), (200, "text/html")]
    {
        let protected = shop(issuer());
        let policy = protected.authorizer().policy().clone();
        let after = move |response: Response<Body>| {
            if !response.headers().contains_key(WWW_AUTHENTICATE) {
                return response;
            }
            let refusal = Response::builder().status(status).header("content-type", content_type);
            refusal.body(Body::empty()).expect("a response")
        };
        let service = Changed { protected, before: |request| request, after };
        let matrix = matrix(service, issuer(), RULES).policy(policy).clock(Arc::new(ManualClock::new()));
        let failure = matrix.await.expect_err("it answers in words of HTTP");
        let told = format!("seen      no answer of a gRPC server: HTTP {status}");
        assert!(failure.to_string().contains(&told), "{failure}");
        let uploads = failure.report().failed().filter(|(method, _)| method.ends_with("/Upload"));
        assert_eq!(uploads.count(), REFUSED, "{failure}");
    }
}
