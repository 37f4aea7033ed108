//! What is no gRPC call at all: answered in HTTP's words, before a method is looked for.
//!
//! tonic hands a GET, or a `text/plain` POST that a page may send without a preflight, to the handler.

use std::future::{Ready, ready};
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use tonic::body::Body;
use tower_service::Service;

use super::Answer;

#[derive(Debug, Clone)]
pub(super) struct Door<S> {
    inner: S,
}

impl<S> Door<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S, B> Service<Request<B>> for Door<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = std::convert::Infallible>,
{
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Either<Ready<Answer>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match judge(request.method(), request.version(), request.headers()) {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(status) => Either::Left(ready(Ok(refusal(status)))),
        }
    }
}

fn judge(method: &Method, version: Version, headers: &HeaderMap) -> Result<(), StatusCode> {
    if method != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    // gRPC's status comes in trailers, which HTTP/1.1 clients do not read.
    if version != Version::HTTP_2 || !is_grpc(headers) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    Ok(())
}

/// `application/grpc[+proto]` in any case, with any parameters (RFC 9110 §8.3.1), once.
fn is_grpc(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    ["application/grpc", "application/grpc+proto"].iter().any(|known| essence.eq_ignore_ascii_case(known))
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_grpc_call_comes_in() {
        let post = Method::POST;
        let cases = [
            (&post, Version::HTTP_2, "application/grpc", Ok(())),
            (&post, Version::HTTP_2, "Application/GRPC+proto; charset=utf-8", Ok(())),
            (&post, Version::HTTP_2, "application/grpc+json", Err(415)),
            (&post, Version::HTTP_2, "application/grpc-web", Err(415)),
            (&post, Version::HTTP_2, "text/plain", Err(415)),
            (&post, Version::HTTP_2, "application/json", Err(415)),
            (&post, Version::HTTP_11, "application/grpc", Err(415)),
            (&Method::GET, Version::HTTP_2, "application/grpc", Err(405)),
            (&Method::PUT, Version::HTTP_11, "application/grpc", Err(405)),
        ];
        for (method, version, content_type, expected) in cases {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
            let judged = judge(method, version, &headers).map_err(|status| status.as_u16());
            assert_eq!(judged, expected, "{method} {version:?} {content_type}");
        }
        assert_eq!(judge(&post, Version::HTTP_2, &HeaderMap::new()), Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
}
