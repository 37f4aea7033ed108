//! Answers that get ready together go out in one write.
//!
//! tokio's multi-thread runtime runs the task that was woken last before all others. With many calls on one HTTP/2
//! connection the first handler that ends wakes the connection's task, and that task writes the one answer before the
//! next handler has had its turn. A write is a call of the system: where calls are small, up to a third of the server's
//! time. The runtime has no stable setting against it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many batches go out at once, at most, before it is tried again whether yielding makes one larger. With one call
/// in flight it never does, and on several threads each yield wakes a second one: such a call took 1.46 times the
/// processor's time when nothing was skipped.
const MOST_SKIPPED: u8 = 63;

/// A write of as many bytes goes out at once: it is worth a call of the system by itself. Where messages come by the
/// hundred, what all streams have to send would pile up beside it, and fall out of the processor's cache.
const LARGE: usize = 1024;

/// How a TLS record begins that holds an alert (RFC 8446 §5.1). tokio-rustls writes a fatal one once, and drops the
/// connection without looking whether it was taken. No frame of HTTP/2 that is short of [`LARGE`] begins so.
const TLS_ALERT: u8 = 0x15;

pin_project! {
    /// A connection whose answers go out together: the first write of a batch is put off by one turn of the scheduler.
    ///
    /// Before the first write of a batch, the task yields once, so that other tasks that are ready (handlers) run and
    /// have their answers in the same write. A batch is what is written until a flush has completed and the connection
    /// is read again. Nothing is held back here: the bytes stay with the caller, who is told [`Poll::Pending`] and
    /// woken at once. Where yielding does not make a batch larger, it is tried ever more seldom, down to one batch in 64,
    /// and so costs next to nothing with one call in flight. Large messages and many at a time do not wait.
    ///
    /// Give it to tonic's `serve_with_incoming`:
    ///
    /// ```
    /// use sekisho::Protected;
    /// use sekisho::server::BatchedWrites;
    /// use tokio_stream::StreamExt as _;
    /// use tonic::transport::{Server, server::TcpIncoming};
    ///
    /// # async fn serve(protected: Protected) -> Result<(), Box<dyn std::error::Error>> {
    /// let incoming = TcpIncoming::bind("127.0.0.1:50051".parse()?)?.with_nodelay(Some(true));
    /// Server::builder()
    ///     .http2_max_local_error_reset_streams(Some(1024))
    ///     .serve_with_incoming(protected, incoming.map(|stream| stream.map(BatchedWrites::new)))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Where it stands
    ///
    /// - Around TLS, not within it. rustls takes each answer, and makes a record of it, without waiting for the socket:
    ///   within tonic's own TLS (`Server::tls_config`) there is next to nothing to gain. Alerts go out at once there, too.
    /// - Around a time-out of writes. Within it, each turn of the scheduler would start a timer.
    /// - Over HTTP/2. Over HTTP/1 there is nothing to gain, and it needs a hyper that flushes before it shuts down (1.11.1
    ///   or later).
    ///
    /// # What it costs
    ///
    /// A finished answer waits until the tasks have run that were ready before it, once: one round of the worker's queue.
    /// On a `current_thread` runtime there is nothing to gain: the connection's task waits its turn there anyway.
    #[derive(Debug)]
    pub struct BatchedWrites<S> {
        #[pin]
        stream: S,
        batch: Batch,
        gain: Gain,
        is_shutting_down: bool,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Batch {
    /// The next write begins one.
    Next,
    /// The task has yielded before the first write, of so many bytes.
    PutOff { bytes: usize },
    /// It goes out.
    Open,
    /// It has gone out. What is written before the connection is read again belongs to it: h2 flushes after each frame
    /// of a large message.
    Flushed,
}

/// Whether yielding has made batches larger of late.
#[derive(Debug, Default)]
struct Gain {
    /// How many batches go out at once after a yield that was in vain; doubles with each.
    skips: u8,
    left: u8,
}

impl Gain {
    fn is_worth_a_try(&mut self) -> bool {
        let is_worth_it = self.left == 0;
        self.left = self.left.saturating_sub(1);
        is_worth_it
    }

    fn learn(&mut self, has_grown: bool) {
        self.skips = if has_grown { 0 } else { (2 * self.skips + 1).min(MOST_SKIPPED) };
        self.left = self.skips;
    }
}

impl<S> BatchedWrites<S> {
    /// A connection whose writes have not begun.
    pub fn new(stream: S) -> Self {
        Self { stream, batch: Batch::Next, gain: Gain::default(), is_shutting_down: false }
    }

    /// The connection itself.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The connection itself. Nothing is lost: none of what is written is held here.
    pub fn into_inner(self) -> S {
        self.stream
    }

    /// Whether a write has to be tried again, after the other tasks that are ready. The task is woken then: it is behind
    /// them, whoever wakes it besides. (`tokio::task::yield_now` would leave it to be woken by the next handler that
    /// ends, before all others again.)
    fn puts_off(self: Pin<&mut Self>, cx: &Context<'_>, bytes: usize, can_grow: bool) -> bool {
        let this = self.project();
        let is_first = *this.batch == Batch::Next && !*this.is_shutting_down;
        let puts_off = is_first && can_grow && bytes < LARGE && this.gain.is_worth_a_try();
        if puts_off {
            *this.batch = Batch::PutOff { bytes };
            cx.waker().wake_by_ref();
        } else {
            if let Batch::PutOff { bytes: before } = *this.batch {
                this.gain.learn(bytes > before);
            }
            *this.batch = Batch::Open;
        }
        puts_off
    }
}

fn is_tls_alert(buf: &[u8]) -> bool {
    buf.first() == Some(&TLS_ALERT)
}

impl<S: AsyncRead> AsyncRead for BatchedWrites<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        if *this.batch == Batch::Flushed {
            *this.batch = Batch::Next;
        }
        this.stream.poll_read(cx, buf)
    }
}

impl<S: AsyncWrite> AsyncWrite for BatchedWrites<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.as_mut().puts_off(cx, buf.len(), !is_tls_alert(buf)) {
            return Poll::Pending;
        }
        self.project().stream.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // From 256 bytes on, h2 hands a message as a buffer of its own, and adds nothing to the write.
        let can_grow = matches!(bufs, [all] if !is_tls_alert(all));
        if self.as_mut().puts_off(cx, bufs.iter().map(|buf| buf.len()).sum(), can_grow) {
            return Poll::Pending;
        }
        self.project().stream.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        let flushed = this.stream.poll_flush(cx);
        if *this.batch == Batch::Open && matches!(flushed, Poll::Ready(Ok(()))) {
            *this.batch = Batch::Flushed;
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.project();
        *this.is_shutting_down = true;
        this.stream.poll_shutdown(cx)
    }
}

#[cfg(feature = "transport")]
impl<S: tonic::transport::server::Connected> tonic::transport::server::Connected for BatchedWrites<S> {
    type ConnectInfo = S::ConnectInfo;

    fn connect_info(&self) -> S::ConnectInfo {
        self.stream.connect_info()
    }
}

#[cfg(test)]
mod tests;
