//! Services whose responses begin well: what is wrong with them stands at their end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use sekisho::grpc::WOULD_DENY;
use sekisho::testing::{ManualClock, MatrixFailure, MatrixReport, matrix};
use tokio_stream::{Stream, StreamExt as _};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use tower::service_fn;

use super::support::{Changed, RULES, TALK, WITHOUT_VALID_TOKEN, every_kind, issuer, rules_with, shop_with};
use super::wrong_reports::{REPORTED, TALK_REPORTS};

/// A response that begins, with these frames.
fn begun(frames: impl Stream<Item = Frame<Bytes>> + Send + 'static) -> Response<Body> {
    let body = Body::new(StreamBody::new(frames.map(Ok::<_, Status>)));
    let response = Response::builder().header(CONTENT_TYPE, "application/grpc");
    response.body(body).expect("a response")
}

fn ended_by(trailers: HeaderMap) -> Response<Body> {
    begun(tokio_stream::once(Frame::trailers(trailers)))
}

/// As the guard ends a stream whose token has expired.
fn cut() -> HeaderMap {
    let info = ErrorDetails::with_error_info("ACCESS_TOKEN_EXPIRED", "sekisho", HashMap::new());
    let status = Status::with_error_details(Code::Unauthenticated, "The access token has expired", info);
    status.into_http::<()>().into_parts().0.headers
}

fn is_refusal(response: &Response<Body>) -> bool {
    let is_unknown = response.headers().get("grpc-status").is_some_and(|status| status == "12");
    response.headers().contains_key(WWW_AUTHENTICATE) || is_unknown
}

type Change = fn(Response<Body>) -> Response<Body>;

async fn with(talk: &str, expected: &'static str, after: Change) -> Result<MatrixReport, MatrixFailure> {
    let protected = shop_with(issuer(), talk, super::support::Shop);
    let policy = protected.authorizer().policy().clone();
    let service = Changed { protected, before: |request| request, after };
    let rules = rules_with("shop.v1.Shop/Talk", expected);
    matrix(service, issuer(), rules).policy(policy).clock(Arc::new(ManualClock::new())).await
}

/// With `after` for an enforced rule and for one that only reports: just the rows fail that `is_concerned` says, and they
/// are seen as told.
async fn fails_with(seen: &str, is_concerned: fn(&str) -> bool, after: Change) {
    for (talk, expected) in [(TALK, "shop:read shop:write | shop:admin"), (TALK_REPORTS, REPORTED)] {
        with(talk, expected, |response| response).await.expect("nothing is changed");
        let failure = with(talk, expected, after).await.expect_err("it is wrong");
        for (method, row) in failure.report().rows() {
            let name = format!("{method}, {}: {}", row.sent(), row.seen());
            assert_eq!(row.passed(), !is_concerned(&row.expected()), "{name}");
            assert!(row.passed() || row.seen().contains(seen), "{name}");
        }
    }
}

fn is_let_in(expected: &str) -> bool {
    expected.starts_with("let in")
}

#[tokio::test]
async fn a_stream_that_is_cut_as_it_begins_was_not_let_in() {
    let told = "reason: ACCESS_TOKEN_EXPIRED, told: in the trailers of a response that had begun";
    fails_with(told, is_let_in, |response| if is_refusal(&response) { response } else { ended_by(cut()) })
        .await;
}

/// All that it says is right, and a handler may have run before.
#[tokio::test]
async fn a_refusal_of_a_response_that_had_begun_is_none() {
    let told = "told: in the trailers of a response that had begun";
    fails_with(
        told,
        |expected| !is_let_in(expected),
        |response| {
            if !is_refusal(&response) {
                return response;
            }
            let mut trailers = response.into_parts().0.headers;
            trailers.remove(CONTENT_TYPE);
            ended_by(trailers)
        },
    )
    .await;
}

#[tokio::test]
async fn an_answer_without_a_status_is_none() {
    fails_with("the response ended without a status", is_let_in, |response| {
        if is_refusal(&response) { response } else { begun(tokio_stream::empty()) }
    })
    .await;
    fails_with("the response ended without a status", is_let_in, |response| {
        if is_refusal(&response) { response } else { ended_by(HeaderMap::new()) }
    })
    .await;
}

