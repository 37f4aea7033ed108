//! Streams that are held, with a note of when each was dropped.
#![allow(clippy::disallowed_methods, reason = "it measures")]

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use futures_util::stream::Stream;
use tonic::{Request, Response, Status};

use crate::proto::held::{HoldRequest, Nothing, TakeLatenessRequest, TakeLatenessResponse, held_server};

/// Holds streams. Its clones note in one place.
#[derive(Debug, Clone, Default)]
pub struct Held(Arc<Notes>);

/// How late streams were dropped, in microseconds.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<i64>>);

/// Nothing comes of it.
pub struct Silence {
    notes: Arc<Notes>,
    ends_at: u64,
}

/// Ends by a timer of its own.
pub struct Timed {
    timer: Pin<Box<tokio::time::Sleep>>,
    silence: Option<Silence>,
}

impl Held {
    fn silence(&self, request: &Request<HoldRequest>) -> Response<Silence> {
        Response::new(Silence { notes: Arc::clone(&self.0), ends_at: request.get_ref().ends_at })
    }
}

impl Notes {
    fn add(&self, late: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(late);
    }

    fn take(&self) -> Vec<i64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn since_1970() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

impl Stream for Silence {
    type Item = Result<Nothing, Status>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let now = i64::try_from(since_1970().as_micros()).unwrap_or(i64::MAX);
        self.notes.add(now.saturating_sub_unsigned(self.ends_at));
    }
}

impl Stream for Timed {
    type Item = Result<Nothing, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.silence.is_none() {
            return Poll::Ready(None);
        }
        std::task::ready!(self.timer.as_mut().poll(cx));
        self.silence = None;
        Poll::Ready(Some(Err(Status::unauthenticated("The handler has ended it"))))
    }
}

#[tonic::async_trait]
impl held_server::Held for Held {
    type UntilExpiryStream = Silence;

    async fn until_expiry(&self, request: Request<HoldRequest>) -> Result<Response<Silence>, Status> {
        Ok(self.silence(&request))
    }

    type UnwatchedStream = Silence;

    async fn unwatched(&self, request: Request<HoldRequest>) -> Result<Response<Silence>, Status> {
        Ok(self.silence(&request))
    }

    type ByItselfStream = Timed;

    async fn by_itself(&self, request: Request<HoldRequest>) -> Result<Response<Timed>, Status> {
        let left = Duration::from_micros(request.get_ref().ends_at).saturating_sub(since_1970());
        let timer = Box::pin(tokio::time::sleep(left));
        Ok(self.silence(&request).map(|silence| Timed { timer, silence: Some(silence) }))
    }

    async fn take_lateness(
        &self,
        _: Request<TakeLatenessRequest>,
    ) -> Result<Response<TakeLatenessResponse>, Status> {
        Ok(Response::new(TakeLatenessResponse { late: self.0.take() }))
    }
}
