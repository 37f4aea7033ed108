//! One stream that is open: what ends it, and whom that concerns.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::runtime::Handle;
use tonic::Status;
use tonic::body::Body;

use super::boundary::Boundary;
use super::ending::Ending;
use super::{End, Streams};
use crate::authorizer::Grant;

/// A call of a streaming method. Its handler's future, its request and its response each hold it; whatever ends it
/// empties the slots of both bodies, whoever has them, and wakes all three.
pub(super) struct OpenStream {
    pub(super) id: u64,
    pub(super) grant: Grant,
    /// By the clock's steady time.
    pub(super) deadline: Option<Duration>,
    streams: Streams,
    /// Where the handler runs, whose streams may need it when they are dropped.
    runtime: Option<Handle>,
    end: OnceLock<End>,
    is_overdue: AtomicBool,
    pub(super) handler: AtomicWaker,
    pub(super) reset: AtomicWaker,
    pub(super) request: Slot,
    pub(super) response: Slot,
}

/// Where a body is until its stream ends.
#[derive(Default)]
pub(super) struct Slot {
    content: Mutex<Content>,
    pub(super) reader: AtomicWaker,
    is_left: AtomicBool,
}

#[derive(Default)]
pub(super) struct Content {
    pub(super) body: Option<Body>,
    pub(super) boundary: Boundary,
}

impl OpenStream {
    pub(super) fn new(id: u64, grant: Grant, deadline: Option<Duration>, streams: Streams) -> Self {
        Self {
            id,
            grant,
            deadline,
            streams,
            runtime: Handle::try_current().ok(),
            end: OnceLock::new(),
            is_overdue: AtomicBool::new(false),
            handler: AtomicWaker::new(),
            reset: AtomicWaker::new(),
            request: Slot::default(),
            response: Slot::default(),
        }
    }

    /// Why it has ended before its handler was done.
    pub(super) fn ended(&self) -> Option<End> {
        self.end.get().copied()
    }

    /// What has not gone out in time will not.
    pub(super) fn is_overdue(&self) -> bool {
        self.is_overdue.load(Ordering::Acquire)
    }

    /// What the caller is told of its end.
    pub(super) fn status(&self) -> Status {
        self.streams.status_of(&self.grant, self.ended().unwrap_or(End::Unwatched))
    }

    /// How long it may go on.
    pub(super) fn left(&self) -> Option<Duration> {
        self.streams.left_of(&self.grant)
    }

    /// Puts the body of the response under its end, which may have come while the handler answered.
    pub(super) fn put_response(&self, body: Body) {
        self.response.put(body);
        if self.end.get().is_some() {
            drop(self.response.take());
        }
    }

    /// Ends it now, if it has not ended. The handler is woken, and whoever reads is once the [`Ending`] is dropped. Both
    /// bodies are dropped by a task, since that runs code of the handler's: a peer that reads nothing keeps the server
    /// from asking for more of them.
    pub(super) fn end(self: &Arc<Self>, end: End) -> Option<Ending> {
        // Before anybody sees the end: whoever reads the response may then be done with it before this is read.
        let has_answered = self.response.is_left();
        self.end.set(end).ok()?;
        self.streams.look_once_more(self);
        self.handler.wake();
        let this = Arc::clone(self);
        self.run(move || {
            drop(this.request.take());
            drop(this.response.take_between_messages());
        });
        Some(Ending::new(Arc::clone(self), (!has_answered).then_some(end)))
    }

    /// Gives up what has not gone out since it ended.
    pub(super) fn give_up(self: &Arc<Self>) {
        if self.response.is_left() {
            return;
        }
        self.is_overdue.store(true, Ordering::Release);
        self.response.reader.wake();
        self.reset.wake();
        let this = Arc::clone(self);
        self.run(move || drop(this.response.take()));
    }

    /// By a task of the runtime that the handler runs in.
    pub(super) fn run(&self, work: impl FnOnce() + Send + 'static) {
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(async move { work() })),
            None => work(),
        }
    }
}

/// The last one that has it is gone.
impl Drop for OpenStream {
    fn drop(&mut self) {
        self.streams.close(self);
    }
}

impl Slot {
    pub(super) fn put(&self, body: Body) {
        self.content().body = Some(body);
    }

    /// A panic of a body leaves it there, to be dropped.
    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Not to be dropped while the content is locked: it is somebody else's code.
    pub(super) fn take(&self) -> Option<Body> {
        self.content().body.take()
    }

    /// Not in the midst of a message, whose rest may come yet.
    pub(super) fn take_between_messages(&self) -> Option<Body> {
        let mut content = self.content();
        if content.boundary.is_between_messages() { content.body.take() } else { None }
    }

    /// Whoever had the body reads no more of it: it is whole, or was dropped.
    pub(super) fn leave(&self) {
        self.is_left.store(true, Ordering::Release);
        drop(self.take());
    }

    pub(super) fn is_left(&self) -> bool {
        self.is_left.load(Ordering::Acquire)
    }
}
