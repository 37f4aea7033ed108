//! Streams end with the right to them.
//!
//! A call is decided when it begins, and a stream may go on for long after that. So a stream ends when its token is not
//! accepted any more, when the token's key is withdrawn, or at its deadline. One thread watches over all of them, in a
//! runtime of its own. A timer within a body would not do: nobody asks for more of a body while its peer reads nothing.
//! Neither would a task: it ends with the runtime that it was started in.

mod body;
mod boundary;
mod call;
mod ending;
mod ends;
mod open;
mod reset_due;
mod watch;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Duration;

use http::Request;
use tonic::Status;
use tonic::body::Body;

use super::{RequestBody, deadline, status_of};
use crate::authorizer::{Authorizer, Denial, Grant};
use crate::observe::Observers;
use crate::token::{InvalidToken, TokenError};
use body::StreamBody;
pub use call::EXPIRES_IN;
pub(super) use call::StreamCall;
use open::OpenStream;
pub use reset_due::ResetDue;
use watch::Watch;

/// How long after its end what is left of a stream may take to go out: the rest of a message, and the status.
const GRACE: Duration = Duration::from_secs(1);

/// Why a stream ends before its handler is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Expired,
    KeyWithdrawn,
    DeadlineExceeded,
    /// Nobody would tell when the right to it ends.
    Unwatched,
}

/// The streams of one guard that are open and have an end. Cheap to clone.
#[derive(Clone)]
pub(super) struct Streams(Arc<Shared>);

struct Shared {
    authorizer: Arc<Authorizer>,
    observers: Observers,
    watch: Watch,
}

impl Streams {
    pub(super) fn new(authorizer: Arc<Authorizer>, observers: Observers) -> Self {
        Self(Arc::new(Shared { authorizer, observers, watch: Watch::default() }))
    }

    /// Whether a call is a stream that has an end, by its token or by a deadline of its own.
    #[inline]
    pub(super) fn concerns(grant: &Grant, has_deadline: bool) -> bool {
        grant.method().is_streaming() && (has_deadline || grant.stream_ends_at().is_some())
    }

    /// Runs a handler until the stream ends: `run` is given the request as the handler gets it.
    ///
    /// # Errors
    /// `UNAVAILABLE`: nobody can watch over it.
    pub(super) fn open<B, F>(
        &self,
        request: Request<RequestBody<B>>,
        (grant, deadline): (&Grant, Option<Duration>),
        run: impl FnOnce(Request<RequestBody<StreamBody>>) -> F,
    ) -> Result<StreamCall<F>, Status>
    where
        B: http_body::Body<Data = bytes::Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>>
            + Send
            + Unpin
            + 'static,
    {
        let id = self.0.watch.next_id();
        let stream = Arc::new(OpenStream::new(id, grant.clone(), deadline, self.clone()));
        let (head, body) = request.into_parts();
        // Around: a body of this very type is made where a unary call is, and there alone.
        stream.request.put(Body::new(RequestBody::around(body)));
        self.0.watch.add(&stream, &**self.0.authorizer.clock_in_use());
        // Whoever ends all streams since nobody watches any more finds this one, or somebody watches from now on.
        if let Err(error) = self.0.watch.start(&self.0) {
            tracing::error!(
                error = error.to_string(),
                "no thread can watch over streams, so that none is let in"
            );
            return Err(stream.status());
        }
        // The key may have gone since the call was decided, before anybody looked for this stream.
        if grant.stream_ends_at().is_some() && self.0.authorizer.has_withdrawn_key_of(grant) {
            drop(stream.end(End::KeyWithdrawn));
        }
        let body = RequestBody::around(StreamBody::request(Arc::clone(&stream)));
        let handler = run(Request::from_parts(head, body));
        Ok(StreamCall::new(stream, handler))
    }

    /// Of a stream that ends now, by the clock's steady time; none where the clock is broken, which keeps no stream from
    /// being ended.
    fn end_of_grace(&self) -> Option<Duration> {
        let elapsed = catch_unwind(AssertUnwindSafe(|| self.0.authorizer.elapsed()));
        elapsed.ok().map(|elapsed| elapsed.saturating_add(GRACE))
    }

    fn give_up_at(&self, stream: &Arc<OpenStream>, at: Duration) {
        self.0.watch.give_up_at(stream, at);
    }

    fn close(&self, stream: &OpenStream) {
        self.0.watch.remove(stream);
    }

    fn left_of(&self, grant: &Grant) -> Option<Duration> {
        let now = self.0.authorizer.clock_in_use().now();
        Some(grant.stream_ends_at()?.duration_since(now).unwrap_or_default())
    }

    /// Tells whoever observes; of a deadline nobody is told.
    fn tell_of(&self, grant: &Grant, end: End) {
        if let Some(denial) = end.denial() {
            self.0.observers.ended(grant, &denial);
        }
    }

    fn status_of(&self, grant: &Grant, end: End) -> Status {
        match end.denial() {
            Some(denial) => {
                let prefix = self.0.authorizer.scope_prefix_of(grant);
                status_of(&denial, Some(grant.method()), prefix.as_ref())
            }
            None => deadline::exceeded(),
        }
    }
}

impl End {
    /// What a call would be refused with that began now; none where the right to it goes on.
    fn denial(self) -> Option<Denial> {
        Some(match self {
            Self::Expired => TokenError::Expired.into(),
            Self::KeyWithdrawn => TokenError::from(InvalidToken::KeyWithdrawn).into(),
            Self::Unwatched => Denial::KeysUnavailable { retry_after: Duration::from_secs(1) },
            Self::DeadlineExceeded => return None,
        })
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streams")
    }
}

/// The thread holds no stream, nor the guard, while it waits.
type Watched = Weak<Shared>;

#[cfg(test)]
mod tests;
