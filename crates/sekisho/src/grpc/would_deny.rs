//! What a call would be refused with whose method only reports, told beside its answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body::{Body as _, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

/// The reason that a call would be refused with (`ErrorInfo.reason`), in the trailers of its response: of a method whose
/// rule says `mode: REPORT_ONLY`.
pub const WOULD_DENY: HeaderName = HeaderName::from_static("sekisho-would-deny");

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// Puts the reason into the trailers, or into the head where that is all there is. Nobody but the guard says so where a method
/// reports: an entry of the handler's is taken out.
pub(super) fn tell(response: Response<Body>, reason: Option<&'static str>) -> Response<Body> {
    let (mut head, body) = response.into_parts();
    head.headers.remove(WOULD_DENY);
    if !head.headers.contains_key(GRPC_STATUS) {
        return Response::from_parts(head, Body::new(Telling { body, reason }));
    }
    put(&mut head.headers, reason);
    // A body behind a layer may not know yet that nothing comes. What comes all the same says it no second time.
    let body = if body.is_end_stream() { body } else { Body::new(Telling { body, reason: None }) };
    Response::from_parts(head, body)
}

fn put(metadata: &mut HeaderMap, reason: Option<&'static str>) {
    metadata.remove(WOULD_DENY);
    if let Some(reason) = reason {
        metadata.insert(WOULD_DENY, HeaderValue::from_static(reason));
    }
}

/// The body of a response, up to its trailers.
struct Telling {
    body: Body,
    reason: Option<&'static str>,
}

impl http_body::Body for Telling {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if let Some(Ok(frame)) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            put(trailers, self.reason);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    fn entries(metadata: &HeaderMap) -> Vec<&str> {
        metadata.get_all(WOULD_DENY).iter().map(|value| value.to_str().expect("a text")).collect()
    }

    #[tokio::test]
    async fn the_guard_alone_says_so_in_the_head_or_in_the_trailers() {
        for (reason, expected) in [(Some("CREDENTIALS_MISSING"), vec!["CREDENTIALS_MISSING"]), (None, vec![])]
        {
            let mut status = Status::not_found("no order").into_http();
            status.headers_mut().append(WOULD_DENY, HeaderValue::from_static("OWN"));
            status.headers_mut().append(WOULD_DENY, HeaderValue::from_static("OTHER"));
            let told = tell(status, reason);
            assert_eq!(entries(told.headers()), expected);

            let trailers = HeaderMap::from_iter([
                (GRPC_STATUS, HeaderValue::from_static("0")),
                (WOULD_DENY, HeaderValue::from_static("OWN")),
            ]);
            let frames: Vec<Result<_, Status>> =
                vec![Ok(Frame::data(Bytes::from_static(b"message"))), Ok(Frame::trailers(trailers))];
            let body = Body::new(StreamBody::new(tokio_stream::iter(frames)));
            let mut response = Response::new(body);
            response.headers_mut().insert(WOULD_DENY, HeaderValue::from_static("OWN"));
            let told = tell(response, reason);
            assert_eq!(
                entries(told.headers()),
                Vec::<&str>::new(),
                "the head comes before the verdict of the call"
            );
            let collected = told.into_body().collect().await.expect("a body");
            assert_eq!(entries(collected.trailers().expect("trailers")), expected);
            assert_eq!(collected.to_bytes(), "message");
        }
    }
}
