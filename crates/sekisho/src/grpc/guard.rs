//! The guard in front of services.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::AUTHORIZATION;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{ForwardedToken, RequestBody, observe, status};
use crate::authorizer::{Authorization, Authorizer, Grant, Verdict};

/// A service that is reached with a grant, or not at all. It gets the body as a [`RequestBody`].
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
    forwards_token: bool,
}

impl<S> Guard<S> {
    pub(crate) fn new(inner: S, authorizer: Arc<Authorizer>) -> Self {
        Self { inner, entry: Entry { authorizer, forwards_token: false } }
    }

    /// Hands the verified token on, see [`ForwardedToken`].
    pub(crate) fn forwarding_token(mut self, forwards_token: bool) -> Self {
        self.entry.forwards_token = forwards_token;
        self
    }

    pub(crate) fn authorizer(&self) -> &Authorizer {
        &self.entry.authorizer
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Guard<S>
where
    S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>> + Clone,
    ReqBody: Body + Send + Unpin + 'static,
    ResBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = GuardFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // Before anything is decided: a refusal drops the body, and so may a handler.
        let request = RequestBody::wrap(request);
        // With its query, if it has one: such a path is no method's.
        let path = request.uri().path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let state = match self.entry.authorizer.authorize(path, request.headers()) {
            Authorization::Decided(verdict) => self.entry.enter(&mut self.inner, request, &verdict),
            Authorization::AwaitingKey(verdict) => {
                // The one that was polled ready is the one to be called; a fresh clone takes its place.
                let next = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, next);
                let call = Some((inner, request, self.entry.clone()));
                State::AwaitingKey { verdict, call }
            }
        };
        GuardFuture { state }
    }
}

impl Entry {
    /// With a grant into the service, or back with a status.
    fn enter<S, ReqBody, ResBody>(
        &self,
        inner: &mut S,
        mut request: Request<RequestBody<ReqBody>>,
        verdict: &Verdict,
    ) -> State<S, ReqBody>
    where
        S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>>,
        ResBody: Default,
    {
        observe::decision(verdict, request.uri().path());
        match verdict.result() {
            Ok(grant) => {
                let sent = request.headers_mut().remove(AUTHORIZATION);
                // What nobody verified, as on a public method, is not handed on.
                if self.forwards_token
                    && !grant.is_anonymous()
                    && let Some(token) = sent.as_ref().and_then(ForwardedToken::of)
                {
                    request.extensions_mut().insert(token);
                }
                request.extensions_mut().insert(GrantOfThisCall(grant.clone()));
                request.extensions_mut().insert(grant.clone());
                State::Entered { response: inner.call(request) }
            }
            Err(denial) => {
                let status = status::status_of(denial, verdict.method(), verdict.scope_prefix());
                State::Refused { response: Some(status.into_http()) }
            }
        }
    }
}

/// The grant once more, where no layer of others can put another one: the innermost check goes by it.
#[derive(Debug, Clone)]
pub(crate) struct GrantOfThisCall(pub(crate) Grant);

pin_project! {
    /// The answer to a call.
    pub(crate) struct GuardFuture<S, ReqBody>
    where
        S: Service<Request<RequestBody<ReqBody>>>,
    {
        #[pin]
        state: State<S, ReqBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, ReqBody>
    where
        S: Service<Request<RequestBody<ReqBody>>>,
    {
        AwaitingKey {
            verdict: Pin<Box<dyn Future<Output = Verdict> + Send>>,
            call: Option<(S, Request<RequestBody<ReqBody>>, Entry)>,
        },
        Entered { #[pin] response: S::Future },
        Refused { response: Option<S::Response> },
    }
}

impl<S, ReqBody> GuardFuture<S, ReqBody>
where
    S: Service<Request<RequestBody<ReqBody>>>,
{
    /// An answer to a request that was turned away before it was a call.
    pub(crate) fn turned_away(response: S::Response) -> Self {
        Self { state: State::Refused { response: Some(response) } }
    }
}

impl<S, ReqBody, ResBody> Future for GuardFuture<S, ReqBody>
where
    S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>>,
    ResBody: Default,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut this = self.as_mut().project();
            let next = match this.state.as_mut().project() {
                StateProjection::Entered { response } => return response.poll(cx),
                StateProjection::Refused { response } => return answer_once(response),
                StateProjection::AwaitingKey { verdict, call } => {
                    let verdict = ready!(verdict.as_mut().poll(cx));
                    match call.take() {
                        Some((mut inner, request, entry)) => entry.enter(&mut inner, request, &verdict),
                        None => return Poll::Pending,
                    }
                }
            };
            this.state.set(next);
        }
    }
}

/// A future is not polled again once it has answered; one that is anyway never answers again.
fn answer_once<R, E>(response: &mut Option<R>) -> Poll<Result<R, E>> {
    response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
}

impl<S, ReqBody> std::fmt::Debug for GuardFuture<S, ReqBody>
where
    S: Service<Request<RequestBody<ReqBody>>>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuardFuture")
    }
}
