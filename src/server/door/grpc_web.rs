//! gRPC-Web, and what is no gRPC call at all: the latter is answered in HTTP's words, before a method is
//! looked for.
//!
//! tonic hands a GET, or a `text/plain` POST that a page may send without a preflight, to the handler; and
//! tonic-web knows four content types by their exact text, and lets every other pass over HTTP/2.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::Either;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use tonic::body::Body;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::util::MapResponse;
use tower_http::timeout::TimeoutBody;
use tower_layer::Layer as _;
use tower_service::Service;

use super::content_type::ContentType;
use crate::server::Answer;
use sekisho::grpc::RequestBody;

#[derive(Debug, Clone)]
pub(super) struct GrpcWeb<S> {
    inner: GrpcWebService<InOneLine<S>>,
    body_idle: Duration,
}

type InOneLine<S> = MapResponse<S, fn(Response<Body>) -> Response<Body>>;

impl<S> GrpcWeb<S> {
    /// In front of a service of native gRPC.
    pub(super) fn new(inner: S, body_idle: Duration) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    {
        Self { inner: GrpcWebLayer::new().layer(MapResponse::new(inner, challenges_in_one_line)), body_idle }
    }
}

impl<S> Service<Request<RequestBody<Incoming>>> for GrpcWeb<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<<GrpcWebService<InOneLine<S>> as Service<Request<Body>>>::Future, Ready<Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        <GrpcWebService<InOneLine<S>> as Service<Request<Body>>>::poll_ready(&mut self.inner, cx)
    }

    fn call(&mut self, request: Request<RequestBody<Incoming>>) -> Self::Future {
        match judge(request.method(), request.headers()) {
            Some(content_type) => Either::Left(self.inner.call(self.prepare(request, content_type))),
            None => Either::Right(ready(Ok(refusal(request.method(), "POST, OPTIONS")))),
        }
    }
}

impl<S> GrpcWeb<S> {
    /// Writes the types as tonic-web knows them. Who does not say what it accepts is answered in kind.
    fn prepare(&self, request: Request<RequestBody<Incoming>>, content_type: ContentType) -> Request<Body> {
        let (mut head, body) = request.into_parts();
        let accepted = match ContentType::accepted(&head.headers) {
            Some(accepted @ (ContentType::GrpcWeb | ContentType::GrpcWebText)) => accepted,
            Some(ContentType::Grpc) | None => content_type,
        };
        head.headers.insert(CONTENT_TYPE, content_type.canonical());
        head.headers.insert(ACCEPT, accepted.canonical());
        // Over HTTP/2 a peer that does not answer pings is closed, and one that does may take its time.
        let body = match head.version {
            Version::HTTP_2 => Body::new(body),
            _ => Body::new(TimeoutBody::new(self.body_idle, body)),
        };
        Request::from_parts(head, body)
    }
}

/// A list says the same in one line (RFC 9110 §5.3). Of several, Firefox shows a page none.
fn challenges_in_one_line(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    let challenges: Vec<_> = headers.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes).collect();
    if challenges.len() > 1
        && let Ok(line) = HeaderValue::from_bytes(&challenges.join(&b", "[..]))
    {
        headers.insert(WWW_AUTHENTICATE, line);
    }
    response
}

fn judge(method: &Method, headers: &HeaderMap) -> Option<ContentType> {
    let content_type = ContentType::of(headers)?;
    // What is native, and is here all the same, came over HTTP/1.1.
    (method == Method::POST && content_type != ContentType::Grpc).then_some(content_type)
}

/// Not a gRPC call, nor a gRPC-Web one: by its method, where that is none of `allowed`, or else by its
/// content type. Whoever follows the address in a browser is told what is here.
pub(super) fn refusal(method: &Method, allowed: &'static str) -> Response<Body> {
    let is_by_type = method == Method::POST;
    let told =
        if is_by_type { "415: the content type is none of those.\n" } else { "405: it is called by POST.\n" };
    let text =
        format!("Here is gRPC (application/grpc, over HTTP/2) and gRPC-Web (application/grpc-web). {told}");
    let mut response = Response::new(Body::new(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_by_type {
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    } else {
        headers.insert(ALLOW, HeaderValue::from_static(allowed));
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_comes_in() {
        let cases = [
            (Method::POST, "application/grpc-web", Some(ContentType::GrpcWeb)),
            (Method::POST, "application/grpc-web-text", Some(ContentType::GrpcWebText)),
            (Method::POST, "application/grpc", None),
            (Method::POST, "text/plain", None),
            (Method::GET, "application/grpc-web", None),
        ];
        for (method, content_type, expected) in cases {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            assert_eq!(judge(&method, &headers), expected, "{method} {content_type}");
        }
        assert_eq!(refusal(&Method::POST, "POST").status(), 415);
        assert_eq!(refusal(&Method::GET, "POST").status(), 405);
    }
}
