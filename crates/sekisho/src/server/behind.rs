//! What stands behind the guard: the services, or layers around them.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tonic::body::Body;
use tonic::service::Routes;
use tower_service::Service;

use super::direct::{DirectCall, Handlers};
use crate::authorizer::{Denial, Grant};
use crate::grpc::{GrantOfThisCall, Granted, RequestBody, status_of};

/// The two ways of a call that was granted. To a client they are the same.
#[derive(Debug, Clone)]
pub(super) enum Behind {
    Direct(Arc<Handlers>),
    /// Through the layers of [`Services::layer`](super::Services::layer), which are put around the routes of an axum
    /// router.
    Layered(Routes),
}

impl Granted for Behind {
    type Future = BehindFuture;

    fn call<B>(&self, mut request: Request<RequestBody<B>>, grant: &Grant) -> BehindFuture
    where
        B: http_body::Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
    {
        match self {
            Self::Direct(handlers) => match handlers.of(grant) {
                Some(handler) => {
                    BehindFuture::Direct(DirectCall::new(handler, grant, request.map(Body::new)))
                }
                // `Services::protect` does not let that happen.
                None => BehindFuture::Unknown(ready(Ok(unknown_method()))),
            },
            // A router is ready at any time; a service of its routes is polled ready with the call.
            Self::Layered(routes) => {
                request.extensions_mut().insert(GrantOfThisCall(grant.clone()));
                BehindFuture::Layered(routes.clone().call(request))
            }
        }
    }
}

fn unknown_method() -> Response<Body> {
    status_of(&Denial::UnknownMethod, None, None).into_http()
}

/// The answer of either way.
pub(super) enum BehindFuture {
    Direct(DirectCall),
    Layered(<Routes as Service<Request<Body>>>::Future),
    Unknown(Ready<Result<Response<Body>, Infallible>>),
}

impl Future for BehindFuture {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Direct(call) => Pin::new(call).poll(cx),
            Self::Layered(answer) => Pin::new(answer).poll(cx),
            Self::Unknown(answer) => Pin::new(answer).poll(cx),
        }
    }
}

#[cfg(test)]
mod tests;
