//! The guard in front of services.

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tonic::Status;
use tonic::body::Body;

use super::deadline::Deadline;
use super::streams::{self, StreamCall, Streams};
use super::verifications::Verifications;
use super::{ForwardedToken, RequestBody, observe, status};
use crate::authorizer::{Authorization, Authorizer, Grant, Verdict};

/// What a guard lets calls into. It takes a call at any time, from many threads at once: a service that has to be polled
/// ready first is polled behind it.
pub(crate) trait Granted: Clone {
    type Future: Future<Output = Result<Response<Body>, Infallible>>;

    /// The grant is in the extensions, too.
    fn call<B>(&self, request: Request<RequestBody<B>>, grant: &Grant) -> Self::Future
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static;
}

/// Services that are reached with a grant, or not at all. They get the body as a [`RequestBody`].
///
/// Not public, and no tower layer: whoever can put it around a service can also leave it out, or put it around less
/// than is served. [`Protected`](crate::server::Protected) has it around all of its services.
#[derive(Debug, Clone)]
pub(crate) struct Guard<S> {
    inner: S,
    entry: Entry,
}

/// Decides, and acts on the decision.
#[derive(Debug, Clone)]
struct Entry {
    authorizer: Arc<Authorizer>,
    verifications: Verifications,
    streams: Streams,
    forwards_token: bool,
    enforces_deadlines: bool,
}

impl<S> Guard<S> {
    pub(crate) fn new(inner: S, authorizer: Arc<Authorizer>) -> Self {
        let (verifications, streams) = (Verifications::default(), Streams::new(Arc::clone(&authorizer)));
        let entry =
            Entry { authorizer, verifications, streams, forwards_token: false, enforces_deadlines: false };
        Self { inner, entry }
    }

    /// Hands the verified token on, see [`ForwardedToken`].
    pub(crate) fn forwarding_token(mut self, forwards_token: bool) -> Self {
        self.entry.forwards_token = forwards_token;
        self
    }

    /// Ends calls at their deadline, see
    /// [`Services::enforce_deadlines`](crate::server::Services::enforce_deadlines).
    pub(crate) fn enforcing_deadlines(mut self, enforces_deadlines: bool) -> Self {
        self.entry.enforces_deadlines = enforces_deadlines;
        self
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.entry.authorizer
    }
}

impl<S: Granted> Guard<S> {
    pub(crate) fn call<B>(&self, request: Request<B>) -> GuardFuture<S, B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        // Before anything is decided: a refusal drops the body, and so may a handler.
        let request = RequestBody::wrap(request);
        let deadline = self.entry.deadline_of(&request);
        // With its query, if it has one: such a path is no method's.
        let path = request.uri().path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let state = match self.entry.verifications.authorize(&self.entry.authorizer, path, request.headers())
        {
            Authorization::Decided(verdict) => self.enter(request, deadline, &verdict),
            Authorization::AwaitingKey(verdict) => {
                State::AwaitingKey { verdict, deadline, call: Some((self.clone(), request)) }
            }
        };
        GuardFuture { state }
    }

    /// With a grant into the service, or back with a status.
    fn enter<B>(
        &self,
        mut request: Request<RequestBody<B>>,
        deadline: Option<Box<Deadline>>,
        verdict: &Verdict,
    ) -> State<S, B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        observe::decision(verdict, request.uri().path());
        match verdict.result() {
            Ok(grant) => {
                self.entry.admit(&mut request, grant.clone());
                if deadline.as_ref().is_some_and(|deadline| deadline.has_passed()) {
                    return State::refused(streams::deadline_exceeded());
                }
                if Streams::concerns(grant, deadline.is_some()) {
                    return self.open_stream(request, deadline.map(|deadline| deadline.at()), grant);
                }
                State::entered(self.inner.call(request, grant), deadline)
            }
            Err(denial) => {
                State::refused(status::status_of(denial, verdict.method(), verdict.scope_prefix()))
            }
        }
    }

    fn open_stream<B>(
        &self,
        request: Request<RequestBody<B>>,
        deadline: Option<Duration>,
        grant: &Grant,
    ) -> State<S, B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        let opened =
            self.entry.streams.open(request, (grant, deadline), |request| self.inner.call(request, grant));
        match opened {
            Ok(call) => State::Stream { call },
            Err(status) => State::refused(status),
        }
    }
}

impl Entry {
    fn deadline_of<B>(&self, request: &Request<B>) -> Option<Box<Deadline>> {
        if !self.enforces_deadlines {
            return None;
        }
        Deadline::of(request.headers(), self.authorizer.clock_in_use()).map(Box::new)
    }

    /// The grant takes the place of the token.
    fn admit<B>(&self, request: &mut Request<B>, grant: Grant) {
        let sent = request.headers_mut().remove(AUTHORIZATION);
        // What nobody verified, as on a public method, is not handed on.
        if self.forwards_token
            && !grant.is_anonymous()
            && let Some(token) = sent.as_ref().and_then(ForwardedToken::of)
        {
            request.extensions_mut().insert(token);
        }
        request.extensions_mut().insert(grant);
    }
}

/// The grant once more, where no layer of others can put another one: the innermost check behind layers goes by it.
#[derive(Debug, Clone)]
pub(crate) struct GrantOfThisCall(pub(crate) Grant);

pin_project! {
    /// The answer to a call.
    pub(crate) struct GuardFuture<S, B>
    where
        S: Granted,
    {
        #[pin]
        state: State<S, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B>
    where
        S: Granted,
    {
        AwaitingKey {
            verdict: Pin<Box<dyn Future<Output = Verdict> + Send>>,
            deadline: Option<Box<Deadline>>,
            call: Option<(Guard<S>, Request<RequestBody<B>>)>,
        },
        Entered { #[pin] response: S::Future },
        Timed { #[pin] response: S::Future, deadline: Box<Deadline> },
        Stream { call: StreamCall<S::Future> },
        Refused { response: Option<Response<Body>> },
    }
}

impl<S: Granted, B> State<S, B> {
    fn entered(response: S::Future, deadline: Option<Box<Deadline>>) -> Self {
        match deadline {
            None => Self::Entered { response },
            Some(deadline) => Self::Timed { response, deadline },
        }
    }

    fn refused(status: Status) -> Self {
        Self::Refused { response: Some(status.into_http()) }
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
                StateProjection::Timed { response, deadline } => {
                    let answer = response.poll(cx);
                    if answer.is_ready() {
                        return answer;
                    }
                    ready!(deadline.poll_passed(cx));
                    State::refused(streams::deadline_exceeded())
                }
                StateProjection::Stream { call } => return Pin::new(call).poll(cx),
                StateProjection::Refused { response } => return answer_once(response),
                StateProjection::AwaitingKey { verdict, deadline, call } => match verdict.as_mut().poll(cx) {
                    Poll::Ready(verdict) => match call.take() {
                        Some((guard, request)) => guard.enter(request, deadline.take(), &verdict),
                        None => return Poll::Pending,
                    },
                    Poll::Pending => {
                        ready!(poll_passed(deadline, cx));
                        State::refused(streams::deadline_exceeded())
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
