//! What a server has to know of a stream that its peer does not read.

use std::fmt;
use std::pin::Pin;
use std::sync::Weak;
use std::task::{Context, Poll};

use super::open::OpenStream;

/// In the extensions of a stream's response: ready a second after the stream has ended, where its peer has not taken what
/// was left of it. The server then gives the call up, which resets its stream.
///
/// A server that does not look at it keeps what little is left of such a stream, until the peer reads or the connection
/// ends: hyper asks for no more of a body while there is no room for it, so that the body cannot tell. Handler, request
/// and response are gone all the same. tonic's own server is one of those.
#[derive(Clone)]
#[must_use = "the stream is reset by whoever waits for it"]
pub struct ResetDue(pub(super) Weak<OpenStream>);

/// One of its clones can be waited for at a time.
impl Future for ResetDue {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // What is gone needs no reset.
        let Some(stream) = self.0.upgrade() else { return Poll::Pending };
        stream.reset.register(cx.waker());
        if stream.is_overdue() && !stream.response.is_left() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl fmt::Debug for ResetDue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetDue")
    }
}
