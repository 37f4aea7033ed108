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
        let this = &mut *self;
        // None once it has answered: it never answers again.
        let Some(handler) = &mut this.handler else { return Poll::Pending };
        // Before it is asked: an end that comes after that wakes.
        this.stream.handler.register(cx.waker());
        let mut answer = None;
        if this.stream.ended().is_none() {
            let Ok(response) = ready!(handler.as_mut().poll(cx));
            answer = Some(response);
        }
        this.handler = None;
        // From here on the response's body wakes whoever has polled this.
        this.stream.handler.take();
        // A handler may have answered what it made of the end of its request.
        let answer = answer.filter(|_| this.stream.ended().is_none());
        Poll::Ready(Ok(match answer {
            Some(response) => begin(&this.stream, response),
            None => this.stream.status().into_http(),
        }))
    }
}

/// Its caller has given it up, if it has not answered.
impl<F> Drop for StreamCall<F> {
    fn drop(&mut self) {
        if self.handler.is_some() {
            self.stream.response.leave();
        }
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
    head.extensions.insert(ResetDue(Arc::clone(&stream.grace)));
    stream.put_response(body);
    Response::from_parts(head, Body::new(StreamBody::response(Arc::clone(stream))))
}
