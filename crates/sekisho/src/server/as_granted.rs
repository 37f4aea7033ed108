//! The innermost check: the method that runs is the one that the grant is for.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::{IntoResponse, Response};
use http::Request;
use pin_project_lite::pin_project;
use tonic::Status;
use tonic::body::Body;
use tower_service::Service;

use crate::authorizer::Grant;
use crate::grpc::shown_path;

/// A service that runs what was granted, and nothing else. A layer between the guard and the service may have written
/// another path into the request, by which the service would choose another method.
#[derive(Debug, Clone)]
pub(super) struct AsGranted<S>(pub(super) S);

impl<S> Service<Request<axum::body::Body>> for AsGranted<S>
where
    S: Service<Request<Body>, Response: IntoResponse, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = AsGrantedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<axum::body::Body>) -> Self::Future {
        let path = request.uri().path();
        match request.extensions().get::<Grant>().map(|grant| grant.method().path()) {
            Some(granted) if granted == path => {
                AsGrantedFuture::Runs { response: self.0.call(request.map(Body::new)) }
            }
            granted => {
                report(granted, path);
                AsGrantedFuture::Refused
            }
        }
    }
}

/// A fault of the server's assembly, which only its operator can mend.
fn report(granted: Option<&str>, path: &str) {
    tracing::error!(
        granted,
        called = shown_path(path),
        "a layer between the guard and a service changed the path of a call, or took its grant away; the call is refused"
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

fn refusal() -> Response {
    Status::internal("The service is not set up to authorize calls").into_http()
}
