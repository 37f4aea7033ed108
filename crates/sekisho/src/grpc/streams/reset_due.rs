//! What a server has to know of a stream that its peer does not read.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use super::open::OpenStream;

/// In the extensions of a stream's response: ready a second after the stream has ended, where its peer has not taken what
/// was left of it. The server then gives the call up, which resets its stream.
///
/// A server that does not look at it keeps what little is left of such a stream, until the peer reads or the connection
/// ends: hyper asks for no more of a body while there is no room for it, so that the body cannot tell. Handler, request
/// and response are gone all the same. tonic's own server is one of those.
#[derive(Clone)]
#[must_use = "the stream is reset by whoever waits for it"]
pub struct ResetDue {
    stream: Weak<OpenStream>,
    grace: Arc<Grace>,
}

/// The second after the end of a stream. It outlives the stream: what is left of that may be with hyper by then.
#[derive(Default)]
pub(super) struct Grace {
    is_over: AtomicBool,
    server: AtomicWaker,
}

impl Grace {
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.server.wake();
    }
}

impl ResetDue {
    pub(super) fn of(stream: &Arc<OpenStream>) -> Self {
        Self { stream: Arc::downgrade(stream), grace: Arc::clone(&stream.grace) }
    }

    /// Waits until the second is over, whatever was taken of the response by then. Over HTTP/1.1 hyper takes some of it
    /// before there is room for it: the server has to see itself whether its peer reads.
    pub async fn grace_is_over(self) {
        poll_fn(|cx| {
            self.grace.server.register(cx.waker());
            if self.grace.is_over() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// One of its clones can be waited for at a time.
impl Future for ResetDue {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // What is gone needs no reset.
        let Some(stream) = self.stream.upgrade() else { return Poll::Pending };
        self.grace.server.register(cx.waker());
        if stream.is_overdue() && !stream.response.is_left() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl fmt::Debug for ResetDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetDue")
    }
}
