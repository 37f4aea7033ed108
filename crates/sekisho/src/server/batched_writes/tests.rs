use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use super::*;

/// What it was asked for, and what it answers; everything is done where nothing is set.
#[derive(Debug, Default)]
struct Mock {
    asked: Vec<&'static str>,
    write: Option<Poll<Result<usize, ErrorKind>>>,
    flush: Option<Poll<Result<(), ErrorKind>>>,
    is_vectored: bool,
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
struct Driven {
    stream: BatchedWrites<Mock>,
    wakes: Arc<Wakes>,
}

impl Driven {
    fn new(mock: Mock) -> Self {
        Self { stream: BatchedWrites::new(mock), wakes: Arc::default() }
    }

    fn poll<T>(
        &mut self,
        poll: impl FnOnce(Pin<&mut BatchedWrites<Mock>>, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        poll(Pin::new(&mut self.stream), &mut Context::from_waker(&waker))
    }

    fn read(&mut self) {
        let polled = self.poll(|stream, cx| stream.poll_read(cx, &mut ReadBuf::new(&mut [0; 8])));
        assert!(polled.is_pending());
    }

    fn write(&mut self, bytes: usize) -> Poll<Result<usize, ErrorKind>> {
        self.poll(|stream, cx| stream.poll_write(cx, &vec![0; bytes])).map_err(|error| error.kind())
    }

    fn write_vectored(&mut self, bufs: &[&[u8]]) -> Poll<Result<usize, ErrorKind>> {
        let bufs: Vec<_> = bufs.iter().map(|buf| IoSlice::new(buf)).collect();
        let written = self.poll(|stream, cx| stream.poll_write_vectored(cx, &bufs));
        written.map_err(|error| error.kind())
    }

    fn flush(&mut self) -> Poll<Result<(), ErrorKind>> {
        self.poll(AsyncWrite::poll_flush).map_err(|error| error.kind())
    }

    /// Writes, and again if it is told to: whether it was.
    fn batch(&mut self, bytes: usize, after_yield: usize) -> bool {
        self.read();
        let has_yielded = self.write(bytes).is_pending();
        if has_yielded {
            self.read();
            assert_eq!(self.write(after_yield), Poll::Ready(Ok(after_yield)));
        }
        assert_eq!(self.flush(), Poll::Ready(Ok(())));
        has_yielded
    }

    fn wakes(&self) -> usize {
        self.wakes.0.load(Ordering::SeqCst)
    }

    fn asked(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.stream.stream.asked)
    }
}

#[test]
fn the_first_write_of_a_batch_is_put_off_once_and_its_task_woken_once() {
    let mut driven = Driven::new(Mock::default());
    for batch in 1..=3 {
        driven.read();
        assert_eq!(driven.write(10), Poll::Pending);
        assert_eq!((driven.wakes(), driven.asked()), (batch, vec!["read"]), "woken, and nothing written");
        driven.read();
        assert_eq!(driven.write(20), Poll::Ready(Ok(20)));
        assert_eq!(driven.write(30), Poll::Ready(Ok(30)), "the rest of it");
        assert_eq!(driven.flush(), Poll::Ready(Ok(())));
        assert_eq!(driven.wakes(), batch, "once");
        assert_eq!(driven.asked(), ["read", "write", "write", "flush"]);
    }
}

#[test]
fn a_batch_ends_with_a_flush_and_a_read_after_it() {
    // Reading alone does not end it, nor does flushing: h2 flushes after each frame of a large message.
    let mut driven = Driven::new(Mock::default());
    assert!(driven.batch(10, 20));
    for _ in 0..256 {
        assert_eq!(driven.write(16_384), Poll::Ready(Ok(16_384)));
        assert_eq!(driven.flush(), Poll::Ready(Ok(())));
    }
    assert_eq!(driven.write(100), Poll::Ready(Ok(100)));
    driven.read();
    assert_eq!(driven.write(100), Poll::Ready(Ok(100)), "what has not been flushed is of the same batch");
    assert_eq!(driven.wakes(), 1);
    assert_eq!(driven.flush(), Poll::Ready(Ok(())));
    driven.read();
    assert_eq!(driven.write(100), Poll::Pending);
    assert_eq!(driven.wakes(), 2);
}

#[test]
fn a_flush_that_has_not_completed_ends_no_batch() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.write(10).is_pending());
    assert!(driven.write(20).is_ready());
    for flush in [Poll::Pending, Poll::Ready(Err(ErrorKind::BrokenPipe))] {
        driven.stream.stream.flush = Some(flush);
        assert_eq!(driven.flush(), flush);
        driven.read();
        assert_eq!(driven.write(30), Poll::Ready(Ok(30)));
    }
    driven.stream.stream.flush = None;
    assert!(driven.flush().is_ready());
    driven.read();
    assert_eq!(driven.write(10), Poll::Pending, "and one that has does");
}

