//! The handler of a stream, until that ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{HeaderName, HeaderValue, Response};
use http_body::Body as _;
use tonic::body::Body;

use super::ResetDue;
use super::body::StreamBody;
use super::open::OpenStream;

/// In how many seconds a stream will be ended, in the head of its response.
pub const EXPIRES_IN: HeaderName = HeaderName::from_static("sekisho-expires-in");

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// The response of a handler, or the status of a stream that has ended before there was one.
pub(in crate::grpc) struct StreamCall<F> {
    stream: Arc<OpenStream>,
    handler: Option<Pin<Box<F>>>,
}

impl<F> StreamCall<F> {
    pub(super) fn new(stream: Arc<OpenStream>, handler: F) -> Self {
        Self { stream, handler: Some(Box::pin(handler)) }
    }
}

impl<F> Future for StreamCall<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>>,
{
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Before it is asked: an end that comes after that wakes.
        self.stream.handler.register(cx.waker());
        if self.stream.ended().is_none() {
            // None once it has answered: it never answers again.
            let Some(handler) = &mut self.handler else { return Poll::Pending };
            let Ok(response) = ready!(handler.as_mut().poll(cx));
            self.handler = None;
            // Else it may have answered what it made of the end of its request.
            if self.stream.ended().is_none() {
                // From here on the response's body wakes whoever has polled this.
                self.stream.handler.take();
                return Poll::Ready(Ok(begin(&self.stream, response)));
            }
        }
        self.handler = None;
        Poll::Ready(Ok(self.stream.status().into_http()))
    }
}

/// Puts the body of a response under the stream. A response that is a status alone has ended by itself.
fn begin(stream: &Arc<OpenStream>, response: Response<Body>) -> Response<Body> {
    if response.headers().contains_key(GRPC_STATUS) && response.body().is_end_stream() {
        stream.response.leave();
        return response;
    }
    let (mut head, body) = response.into_parts();
    if let Some(left) = stream.left() {
        head.headers.insert(EXPIRES_IN, HeaderValue::from(left.as_secs()));
    }
    head.extensions.insert(ResetDue(Arc::downgrade(stream)));
    stream.put_response(body);
    Response::from_parts(head, Body::new(StreamBody::response(Arc::clone(stream))))
}
