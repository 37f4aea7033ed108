//! The bodies of a stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::{Body, Frame, SizeHint};
use tonic::Status;

use super::open::{Content, OpenStream, Slot, Take};

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

/// The request or the response of a stream, until that ends.
pub(in crate::grpc) struct StreamBody {
    stream: Arc<OpenStream>,
    side: Side,
    /// Nothing more will come.
    is_over: bool,
}

#[derive(Clone, Copy)]
enum Side {
    Request,
    Response,
}

impl Side {
    fn may_be_taken(self) -> Take {
        match self {
            Self::Request => Take::Always,
            Self::Response => Take::BetweenMessages,
        }
    }
}

impl StreamBody {
    /// What is in the slot of the request. It ends with an error, since a request that breaks off is not whole.
    pub(super) fn request(stream: Arc<OpenStream>) -> Self {
        Self::new(stream, Side::Request)
    }

    /// What is in the slot of the response. It ends with the status, after the last whole message.
    pub(super) fn response(stream: Arc<OpenStream>) -> Self {
        Self::new(stream, Side::Response)
    }

    fn new(stream: Arc<OpenStream>, side: Side) -> Self {
        Self { stream, side, is_over: false }
    }

    fn slot(&self) -> &Slot {
        match self.side {
            Side::Request => &self.stream.request,
            Side::Response => &self.stream.response,
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            if self.is_over {
                return Poll::Ready(None);
            }
            // Before it is asked: an end that comes after that wakes.
            self.slot().reader.register(cx.waker());
            match (self.stream.ended(), self.side) {
                (None, _) => {
                    if let Some(polled) = self.poll_open(cx) {
                        return polled;
                    }
                }
                (Some(_), Side::Request) => {
                    self.finish();
                    return Poll::Ready(Some(Err(self.stream.status())));
                }
                (Some(_), Side::Response) => return self.poll_rest(cx),
            }
        }
    }

    /// `None` where the slot is empty, since the stream has ended meanwhile.
    fn poll_open(&mut self, cx: &mut Context<'_>) -> Option<Polled> {
        let mut content = self.slot().content();
        let Content { body, boundary } = &mut *content;
        let polled = Pin::new(body.as_mut()?).poll_frame(cx);
        let data = match &polled {
            Poll::Ready(Some(Ok(frame))) => frame.data_ref(),
            _ => None,
        };
        if let Some(data) = data {
            boundary.pass(data);
        }
        let is_over = polled.is_ready() && data.is_none();
        drop(content);
        self.slot().empty_after_reading(&self.stream, self.side.may_be_taken());
        if is_over {
            if matches!(self.side, Side::Response) && self.stream.ended().is_some() {
                // It may be what the handler made of the end of its request.
                drop(self.slot().take());
                return None;
            }
            self.finish();
        }
        Some(polled)
    }

    /// The rest of a message that is under way, then the status.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Polled {
        let mut content = self.slot().content();
        let Content { body, boundary } = &mut *content;
        if boundary.is_between_messages() {
            drop(content);
            self.finish();
            return Poll::Ready(Some(Ok(Frame::trailers(trailers(self.stream.status())))));
        }
        let frame = match body.as_mut().filter(|_| !self.stream.is_overdue()) {
            Some(body) => ready!(Pin::new(body).poll_frame(cx)),
            // An error resets the stream.
            None => Some(Err(self.stream.status())),
        };
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            let rest = boundary.pass_one(data);
            let is_whole = boundary.is_between_messages();
            drop(content);
            if is_whole {
                drop(self.slot().take());
            }
            return Poll::Ready(Some(Ok(Frame::data(data.slice(..rest)))));
        }
        // The handler has come to an end of its own, or the stream is to be reset.
        drop(content);
        self.finish();
        Poll::Ready(frame)
    }

    fn finish(&mut self) {
        self.is_over = true;
        self.slot().leave();
    }
}

/// What a status is in the trailers of a stream.
fn trailers(status: Status) -> HeaderMap {
    let mut headers = status.into_http::<()>().into_parts().0.headers;
    headers.remove(CONTENT_TYPE);
    headers
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        self.poll_next(cx)
    }

    fn is_end_stream(&self) -> bool {
        if self.is_over || self.stream.ended().is_some() {
            return self.is_over;
        }
        // An empty slot is no end: it was emptied by one, which is yet to be told.
        let is_end = self.slot().content().body.as_ref().is_some_and(Body::is_end_stream);
        self.slot().empty_after_reading(&self.stream, self.side.may_be_taken());
        is_end
    }

    /// Nothing is known: it may end before its time.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.slot().leave();
    }
}