#[tokio::test]
async fn an_answer_with_two_statuses_is_none() {
    let told = "a status in the head of the response, and another one in its trailers";
    fails_with(told, is_let_in, |response| {
        if is_refusal(&response) {
            return response;
        }
        let mut response = ended_by(cut());
        response.headers_mut().insert("grpc-status", HeaderValue::from_static("0"));
        response
    })
    .await;
}

/// The status in the head is not all that is read.
#[tokio::test]
async fn what_would_be_denied_is_read_behind_a_status_in_the_head() {
    let after: Change = |response| {
        if is_refusal(&response) {
            return response;
        }
        let trailers = HeaderMap::from_iter([(WOULD_DENY, HeaderValue::from_static("DENIED"))]);
        let mut response = ended_by(trailers);
        response.headers_mut().insert("grpc-status", HeaderValue::from_static("0"));
        response
    };
    fails_with("let in, sekisho-would-deny: DENIED", is_let_in, after).await;
}

/// A rule that refuses nobody is not a public one, in any kind of call.
#[tokio::test]
async fn report_only_and_public_are_told_apart() {
    let (services, rules) = every_kind();
    let reported = |rule: &str| rule.starts_with("report-only: ") && rule != "report-only: public";
    let public =
        rules.iter().map(|(method, rule)| (method.clone(), if reported(rule) { "public" } else { *rule }));
    let protected = services.protect(issuer().issuer()).expect("services");
    let failure = matrix(protected, issuer(), public.collect::<Vec<_>>()).await.expect_err("they report");
    for (method, rule) in rules {
        let failed = failure.report().failed().filter(|(name, _)| *name == method);
        let sent: Vec<_> = failed.map(|(_, row)| row.sent()).collect();
        assert_eq!(sent.contains(&"an expired token"), reported(rule), "{method}: {failure}");
        assert!(sent.is_empty() || sent.len() + 1 >= WITHOUT_VALID_TOKEN, "{method}: {failure}");
    }
}

/// Of a handler that answers with a response that goes on.
async fn going_on(response: fn() -> Response<Body>, patience: Duration) -> MatrixReport {
    let endless = service_fn(move |_: Request<Body>| std::future::ready(Ok::<_, Infallible>(response())));
    let protected = shop_with(issuer(), TALK_REPORTS, endless);
    let rules = rules_with("shop.v1.Shop/Talk", REPORTED);
    matrix(protected, issuer(), rules).patience(patience).await.expect("let in")
}

/// A body that always has a next message.
struct Busy;

impl http_body::Body for Busy {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 5])))))
    }
}

fn assert_told(report: &MatrixReport, patience: &str) {
    let let_in = report.rows().filter(|(_, row)| row.seen().starts_with("let in")).count();
    let of_talk = report.rows().filter(|(method, _)| method.ends_with("/Talk")).count();
    assert!(let_in > of_talk, "enforced rules let in as well: {report}");
    let told = format!(
        "\n{let_in} rows were let in, and their responses did not end within {patience}: \
         what their trailers say was not seen"
    );
    assert!(report.to_string().ends_with(&told), "{report}");
}

/// No verdict is seen of a stream that goes on, which is told whatever the rule is.
#[tokio::test(start_paused = true)]
async fn a_stream_that_goes_on_is_let_in_and_its_end_is_not_seen() {
    assert_told(&going_on(|| begun(tokio_stream::pending()), Duration::from_secs(2)).await, "2s");
}

/// It would never leave a turn to what limits it.
#[tokio::test]
async fn a_stream_that_always_has_a_next_message_is_given_up() {
    let busy = || begun(tokio_stream::empty()).map(|_| Body::new(Busy));
    assert_told(&going_on(busy, Duration::from_millis(1)).await, "1ms");
}

#[tokio::test]
async fn the_report_is_silent_of_what_has_ended() {
    let report = with(TALK, RULES[5].1, |response| response).await.expect("guarded as expected");
    assert!(report.to_string().ends_with("rows of 6 methods, 0 failed"), "{report}");
}
