//! Responses over HTTP/2 whose peers may not read them.
//!
//! hyper waits until its peer has room for one byte of a chunk, and hands all of it to h2. Where there is no room for the
//! rest, that lies there, and what ends the stream behind it. hyper is done with the call then, and nobody could reset the
//! stream. The last byte of a chunk, as a chunk of its own, is handed over once there was room for all before it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tonic::Status;
use tonic::body::Body;

/// Of so many chunks at the beginning of a response the last byte is held back, however short they are: they show whether
/// the peer takes anything. To do that with each would make two frames of most messages.
const FIRST: usize = 16;

/// Of so many bytes and more, the last one always is. It makes no difference to them.
const LONG: usize = 512;

/// A body whose chunks have a last byte that is held back.
pub(super) struct LastByte {
    body: Body,
    held_back: Option<Bytes>,
    chunks: usize,
}

impl LastByte {
    pub(super) fn held_back(body: Body) -> Body {
        Body::new(Self { body, held_back: None, chunks: 0 })
    }

    fn part(&mut self, mut data: Bytes) -> Bytes {
        self.chunks = self.chunks.saturating_add(1);
        if data.len() >= LONG || (data.len() > 1 && self.chunks <= FIRST) {
            self.held_back = Some(data.split_off(data.len() - 1));
        }
        data
    }
}

impl http_body::Body for LastByte {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(last) = self.held_back.take() {
            return Poll::Ready(Some(Ok(Frame::data(last))));
        }
        let frame = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            other => return Poll::Ready(other),
        };
        let parted = frame.into_data().map(|data| Frame::data(self.part(data)));
        Poll::Ready(Some(Ok(parted.unwrap_or_else(|trailers| trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.held_back.is_none() && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http_body::Body as _;
    use http_body_util::{BodyExt as _, StreamBody};

    use super::*;

    /// Chunks of these lengths, and the trailers.
    fn body(lengths: impl IntoIterator<Item = usize> + Send + 'static) -> Body
    where
        <Vec<usize> as IntoIterator>::IntoIter: Send,
    {
        let lengths: Vec<usize> = lengths.into_iter().collect();
        let chunks = lengths.into_iter().map(|length| Frame::data(Bytes::from(vec![7; length])));
        let frames = chunks.chain([Frame::trailers(HeaderMap::new())]).map(Ok::<_, Status>);
        Body::new(StreamBody::new(tokio_stream::iter(frames.collect::<Vec<_>>())))
    }

    /// The lengths of the chunks that come out; the trailers are the end.
    async fn come_out(mut body: Body) -> Vec<usize> {
        let mut lengths = Vec::new();
        loop {
            assert!(!body.is_end_stream());
            let frame = body.frame().await.expect("trailers").expect("no error");
            match frame.into_data() {
                Ok(data) => lengths.push(data.len()),
                Err(trailers) => {
                    assert!(trailers.is_trailers());
                    return lengths;
                }
            }
        }
    }

    #[tokio::test]
    async fn the_last_byte_of_the_first_chunks_and_of_long_ones_comes_by_itself() {
        assert_eq!(come_out(LastByte::held_back(body([5, 1, 0, 2]))).await, [4, 1, 1, 0, 1, 1]);
        let many = LastByte::held_back(body([[9; FIRST].as_slice(), &[9, LONG - 1, LONG]].concat()));
        let first = [[8, 1]; FIRST].concat();
        assert_eq!(come_out(many).await, [first.as_slice(), &[9, LONG - 1, LONG - 1, 1]].concat());
    }

    #[tokio::test]
    async fn a_byte_that_is_held_back_is_no_end() {
        let mut body = LastByte::held_back(Body::new(
            http_body_util::Full::new(Bytes::from_static(b"ab"))
                .map_err(|never: std::convert::Infallible| match never {}),
        ));
        assert_eq!(body.frame().await.expect("data").expect("no error").into_data().expect("data"), "a");
        assert!(!body.is_end_stream(), "there is one more");
        assert_eq!(body.frame().await.expect("data").expect("no error").into_data().expect("data"), "b");
        assert!(body.is_end_stream());
    }
}
