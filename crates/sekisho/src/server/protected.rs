//! Finished services behind the guard.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tonic::body::Body;
use tower_service::Service;

use super::behind::Behind;
use super::{HealthHandle, grpc_request};
use crate::authorizer::Authorizer;
use crate::grpc::{Guard, GuardFuture, RequestBody};

/// All services, with the guard around them: reached with a grant, or not at all. Cheap to clone.
///
/// It is a tower service, which tonic's `Server` serves (`serve(address, protected)`), and so does hyper. Or it goes beside
/// the routes of an axum router ([`Protected::into_axum_router`]). See the [module](super). A client that
/// tonic generates takes it as well, so a test needs no port: `OrdersClient::new(protected)`.
#[derive(Debug, Clone)]
#[must_use = "it has to be given to a server"]
pub struct Protected {
    /// One count to raise: a server clones its service for each call.
    assembled: Arc<Assembled>,
}

#[derive(Debug)]
struct Assembled {
    guard: Guard<Behind>,
    checks_requests: bool,
    /// Every path of a method, and below it whatever else a service could be asked for, as axum writes them.
    paths: Vec<String>,
    health: HealthHandle,
}

impl Protected {
    pub(super) fn new(
        guard: Guard<Behind>,
        checks_requests: bool,
        paths: Vec<String>,
        health: HealthHandle,
    ) -> Self {
        Self { assembled: Arc::new(Assembled { guard, checks_requests, paths, health }) }
    }

    /// For an axum router with other routes, by [`Router::merge`]: all that is below `/package.Service/`, and no
    /// fallback.
    ///
    /// # Panics
    /// Where it is merged with a router that has one of these services or methods too: axum refuses a second route of
    /// its path.
    pub fn into_axum_router(self) -> Router {
        let assembled = Arc::clone(&self.assembled);
        assembled.paths.iter().fold(Router::new(), |router, path| router.route_service(path, self.clone()))
    }

    /// What decides.
    pub fn authorizer(&self) -> &Authorizer {
        self.assembled.guard.authorizer()
    }

    /// By which health is told that the server shuts down.
    pub fn health_handle(&self) -> HealthHandle {
        self.assembled.health.clone()
    }
}

impl<B> Service<Request<B>> for Protected
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = ProtectedFuture<B>;

    /// At any time: a service that is not ready makes its own call wait.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ProtectedFuture<B> {
        let assembled = &*self.assembled;
        let refusal = if assembled.checks_requests { grpc_request::refusal_of(&request) } else { None };
        let answer = match refusal {
            None => assembled.guard.call(request),
            Some(refusal) => {
                // As any body that nobody reads: what still comes of it does not hurt the connection.
                drop(RequestBody::wrap(request));
                GuardFuture::turned_away(refusal)
            }
        };
        ProtectedFuture { answer }
    }
}

pin_project! {
    /// The answer to a request.
    pub struct ProtectedFuture<B>
    where
        B: http_body::Body,
        B: Send,
        B: Unpin,
        B: 'static,
        B: http_body::Body<Data = Bytes>,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        #[pin]
        answer: GuardFuture<Behind, B>,
    }
}

impl<B> Future for ProtectedFuture<B>
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().answer.poll(cx)
    }
}

impl<B> fmt::Debug for ProtectedFuture<B>
where
    B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProtectedFuture")
    }
}
