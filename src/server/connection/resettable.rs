//! Calls over HTTP/2 that can be given up while hyper waits for their peers.
//!
//! hyper asks a body for one frame more than its peer has room for, and then no more: a body cannot end its stream then.
//! Dropping hyper's own future of the call does so: the stream is reset (RFC 9113 §5.4.2).

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use sekisho::grpc::ResetDue;

type Call = Pin<Box<dyn Future<Output = ()> + Send>>;

thread_local! {
    /// From the service of a call to whoever polls that call: the one runs within the other, and hyper is between them.
    static NOTED: Cell<Option<ResetDue>> = const { Cell::new(None) };
}

/// Has the call that is being polled given up once that is due.
pub(super) fn note(due: ResetDue) {
    NOTED.set(Some(due));
}

/// A call, as hyper's executor gets it.
pub(super) struct Resettable {
    call: Call,
    due: Option<ResetDue>,
}

impl Resettable {
    pub(super) fn new(call: Call) -> Self {
        Self { call, due: None }
    }
}

impl Future for Resettable {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // One that panicked may have left its own.
        NOTED.set(None);
        if self.call.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        if let Some(due) = NOTED.take() {
            self.due = Some(due);
        }
        match &mut self.due {
            Some(due) => Pin::new(due).poll(cx),
            None => Poll::Pending,
        }
    }
}
