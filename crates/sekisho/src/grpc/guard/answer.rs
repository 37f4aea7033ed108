//! The answer to a call, from the guard or from behind it.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tonic::Status;
use tonic::body::Body;

use super::super::RequestBody;
use super::super::deadline::{self, Deadline};
use super::super::would_deny;
use super::{Granted, Guard};
use crate::authorizer::{Denial, Grant, Verdict};

pin_project! {
    /// The answer to a call.
    pub(crate) struct GuardFuture<S, B>
    where
        S: Granted,
    {
        #[pin]
        pub(super) state: State<S, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    pub(super) enum State<S, B>
    where
        S: Granted,
    {
        AwaitingKey {
            verdict: Pin<Box<dyn Future<Output = Verdict> + Send>>,
            deadline: Option<Box<Deadline>>,
            // In a box, so that the answers to all other calls are smaller.
            call: Option<Box<(Guard<S>, Request<RequestBody<B>>, Option<Duration>)>>,
        },
        Entered { #[pin] response: S::Future },
        // A stream, a call with a deadline, or one of a method that only reports. In a box, so that other calls pay nothing for it.
        Watched { response: Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>> },
        Refused { response: Option<Response<Body>> },
    }
}

impl<S: Granted, B> State<S, B> {
    pub(super) fn entered(response: S::Future, deadline: Option<Box<Deadline>>) -> Self {
        match deadline {
            None => Self::Entered { response },
            Some(deadline) => Self::Watched { response: Box::pin(deadline.keep(response)) },
        }
    }

    pub(super) fn refused(status: Status) -> Self {
        Self::Refused { response: Some(status.into_http()) }
    }

    /// The same answer, and beside it what the call would be refused with, of one that has been let in.
    pub(super) fn reporting(self, grant: &Grant) -> Self {
        let reason = grant.would_deny().and_then(Denial::reason);
        let tell = move |response| would_deny::tell(response, reason);
        match self {
            Self::Refused { response } => Self::Refused { response: response.map(tell) },
            Self::Entered { response } => {
                Self::Watched { response: Box::pin(async move { response.await.map(tell) }) }
            }
            Self::Watched { response } => {
                Self::Watched { response: Box::pin(async move { response.await.map(tell) }) }
            }
            // Nobody has been let in.
            Self::AwaitingKey { .. } => self,
        }
    }
}

impl<S: Granted, B> GuardFuture<S, B> {
    /// An answer to a request that was turned away before it was a call.
    pub(crate) fn turned_away(response: Response<Body>) -> Self {
        Self { state: State::Refused { response: Some(response) } }
    }
}

impl<S, B> Future for GuardFuture<S, B>
where
    S: Granted,
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut this = self.as_mut().project();
            let next = match this.state.as_mut().project() {
                StateProjection::Entered { response } => return response.poll(cx),
                StateProjection::Watched { response } => return response.as_mut().poll(cx),
                StateProjection::Refused { response } => return answer_once(response),
                StateProjection::AwaitingKey { verdict, deadline, call } => match verdict.as_mut().poll(cx) {
                    Poll::Ready(verdict) => match call.take() {
                        Some(call) => {
                            let (guard, request, begin) = *call;
                            guard.enter(request, begin, deadline.take(), &verdict)
                        }
                        None => return Poll::Pending,
                    },
                    Poll::Pending => {
                        ready!(poll_passed(deadline, cx));
                        State::refused(deadline::exceeded())
                    }
                },
            };
            this.state.set(next);
        }
    }
}

/// Never ready where there is no deadline.
fn poll_passed(deadline: &mut Option<Box<Deadline>>, cx: &mut Context<'_>) -> Poll<()> {
    match deadline {
        Some(deadline) => deadline.poll_passed(cx),
        None => Poll::Pending,
    }
}

/// A future is not polled again once it has answered; one that is anyway never answers again.
fn answer_once<R, E>(response: &mut Option<R>) -> Poll<Result<R, E>> {
    response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
}

impl<S: Granted, B> std::fmt::Debug for GuardFuture<S, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardFuture")
    }
}
