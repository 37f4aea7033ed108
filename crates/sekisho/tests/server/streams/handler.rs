//! Handlers that do what the test says.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::body::Body;

use super::in_time;

/// What a handler is given, and what it answers by.
pub(super) struct Entered {
    pub(super) request: Request<Body>,
    pub(super) answer: oneshot::Sender<Response<Body>>,
    /// Its future is gone.
    pub(super) dropped: oneshot::Receiver<()>,
}

impl Entered {
    /// Answers with a body, of which the test sends each chunk.
    pub(super) fn answer(self) -> (Sent, Body) {
        let (chunks, body) = mpsc::channel(8);
        let (drops, dropped) = oneshot::channel();
        let chunks_of_body = Kept { stream: ReceiverStream::new(body), _until: drops };
        let body = Body::new(StreamBody::new(chunks_of_body));
        let response = Response::builder().header("content-type", "application/grpc").body(body);
        self.answer.send(response.expect("a response")).expect("a caller");
        (Sent { chunks, dropped }, self.request.into_body())
    }
}

/// The response of a handler.
pub(super) struct Sent {
    pub(super) chunks: mpsc::Sender<Result<Frame<Bytes>, Status>>,
    dropped: oneshot::Receiver<()>,
}

impl Sent {
    pub(super) async fn chunk(&self, bytes: impl Into<Vec<u8>>) {
        self.chunks.send(Ok(Frame::data(bytes.into().into()))).await.expect("a response that is read");
    }

    /// Waits until the body of the response is gone.
    pub(super) async fn dropped(self) {
        in_time(self.dropped).await.expect_err("nothing is sent");
    }
}

struct Kept {
    stream: ReceiverStream<Result<Frame<Bytes>, Status>>,
    _until: oneshot::Sender<()>,
}

impl tokio_stream::Stream for Kept {
    type Item = Result<Frame<Bytes>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.stream).poll_next(cx)
    }
}
