//! The innermost check: the method that runs is the one that the grant is for.

use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::response::{IntoResponse, Response};
use http::Request;
use http::uri::PathAndQuery;
use pin_project_lite::pin_project;
use tonic::Status;
use tonic::body::Body;
use tower_service::Service;

use super::answer::{Answer, boxed, into_tonic};
use super::direct::Handler;
use crate::authorizer::Grant;
use crate::grpc::GrantOfThisCall;
use crate::observe::shown_path;

/// A service that runs what was granted, and nothing else. A layer between the guard and the service may have written
/// another path into the request, by which the service would choose another method; it may have put the grant of another
/// call there; or it may have sent the request to another service.
#[derive(Debug, Clone)]
pub(super) struct AsGranted<S> {
    service: S,
    name: Arc<str>,
}

impl<S> AsGranted<S> {
    /// A service of this full name.
    pub(super) fn new(service: S, name: &str) -> Self {
        Self { service, name: name.into() }
    }
}

/// Without layers.
impl<S> Handler for AsGranted<S>
where
    S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn start(&self, grant: &Grant, request: Request<Body>, cx: &mut Context<'_>) -> Answer {
        if !is_for(grant, &request, &self.name) {
            report(&request, Some(grant));
            return Box::pin(ready(Ok(refusal())));
        }
        // The one that is polled ready is the one that is called.
        let mut service = self.service.clone();
        match service.poll_ready(cx) {
            Poll::Ready(Ok(())) => boxed(service.call(request)),
            Poll::Pending => Box::pin(call_once_ready(service, request)),
        }
    }
}

async fn call_once_ready<S>(
    mut service: S,
    request: Request<Body>,
) -> Result<http::Response<Body>, Infallible>
where
    S: Service<Request<Body>, Response: IntoResponse + 'static, Error = Infallible>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    let response = service.call(request);
    drop(service);
    response.await.map(into_tonic)
}

/// As a route, with layers around it.
impl<S> Service<Request<axum::body::Body>> for AsGranted<S>
where
    S: Service<Request<Body>, Response: IntoResponse, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = AsGrantedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<axum::body::Body>) -> Self::Future {
        if is_granted(&request, &self.name) {
            AsGrantedFuture::Runs { response: self.service.call(request.map(Body::new)) }
        } else {
            report(&request, request.extensions().get().map(|GrantOfThisCall(grant)| grant));
            AsGrantedFuture::Refused
        }
    }
}

fn is_granted<B>(request: &Request<B>, service: &str) -> bool {
    let extensions = request.extensions();
    let (Some(GrantOfThisCall(granted)), Some(shown)) = (extensions.get(), extensions.get::<Grant>()) else {
        return false;
    };
    shown.is_of_the_call_of(granted) && is_for(granted, request, service)
}

/// Whether the service of this name runs what is granted, by the path of the request.
fn is_for<B>(granted: &Grant, request: &Request<B>, service: &str) -> bool {
    let path = request.uri().path_and_query().map(PathAndQuery::as_str);
    let method = granted.method();
    path == Some(method.path()) && service == method.service()
}

/// A fault of the server's assembly, which only its operator can mend.
fn report<B>(request: &Request<B>, granted: Option<&Grant>) {
    tracing::error!(
        granted = granted.map(|grant| grant.method().path()),
        called = shown_path(request.uri().path()),
        "a layer between the guard and a service changed the path of a call, its grant or its service; the call is refused"
    );
}

pin_project! {
    /// The answer of the service, or `INTERNAL`.
    #[project = AsGrantedProjection]
    pub(super) enum AsGrantedFuture<F> {
        Runs { #[pin] response: F },
        Refused,
    }
}

impl<F, R> Future for AsGrantedFuture<F>
where
    F: Future<Output = Result<R, Infallible>>,
    R: IntoResponse,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AsGrantedProjection::Runs { response } => {
                Poll::Ready(ready!(response.poll(cx)).map(IntoResponse::into_response))
            }
            AsGrantedProjection::Refused => Poll::Ready(Ok(refusal())),
        }
    }
}

fn refusal<B: Default>() -> http::Response<B> {
    Status::internal("The service is not set up to authorize calls").into_http()
}
