//! From the guard straight to the service of a call, where no layer stands between them.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::body::Body;

use super::answer::Answer;
use crate::authorizer::Grant;
use crate::policy::Method;

/// A service of any type.
pub(super) trait Handler: Send + Sync {
    /// Begins a call, in the task that polls for its answer: work that a service does in its `call`, and a panic
    /// there, thus belong to the call, and not to the connection.
    fn start(&self, grant: &Grant, request: Request<Body>, cx: &mut Context<'_>) -> Answer;
}

/// A method, with the service that answers it.
pub(super) type Handled = (Arc<Method>, Arc<dyn Handler>);

/// The handler of each method.
#[derive(Default)]
pub(super) struct Handlers {
    /// By address: the guard has found the method by its path already, and the grant names it. A method that is held
    /// here keeps its address for itself.
    by_address: Box<[Handled]>,
}

impl Handlers {
    /// The methods are those of the policy that the guard goes by, and no equal ones.
    pub(super) fn new(methods: impl Iterator<Item = Handled>) -> Self {
        let mut by_address: Box<[_]> = methods.collect();
        by_address.sort_unstable_by_key(|(method, _)| Arc::as_ptr(method).addr());
        Self { by_address }
    }

    /// That of the method which was granted, if there is one.
    pub(super) fn of(&self, grant: &Grant) -> Option<&Arc<dyn Handler>> {
        let address = std::ptr::from_ref(grant.method()).addr();
        let found = self.by_address.binary_search_by_key(&address, |(method, _)| Arc::as_ptr(method).addr());
        found.ok().map(|index| &self.by_address[index].1)
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.by_address.iter().map(|(method, _)| method.path());
        f.debug_set().entries(paths).finish()
    }
}

/// A call that is begun when it is polled.
#[expect(clippy::large_enum_variant, reason = "a box for the request is what is saved here")]
pub(super) enum DirectCall {
    Granted { handler: Arc<dyn Handler>, grant: Grant, request: Option<Request<Body>> },
    Running(Answer),
}

impl DirectCall {
    pub(super) fn new(handler: &Arc<dyn Handler>, grant: &Grant, request: Request<Body>) -> Self {
        Self::Granted { handler: Arc::clone(handler), grant: grant.clone(), request: Some(request) }
    }
}

impl Future for DirectCall {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Self::Granted { handler, grant, request } = &mut *self {
            // None only where it has panicked: it never answers then.
            let Some(request) = request.take() else { return Poll::Pending };
            let answer = handler.start(grant, request, cx);
            *self = Self::Running(answer);
        }
        match &mut *self {
            Self::Running(answer) => answer.as_mut().poll(cx),
            Self::Granted { .. } => Poll::Pending,
        }
    }
}
