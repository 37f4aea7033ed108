//! What a server has to know of a stream that its peer does not read.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// In the extensions of a stream's response: ready a second after the stream was ended. By then its peer has taken what was
/// left of it, or has not: the server gives the call up if it is still at it, which resets the stream.
///
/// A server that does not look at it keeps what little is left of such a stream, until the peer reads or the connection
/// ends: hyper asks a body for one frame more than there is room for, and then no more, so that the body cannot tell.
/// Handler, request and response are gone all the same. tonic's own server is one of those.
#[derive(Clone)]
#[must_use = "the stream is reset by whoever waits for it"]
pub struct ResetDue(pub(super) Arc<Grace>);

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

/// One of its clones can be waited for at a time.
impl Future for ResetDue {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.server.register(cx.waker());
        if self.0.is_over() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl fmt::Debug for ResetDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetDue")
    }
}
