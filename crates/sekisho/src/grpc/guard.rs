//! The guard in front of services.

mod answer;

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use tonic::body::Body;

use super::deadline::{self, Deadline};
use super::streams::Streams;
use super::verifications::Verifications;
use super::{ForwardedToken, RequestBody, status};
use crate::authorizer::{Authorization, Authorizer, Grant, Verdict};
use crate::observe::Observers;
use crate::policy::Mode;
pub(crate) use answer::GuardFuture;
use answer::State;

/// What a guard lets calls into. It takes a call at any time, from many threads at once: a service that has to be polled
/// ready first is polled behind it.
pub(crate) trait Granted: Clone + Send + 'static {
    type Future: Future<Output = Result<Response<Body>, Infallible>> + Send + 'static;

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
    observers: Observers,
    verifications: Verifications,
    streams: Streams,
    forwards_token: bool,
    enforces_deadlines: bool,
}

impl<S> Guard<S> {
    /// A guard whose decisions these are told of.
    pub(crate) fn new(inner: S, authorizer: Arc<Authorizer>, observers: Observers) -> Self {
        let streams = Streams::new(Arc::clone(&authorizer), observers.clone());
        let entry = Entry {
            authorizer,
            observers,
            verifications: Verifications::default(),
            streams,
            forwards_token: false,
            enforces_deadlines: false,
        };
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
        let begin = self.entry.observers.begin(&self.entry.authorizer);
        let state = match self.entry.verifications.authorize(&self.entry.authorizer, path, request.headers())
        {
            Authorization::Decided(verdict) => self.enter(request, begin, deadline, &verdict),
            Authorization::AwaitingKey(verdict) => {
                let call = Box::new((self.clone(), request, begin));
                State::AwaitingKey { verdict, deadline, call: Some(call) }
            }
        };
        GuardFuture { state }
    }

    /// With a grant into the service, or back with a status. `begin` is when it began to be decided.
    fn enter<B>(
        &self,
        mut request: Request<RequestBody<B>>,
        begin: Option<Duration>,
        deadline: Option<Box<Deadline>>,
        verdict: &Verdict,
    ) -> State<S, B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        self.entry.observers.decided(verdict, request.uri().path(), (&self.entry.authorizer, begin));
        match verdict.result() {
            Ok(grant) => {
                self.entry.admit(&mut request, grant.clone());
                if is_more_than_a_call(grant, deadline.as_deref()) {
                    return self.let_in(request, deadline, grant);
                }
                State::entered(self.inner.call(request, grant), deadline)
            }
            Err(denial) => {
                State::refused(status::status_of(denial, verdict.method(), verdict.scope_prefix()))
            }
        }
    }

    /// A stream, a call that only reports, or one whose deadline has passed. Apart, so that other calls do not pay for it.
    #[inline(never)]
    fn let_in<B>(
        &self,
        request: Request<RequestBody<B>>,
        deadline: Option<Box<Deadline>>,
        grant: &Grant,
    ) -> State<S, B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        let state = if deadline.as_ref().is_some_and(|deadline| deadline.has_passed()) {
            State::refused(deadline::exceeded())
        } else if Streams::concerns(grant, deadline.is_some()) {
            self.open_stream(request, deadline.map(|deadline| deadline.at()), grant)
        } else {
            State::entered(self.inner.call(request, grant), deadline)
        };
        if grant.method().mode() == Mode::ReportOnly { state.reporting(grant) } else { state }
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
            Ok(call) => State::Watched { response: Box::pin(call) },
            Err(status) => State::refused(status),
        }
    }
}

/// Whether there is more to be done than to run the handler.
#[inline]
fn is_more_than_a_call(grant: &Grant, deadline: Option<&Deadline>) -> bool {
    grant.method().mode() == Mode::ReportOnly
        || deadline.is_some_and(Deadline::has_passed)
        || Streams::concerns(grant, deadline.is_some())
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
        // What nobody verified is not handed on: the method is public, or only reports.
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
