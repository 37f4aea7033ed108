//! Responses over HTTP/2 whose peers may not read them.
//!
//! hyper waits until its peer has room for one byte of a chunk, and hands all of it to h2. Where there is no room for the
//! rest, that lies there, and what ends the stream behind it. hyper is done with the call then, and nobody could reset the
//! stream. The last byte of a chunk, as a chunk of its own, is handed over once there was room for all before it.
//!
//! gRPC-Web's status is handed over whole: to tonic-web-wasm-client, one of which a part is to come is none. It is the end of
//! the response that waits then, until h2 has written the status and lets go of it.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::Frame;
use tokio::sync::oneshot;
use tonic::Status;
use tonic::body::Body;

/// Of so many chunks at the beginning of a response the last byte is held back, however short they are: they show whether
/// the peer takes anything. To do that with each would make two frames of most messages.
const FIRST: usize = 16;

/// Of so many bytes and more, the last one always is. It makes no difference to them.
const LONG: usize = 512;

/// How gRPC-Web's status begins: with a flag that no message has, in base64 where it is text. Bytes that go on with a
/// message may begin so as well, which makes no difference to them.
const STATUS: [u8; 2] = [0x80, b'g'];

/// A body whose chunks have a last byte that is held back.
pub(super) struct LastByte {
    body: Body,
    held_back: Option<Bytes>,
    chunks: usize,
    /// What was handed over whole is still being written.
    being_written: Option<oneshot::Receiver<()>>,
}

/// Bytes that tell when nobody has them any more.
struct Told {
    data: Bytes,
    /// To be dropped is to tell.
    _written: oneshot::Sender<()>,
}

impl AsRef<[u8]> for Told {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl LastByte {
    pub(super) fn held_back(body: Body) -> Body {
        Body::new(Self { body, held_back: None, chunks: 0, being_written: None })
    }

    fn hand_over(&mut self, data: Bytes) -> Bytes {
        if data.first().is_some_and(|first| STATUS.contains(first)) {
            self.whole(data)
        } else {
            self.part(data)
        }
    }

    fn whole(&mut self, data: Bytes) -> Bytes {
        let (written, being_written) = oneshot::channel();
        self.being_written = Some(being_written);
        Bytes::from_owner(Told { data, _written: written })
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
        if let Some(being_written) = &mut self.being_written {
            // An error, always: nothing is ever sent.
            let _ = ready!(Pin::new(being_written).poll(cx));
            self.being_written = None;
        }
        let frame = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            other => return Poll::Ready(other),
        };
        let parted = frame.into_data().map(|data| Frame::data(self.hand_over(data)));
        Poll::Ready(Some(Ok(parted.unwrap_or_else(|trailers| trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.held_back.is_none() && self.being_written.is_none() && self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use http::HeaderMap;
    use http_body::Body as _;
    use http_body_util::{BodyExt as _, Full, StreamBody};

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
        let mut body = LastByte::held_back(one_chunk(b"ab"));
        assert_eq!(body.frame().await.expect("data").expect("no error").into_data().expect("data"), "a");
        assert!(!body.is_end_stream(), "there is one more");
        assert_eq!(body.frame().await.expect("data").expect("no error").into_data().expect("data"), "b");
        assert!(body.is_end_stream());
    }
    /// It says with its last byte that it has ended.
    fn one_chunk(data: &'static [u8]) -> Body {
        Body::new(
            Full::new(Bytes::from_static(data)).map_err(|never: std::convert::Infallible| match never {}),
        )
    }

    #[tokio::test]
    async fn a_status_of_grpc_web_comes_whole_and_the_end_once_it_is_written() {
        for status in [&b"\x80\0\0\0\x10grpc-status:16\r\n"[..], b"gAAAABBncnBjLXN0YXR1czoxNg0K"] {
            let mut body = LastByte::held_back(one_chunk(status));
            let written = body.frame().await.expect("data").expect("no error").into_data().expect("data");
            assert_eq!(written, status);
            assert!(!body.is_end_stream(), "hyper would be done with the call");
            let rest = written.slice(1..);
            drop(written);
            assert!(body.frame().now_or_never().is_none(), "a part is being written");
            drop(rest);
            assert!(body.frame().await.is_none());
        }
    }
}