#[test]
fn a_connection_that_takes_nothing_is_asked_each_time_and_wakes_by_itself() {
    let mut driven = Driven::new(Mock { write: Some(Poll::Pending), ..Mock::default() });
    assert!(driven.write(10).is_pending());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec![]));
    for _ in 0..3 {
        driven.read();
        assert!(driven.write(10).is_pending());
        assert_eq!((driven.wakes(), driven.asked()), (1, vec!["read", "write"]));
    }
}

#[test]
fn errors_and_short_writes_are_handed_on() {
    for written in [Ok(3), Err(ErrorKind::ConnectionReset)] {
        let mut driven = Driven::new(Mock { write: Some(Poll::Ready(written)), ..Mock::default() });
        assert!(driven.write(10).is_pending());
        assert_eq!(driven.write(10), Poll::Ready(written));
        assert_eq!(driven.write(7), Poll::Ready(written));
        assert_eq!(driven.wakes(), 1);
    }
}

#[test]
fn one_buffer_is_put_off_and_several_which_take_nothing_more_are_not() {
    for is_vectored in [false, true] {
        let mut driven = Driven::new(Mock { is_vectored, ..Mock::default() });
        assert_eq!(driven.stream.is_write_vectored(), is_vectored);
        assert_eq!(driven.write_vectored(&[b"a head", b"a message"]), Poll::Ready(Ok(15)));
        assert!(driven.flush().is_ready());
        driven.read();
        assert_eq!((driven.wakes(), driven.asked()), (0, vec!["writev", "flush", "read"]));

        assert_eq!(driven.write_vectored(&[b"answers"]), Poll::Pending);
        assert_eq!((driven.wakes(), driven.asked()), (1, vec![]));
        assert_eq!(driven.write_vectored(&[b"answers", b"and a message"]), Poll::Ready(Ok(20)));
        assert_eq!((driven.wakes(), driven.asked()), (1, vec!["writev"]));
        assert!(driven.flush().is_ready());
        driven.read();
        assert_eq!(driven.write_vectored(&[b"answers"]), Poll::Pending, "the message was a gain");
    }
}

#[test]
fn a_large_write_is_not_put_off() {
    let mut driven = Driven::new(Mock::default());
    for bytes in [LARGE, LARGE + 1, 1 << 20] {
        assert!(!driven.batch(bytes, bytes), "{bytes}");
    }
    assert!(driven.batch(LARGE - 1, LARGE));
    assert_eq!(driven.wakes(), 1);
}

#[test]
fn a_connection_that_shuts_down_is_not_held_up() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.batch(10, 20));
    driven.read();
    assert_eq!(driven.asked(), ["read", "read", "write", "flush", "read"]);
    assert!(driven.poll(AsyncWrite::poll_shutdown).is_ready());
    assert_eq!(driven.write(5), Poll::Ready(Ok(5)), "a TLS alert, say");
    assert!(driven.flush().is_ready());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec!["shutdown", "write", "flush"]));
}

#[test]
fn what_was_put_off_need_not_be_written() {
    let mut driven = Driven::new(Mock::default());
    assert!(driven.write(10).is_pending());
    assert!(driven.flush().is_ready());
    assert!(driven.poll(AsyncWrite::poll_shutdown).is_ready());
    assert_eq!((driven.wakes(), driven.asked()), (1, vec!["flush", "shutdown"]));
}

#[test]
fn yielding_in_vain_gets_rare_and_a_gain_makes_it_usual_again() {
    let mut driven = Driven::new(Mock::default());
    let skipped = |driven: &mut Driven| (0..99).take_while(|_| !driven.batch(10, 10)).count();
    let skips: Vec<usize> = (0..9).map(|_| skipped(&mut driven)).collect();
    assert_eq!(skips, [0, 1, 3, 7, 15, 31, 63, 63, 63]);
    assert_eq!((0..99).take_while(|_| !driven.batch(10, 11)).count(), 63);
    assert!(driven.batch(10, 11), "there was a gain");
    assert!(driven.batch(10, 10), "there was a gain again");
    assert_eq!(skipped(&mut driven), 1, "and now there was none");
}

#[cfg(feature = "transport")]
#[test]
fn a_handler_sees_what_the_connection_tells_of_itself() {
    use tonic::transport::server::Connected;

    struct Peer;

    impl Connected for Peer {
        type ConnectInfo = &'static str;

        fn connect_info(&self) -> &'static str {
            "a peer"
        }
    }

    assert_eq!(BatchedWrites::new(Peer).connect_info(), "a peer");
}
