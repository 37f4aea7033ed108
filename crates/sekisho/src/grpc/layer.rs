//! The tower layer.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::AUTHORIZATION;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{ForwardedToken, RequestBody, observe, status};
use crate::authorizer::{Authorization, Authorizer, Issuer, Verdict};
use crate::policy::Policy;

/// Puts an [`Authorizer`] in front of a tonic server or router.
///
/// ```
/// use sekisho::authorizer::Issuer;
/// use sekisho::grpc::AccessLayer;
/// use sekisho::policy::{Policy, PolicyError};
///
/// /// The issuer may come from `Issuer::discover`, or from keys that are at hand.
/// fn layer(descriptor_set: &[u8], issuer: Issuer) -> Result<AccessLayer, PolicyError> {
///     let policy = Policy::from_descriptor_set(descriptor_set)?;
///     // For `tonic::transport::Server::builder().layer(…)`
///     Ok(AccessLayer::new(policy, issuer))
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a layer guards nothing until a service is behind it"]
pub struct AccessLayer {
    authorizer: Arc<Authorizer>,
    forward_token: bool,
}

impl AccessLayer {
    /// Decides by `policy`, for tokens of `issuer`.
    pub fn new(policy: impl Into<Arc<Policy>>, issuer: Issuer) -> Self {
        Self::from(Authorizer::new(policy, issuer))
    }

    /// What it asks.
    pub fn authorizer(&self) -> &Authorizer {
        &self.authorizer
    }

    /// Hands the verified token on to the handler, which finds it by
    /// [`RequestExt::dangerous_forwarded_token`](super::RequestExt::dangerous_forwarded_token); the metadata are
    /// without it all the same. Whatever the handler calls or logs can then act as the caller, at every API of
    /// the audience; better to get a token of its own for what is called onwards.
    pub fn dangerous_forward_token(mut self) -> Self {
        self.forward_token = true;
        self
    }
}

impl From<Authorizer> for AccessLayer {
    fn from(authorizer: Authorizer) -> Self {
        Self { authorizer: Arc::new(authorizer), forward_token: false }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { inner, layer: self.clone() }
    }
}

/// A service that is reached with a grant, or not at all. It gets the body as a [`RequestBody`].
#[derive(Debug, Clone)]
#[must_use = "only what is reached by way of it is guarded"]
pub struct Access<S> {
    inner: S,
    layer: AccessLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Access<S>
where
    S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>> + Clone,
    ReqBody: Body + Send + Unpin + 'static,
    ResBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = AccessFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        // Before anything is decided: a refusal drops the body, and so may a handler.
        let request = RequestBody::wrap(request);
        // With its query, if it has one: such a path is no method's.
        let path = request.uri().path_and_query().map_or("", http::uri::PathAndQuery::as_str);
        let state = match self.layer.authorizer.authorize(path, request.headers()) {
            Authorization::Decided(verdict) => self.layer.enter(&mut self.inner, request, verdict),
            Authorization::AwaitingKey(verdict) => {
                // The one that was polled ready is the one to be called; a fresh clone takes its place.
                let next = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, next);
                let call = Some((inner, request, self.layer.clone()));
                State::AwaitingKey { verdict, call }
            }
        };
        AccessFuture { state }
    }
}

impl AccessLayer {
    /// With a grant into the service, or back with a status.
    fn enter<S, ReqBody, ResBody>(
        &self,
        inner: &mut S,
        mut request: Request<RequestBody<ReqBody>>,
        verdict: Verdict,
    ) -> State<S, ReqBody>
    where
        S: Service<Request<RequestBody<ReqBody>>, Response = Response<ResBody>>,
        ResBody: Default,
    {
        observe::decision(&verdict, request.uri().path());
        match verdict.result {
            Ok(grant) => {
                let sent = request.headers_mut().remove(AUTHORIZATION);
                // What nobody verified, as on a public method, is not handed on.
                if self.forward_token
                    && !grant.is_anonymous()
                    && let Some(token) = sent.as_ref().and_then(ForwardedToken::of)
                {
                    request.extensions_mut().insert(token);
                }
                request.extensions_mut().insert(grant);
                State::Entered { response: inner.call(request) }
            }
            Err(denial) => {
                let status = status::status_of(&denial, verdict.method.as_deref(), &verdict.scope_prefix);
                State::Refused { response: Some(status.into_http()) }
            }
        }
    }
}

pin_project! {
    /// The answer to a call.
    pub struct AccessFuture<S, ReqBody>
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
            call: Option<(S, Request<RequestBody<ReqBody>>, AccessLayer)>,
        },
        Entered { #[pin] response: S::Future },
        Refused { response: Option<S::Response> },
    }
}

impl<S, ReqBody, ResBody> Future for AccessFuture<S, ReqBody>
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
                        Some((mut inner, request, layer)) => layer.enter(&mut inner, request, verdict),
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

impl<S, ReqBody> std::fmt::Debug for AccessFuture<S, ReqBody>
where
    S: Service<Request<RequestBody<ReqBody>>>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccessFuture")
    }
}
