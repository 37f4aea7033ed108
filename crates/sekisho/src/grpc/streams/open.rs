//! One stream that is open: what ends it, and whom that concerns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::runtime::Handle;
use tonic::Status;
use tonic::body::Body;

use super::boundary::Boundary;
use super::ending::Ending;
use super::reset_due::Grace;
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
    pub(super) handler: AtomicWaker,
    pub(super) grace: Arc<Grace>,
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

/// When a body may be taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Take {
    Always,
    /// Not in the midst of one, whose rest may come yet.
    BetweenMessages,
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
            handler: AtomicWaker::new(),
            grace: Arc::default(),
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
        self.grace.is_over()
    }

    /// What the caller is told of its end.
    pub(super) fn status(&self) -> Status {
        self.streams.status_of(&self.grant, self.ended().unwrap_or(End::Unwatched))
    }

    /// Tells whoever observes why it has ended.
    pub(super) fn tell_of(&self, end: End) {
        self.streams.tell_of(&self.grant, end);
    }

    /// How long it may go on.
    pub(super) fn left(&self) -> Option<Duration> {
        self.streams.left_of(&self.grant)
    }

    /// Puts the body of the response under its end, which may have come while the handler answered.
    pub(super) fn put_response(&self, body: Body) {
        self.response.put(body);
        self.response.empty_after_reading(self, Take::Always);
    }

    /// Ends it now, if it has not ended. The handler is woken, and whoever reads is once the [`Ending`] is dropped. Both
    /// bodies are dropped by a task, since that runs code of the handler's: a peer that reads nothing keeps the server
    /// from asking for more of them.
    pub(super) fn end(self: &Arc<Self>, end: End) -> Option<Ending> {
        // Before anybody sees the end: whoever reads the response may then be done with it before this is read.
        let has_answered = self.response.is_left();
        let give_up_at = self.streams.end_of_grace();
        self.end.set(end).ok()?;
        if let Some(at) = give_up_at {
            self.streams.give_up_at(self, at);
        }
        self.handler.wake();
        let this = Arc::clone(self);
        self.run(move || {
            // For `empty_after_reading`.
            fence(Ordering::SeqCst);
            drop(this.request.try_take(Take::Always));
            drop(this.response.try_take(Take::BetweenMessages));
        });
        Some(Ending::new(Arc::clone(self), (!has_answered).then_some(end)))
    }

    /// Gives up what has not gone out since it ended, once its grace is over.
    pub(super) fn give_up(self: &Arc<Self>) {
        if self.response.is_left() {
            return;
        }
        self.response.reader.wake();
        let this = Arc::clone(self);
        self.run(move || drop(this.response.try_take(Take::Always)));
    }

    /// By a task of the runtime that the handler runs in. Without one, a panic ends the work alone as well.
    pub(super) fn run(&self, work: impl FnOnce() + Send + 'static) {
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(async move { work() })),
            None => drop(catch_unwind(AssertUnwindSafe(work))),
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

    /// The body, unless it is being read, which may take as long as the handler likes: whoever reads it sees to the rest
    /// by [`Slot::empty_after_reading`].
    fn try_take(&self, when: Take) -> Option<Body> {
        let mut content = match self.content.try_lock() {
            Ok(content) => content,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let is_left = matches!(when, Take::BetweenMessages) && !content.boundary.is_between_messages();
        if is_left { None } else { content.body.take() }
    }

    /// For whoever has read, and has unlocked the content: of the two, this and an end that comes meanwhile, at least one
    /// sees the other.
    pub(super) fn empty_after_reading(&self, stream: &OpenStream, when: Take) {
        fence(Ordering::SeqCst);
        if stream.ended().is_some() {
            drop(self.try_take(when));
        }
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
