//! What a service is asked and what it says pass between it and the client unchanged, whatever its types.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use sekisho::Grant;
use tonic::body::Body;
use tonic::{Code, GrpcMethod, Status};
use tower::service_fn;

use super::support::{GET, World, is_refused};

type Frames = StreamBody<tokio_stream::Iter<std::vec::IntoIter<Result<Frame<Bytes>, Status>>>>;

fn frames(frames: Vec<Result<Frame<Bytes>, Status>>) -> Frames {
    StreamBody::new(tokio_stream::iter(frames))
}

#[expect(clippy::unnecessary_wraps, reason = "errors stand beside it")]
fn data(text: &'static str) -> Result<Frame<Bytes>, Status> {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

#[expect(clippy::unnecessary_wraps, reason = "errors stand beside it")]
fn trailers(name: &'static str) -> Result<Frame<Bytes>, Status> {
    Ok(Frame::trailers(entries(&[(name, "1")])))
}

fn entries(entries: &[(&'static str, &'static str)]) -> HeaderMap {
    let entry = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    entries.iter().copied().map(entry).collect()
}

#[derive(Debug, Clone, PartialEq)]
struct FromOutside(&'static str);

/// What a service saw of a call.
#[derive(Debug, PartialEq)]
struct Seen {
    head: String,
    metadata: HeaderMap,
    from_outside: Option<FromOutside>,
    grpc_method: Option<String>,
    subject: Option<String>,
    body: Result<Whole, Code>,
}

/// A body, with its trailers.
type Whole = (Bytes, Option<HeaderMap>);

async fn whole<B: http_body::Body<Data = Bytes>>(body: B) -> Result<Whole, B::Error> {
    let body = body.collect().await?;
    let trailers = body.trailers().cloned();
    Ok((body.to_bytes(), trailers))
}

impl Seen {
    async fn of(request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        let grant: Option<&Grant> = head.extensions.get();
        let grpc_method: Option<&GrpcMethod<'static>> = head.extensions.get();
        Self {
            head: format!("{} {} {:?}", head.method, head.uri, head.version),
            from_outside: head.extensions.get().cloned(),
            grpc_method: grpc_method.map(|method| method.method().to_owned()),
            subject: grant.and_then(Grant::subject).map(ToOwned::to_owned),
            metadata: head.headers,
            body: whole(body).await.map_err(|status| status.code()),
        }
    }
}

/// What stands in a request's extensions is what a server or a layer outside put there, and the guard.
#[tokio::test]
async fn a_service_sees_the_call_as_it_was_sent() {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let world = World::of({
        let seen = Arc::clone(&seen);
        service_fn(move |request: Request<Body>| {
            let seen = Arc::clone(&seen);
            async move {
                let call = Seen::of(request).await;
                seen.lock().expect("no panic").push(call);
                Ok(Response::new(Body::empty()))
            }
        })
    });
    let bodies = [
        (vec![], Ok((Bytes::new(), None))),
        (vec![data("one "), data("two")], Ok((Bytes::from_static(b"one two"), None))),
        (vec![data("one"), trailers("authorization")], Ok((Bytes::from_static(b"one"), None))),
        (vec![data("one"), Err(Status::data_loss("gone"))], Err(Code::DataLoss)),
    ];
    for (sent, body) in bodies {
        let mut request = world.request(frames(sent));
        *request.version_mut() = http::Version::HTTP_2;
        request.headers_mut().insert("x-id", HeaderValue::from_static("7"));
        request.extensions_mut().insert(FromOutside("connection"));
        request.extensions_mut().insert(GrpcMethod::new("orders.v1.Orders", "Get"));
        assert!(!is_refused(&world.answer(request).await));
        let expected = Seen {
            head: format!("POST {GET} HTTP/2.0"),
            metadata: entries(&[("content-type", "application/grpc"), ("te", "trailers"), ("x-id", "7")]),
            from_outside: Some(FromOutside("connection")),
            grpc_method: Some("Get".to_owned()),
            subject: Some("alice".to_owned()),
            body,
        };
        assert_eq!(seen.lock().expect("no panic").pop(), Some(expected));
    }
}

async fn said<R>(
    response: impl Fn() -> R + Clone + Send + Sync + 'static,
) -> (u16, HeaderMap, Result<Whole, Code>)
where
    R: IntoResponse + Send + 'static,
{
    let world = World::of(service_fn(move |_: Request<Body>| ready(Ok(response()))));
    let (head, body) = world.answer(world.request(Body::empty())).await.into_parts();
    (head.status.as_u16(), head.headers, whole(body).await.map_err(|status| status.code()))
}

/// Nothing is added, no length either, of whatever type the answer is.
#[tokio::test]
async fn a_client_gets_what_the_service_says() {
    let head = || Response::builder().header("content-type", "application/grpc").header("x-id", "7");
    let metadata = entries(&[("content-type", "application/grpc"), ("x-id", "7")]);
    let bodies: [(fn() -> Vec<_>, _); 4] = [
        (Vec::new, Ok((Bytes::new(), None))),
        (|| vec![data("one")], Ok((Bytes::from_static(b"one"), None))),
        (
            || vec![data("one "), data("two"), trailers("grpc-status")],
            Ok((Bytes::from_static(b"one two"), Some(entries(&[("grpc-status", "1")])))),
        ),
        (|| vec![data("one"), Err(Status::data_loss("gone"))], Err(Code::DataLoss)),
    ];
    for (sent, body) in bodies {
        let expected = (200, metadata.clone(), body);
        let tonics = said(move || head().body(Body::new(frames(sent()))).expect("a response"));
        assert_eq!(tonics.await, expected);
        let axums = said(move || head().body(axum::body::Body::new(frames(sent()))).expect("a response"));
        assert_eq!(axums.await, expected);
        let others = said(move || head().body(frames(sent())).expect("a response"));
        assert_eq!(others.await, expected);
    }
    let text = entries(&[("content-type", "text/plain; charset=utf-8")]);
    assert_eq!(said(|| "one").await, (200, text, Ok((Bytes::from_static(b"one"), None))));
    let status = said(|| Status::aborted("no").into_http::<Body>());
    let (code, metadata, body) = status.await;
    assert_eq!((code, body), (200, Ok((Bytes::new(), None))));
    assert_eq!(metadata["grpc-status"], "10");
}

/// As the servers that tonic generates: the future is a box.
#[tokio::test]
async fn a_boxed_answer_is_an_answer_like_another() {
    type Boxed = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;
    let world = World::of(service_fn(|request: Request<Body>| -> Boxed {
        Box::pin(async move { Ok(Response::new(request.into_body())) })
    }));
    let answer = world.answer(world.request(frames(vec![data("one")]))).await;
    assert_eq!(whole(answer.into_body()).await.expect("a body").0, "one");
}
