//! How large a message may be that a service receives, which may change while it serves.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::Request;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

/// In bytes, as a message is after decoding. All clones are the one size.
#[derive(Debug, Clone)]
pub struct MessageSize(Arc<AtomicUsize>);

impl From<usize> for MessageSize {
    fn from(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }
}

impl MessageSize {
    /// Bounds calls that come from now on.
    pub fn set(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// A service that is bounded by it: `bound` is what tonic generates for that.
    pub(super) fn of<S>(&self, service: S, bound: fn(S, usize) -> S) -> Bounded<S> {
        Bounded { service, bound, size: self.clone() }
    }
}

/// tonic's services are told the size when they are made, so one is made for each call: a count to raise.
#[derive(Debug, Clone)]
pub(super) struct Bounded<S> {
    service: S,
    bound: fn(S, usize) -> S,
    size: MessageSize,
}

impl<S: NamedService> NamedService for Bounded<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Bounded<S>
where
    S: Service<Request<Body>, Error = Infallible> + Clone,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> S::Future {
        let size = self.size.0.load(Ordering::Relaxed);
        // The one that was polled ready is the one to be called.
        let next = self.service.clone();
        let service = std::mem::replace(&mut self.service, next);
        (self.bound)(service, size).call(request)
    }
}
