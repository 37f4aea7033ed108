//! A connection that is driven by hand, and what is told of it.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use super::super::*;

/// What it was asked for, and what it answers; everything is done where nothing is set.
#[derive(Debug, Default)]
pub(super) struct Mock {
    pub(super) asked: Vec<&'static str>,
    pub(super) write: Option<Poll<Result<usize, ErrorKind>>>,
    pub(super) flush: Option<Poll<Result<(), ErrorKind>>>,
    pub(super) is_vectored: bool,
}

impl AsyncRead for Mock {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.get_mut().asked.push("read");
        Poll::Pending
    }
}

impl AsyncWrite for Mock {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.asked.push("write");
        this.write.unwrap_or(Poll::Ready(Ok(buf.len()))).map_err(io::Error::from)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().asked.push("writev");
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        self.is_vectored
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.asked.push("flush");
        this.flush.unwrap_or(Poll::Ready(Ok(()))).map_err(io::Error::from)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().asked.push("shutdown");
        Poll::Ready(Ok(()))
    }
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A connection, driven by hand.
pub(super) struct Driven {
    pub(super) stream: BatchedWrites<Mock>,
    wakes: Arc<Wakes>,
}

impl Driven {
    pub(super) fn new(mock: Mock) -> Self {
        Self { stream: BatchedWrites::new(mock), wakes: Arc::default() }
    }

    pub(super) fn poll<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut BatchedWrites<Mock>>, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        poll(Pin::new(&mut self.stream), &mut Context::from_waker(&waker))
    }

    pub(super) fn read(&mut self) {
        let polled = self.poll(|stream, cx| stream.poll_read(cx, &mut ReadBuf::new(&mut [0; 8])));
        assert!(polled.is_pending());
    }

    pub(super) fn write(&mut self, bytes: usize) -> Poll<Result<usize, ErrorKind>> {
        self.poll(|stream, cx| stream.poll_write(cx, &vec![0; bytes])).map_err(|error| error.kind())
    }

    pub(super) fn write_vectored(&mut self, bufs: &[&[u8]]) -> Poll<Result<usize, ErrorKind>> {
        let bufs: Vec<_> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
        let written = self.poll(|stream, cx| stream.poll_write_vectored(cx, &bufs));
        written.map_err(|error| error.kind())
    }

    pub(super) fn flush(&mut self) -> Poll<Result<(), ErrorKind>> {
        self.poll(AsyncWrite::poll_flush).map_err(|error| error.kind())
    }

    /// Writes, and again if it is told to: whether it was.
    pub(super) fn batch(&mut self, bytes: usize, after_yield: usize) -> bool {
        self.read();
        let has_yielded = self.write(bytes).is_pending();
        if has_yielded {
            self.read();
            assert_eq!(self.write(after_yield), Poll::Ready(Ok(after_yield)));
        }
        assert_eq!(self.flush(), Poll::Ready(Ok(())));
        has_yielded
    }

    pub(super) fn wakes(&self) -> usize {
        self.wakes.0.load(Ordering::SeqCst)
    }

    pub(super) fn asked(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.stream.stream.asked)
    }
}
