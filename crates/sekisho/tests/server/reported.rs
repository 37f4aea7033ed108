//! Methods that only report: what a handler is given, and what it cannot say in the guard's place.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use sekisho::grpc::ForwardedToken;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::{Grant, Protected, Services};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{ServiceExt as _, service_fn};

use super::support::issuer;
use super::way;

const NAME: &str = "sekisho-would-deny";

fn services() -> Services {
    let source = r#"
        syntax = "proto3";
        package files.v1;
        import "sekisho/v1/access.proto";
        message File {}
        service Files {
          option (sekisho.v1.default_access) = { all_of: "files:read" };
          rpc Report(File) returns (File) {
            option (sekisho.v1.access) = { all_of: "files:read" mode: REPORT_ONLY };
          }
          rpc Watch(File) returns (stream File) {
            option (sekisho.v1.access) = { all_of: "files:read" mode: REPORT_ONLY };
          }
          rpc Enforce(File) returns (File);
        }
    "#;
    let set = sekisho_build::descriptor_set_of(source).expect("a descriptor set");
    way(Services::new(&set)).clock(Arc::new(ManualClock::new()))
}

/// Its key is made once: RSA keys are dear.
fn issuer_of_all() -> &'static TestIssuer {
    static ISSUER: OnceLock<TestIssuer> = OnceLock::new();
    ISSUER.get_or_init(issuer)
}

fn token_of(scope: &str) -> String {
    issuer_of_all().token().scope(scope).sign()
}

fn request(method: &str, entries: &[&str]) -> Request<Body> {
    let call = Request::post(format!("/files.v1.Files/{method}")).header("content-type", "application/grpc");
    let call = entries.iter().fold(call, |call, entry| call.header("authorization", *entry));
    call.body(Body::empty()).expect("a request")
}

async fn answer(protected: &Protected, method: &str, entries: &[&str]) -> Response<Body> {
    let Ok(answer) = protected.clone().oneshot(request(method, entries)).await;
    answer
}

/// A service that answers as it is told.
fn answering(answer: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static) -> Protected {
    let service = service_fn(move |_: Request<Body>| std::future::ready(Ok(answer())));
    services().add_named("files.v1.Files", service).protect(issuer_of_all().issuer()).expect("protected")
}

fn values(map: &HeaderMap) -> Vec<&str> {
    map.get_all(NAME).iter().map(|value| value.to_str().expect("text")).collect()
}

/// An entry of the handler's, twice.
fn own(map: &mut HeaderMap) {
    map.append(NAME, HeaderValue::from_static("OWN"));
    map.append(NAME, HeaderValue::from_static("OTHER"));
}

fn body_of(frames: Vec<Frame<Bytes>>) -> Body {
    let frames: Vec<Result<_, Status>> = frames.into_iter().map(Ok).collect();
    Body::new(StreamBody::new(tokio_stream::iter(frames)))
}

/// With its entries in the head and in the trailers.
fn well() -> Response<Body> {
    let mut trailers =
        HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from_static("0"))]);
    own(&mut trailers);
    let frames = vec![Frame::data(Bytes::from_static(&[0; 5])), Frame::trailers(trailers)];
    let mut response = Response::new(body_of(frames));
    own(response.headers_mut());
    response
}

/// A status that is all there is, with its entries.
fn failed() -> Response<Body> {
    let mut response = Status::not_found("no file").into_http();
    own(response.headers_mut());
    response
}

/// The same, with a body that does not know that nothing will come: as behind a layer that wraps bodies.
fn failed_behind_a_layer() -> Response<Body> {
    failed().map(|_| body_of(Vec::new()))
}

#[tokio::test]
async fn row_112_an_entry_of_the_handlers_is_taken_out() {
    type Case = (fn() -> Response<Body>, bool);
    let right = format!("Bearer {}", token_of("files:read"));
    let cases: [Case; 3] = [(well, false), (failed, true), (failed_behind_a_layer, true)];
    for (index, (response, in_head)) in cases.into_iter().enumerate() {
        let protected = answering(response);
        for method in ["Report", "Watch"] {
            for (entries, reason) in [(vec![], vec!["CREDENTIALS_MISSING"]), (vec![right.as_str()], vec![])] {
                let name = format!("{index}, {method}, {reason:?}");
                let (head, body) = answer(&protected, method, &entries).await.into_parts();
                let body = body.collect().await.expect("a body");
                let trailers = body.trailers().cloned().unwrap_or_default();
                let expected = if in_head { [reason, vec![]] } else { [vec![], reason] };
                assert_eq!([values(&head.headers), values(&trailers)], expected, "{name}");
            }
        }
    }
}

/// What it saw, as its status' message: its own token entries, the one that is handed on, and the grant.
fn telling(request: &Request<Body>) -> String {
    let sent = request.headers().get_all("authorization").iter().count();
    let forwarded = request.extensions().get().map(ForwardedToken::as_str);
    let grant = request.extensions().get::<Grant>().expect("a grant");
    format!("{sent} {} {}", forwarded.unwrap_or("-"), grant.subject().unwrap_or("-"))
}

#[tokio::test]
async fn row_112_a_token_that_was_not_verified_is_neither_shown_nor_handed_on() {
    let service = service_fn(|request: Request<Body>| {
        std::future::ready(Ok(Status::aborted(telling(&request)).into_http::<Body>()))
    });
    let trusted = || issuer_of_all().issuer();
    let keeping = services().add_named("files.v1.Files", service).protect(trusted()).expect("protected");
    let forwarding = services().dangerous_forward_token().add_named("files.v1.Files", service);
    let forwarding = forwarding.protect(trusted()).expect("protected");
    let (right, lacking) = (token_of("files:read"), token_of("none"));
    let expired = issuer_of_all().token().claim("exp", 1).sign();
    let [right_entry, lacking_entry, expired_entry] =
        [&right, &lacking, &expired].map(|token| format!("Bearer {token}"));
    let cases: [(&[&str], String); 7] = [
        (&[], "0 - -".to_owned()),
        (&[&right_entry], format!("0 {right} alice")),
        (&[&lacking_entry], format!("0 {lacking} alice")),
        (&[&expired_entry], "0 - -".to_owned()),
        (&["Bearer junk"], "0 - -".to_owned()),
        (&["Basic YTpi"], "0 - -".to_owned()),
        (&[&right_entry, &lacking_entry], "0 - -".to_owned()),
    ];
    for (entries, expected) in cases {
        for method in ["Report", "Watch"] {
            let told = |answer: Response<Body>| {
                let status = Status::from_header_map(answer.headers()).expect("a status");
                assert_eq!(status.code(), Code::Aborted, "the handler ran");
                status.message().to_owned()
            };
            assert_eq!(told(answer(&forwarding, method, entries).await), expected, "{method}");
            let subject = expected.rsplit(' ').next().expect("a subject");
            assert_eq!(told(answer(&keeping, method, entries).await), format!("0 - {subject}"), "{method}");
        }
    }
}
