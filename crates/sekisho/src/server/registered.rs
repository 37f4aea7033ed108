//! A service with its name, until the server is assembled.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::response::IntoResponse;
use http::Request;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use super::as_granted::AsGranted;
use super::direct::{Handled, Handler};
use crate::policy::{Method, Policy};

/// A service by either way of a call: as a handler, and as a route of axum's.
trait Reachable: Handler {
    /// The router panics at a path that it cannot read or has already. So the name is compared with those that are
    /// declared before.
    fn add_route(&self, router: Router, path: &str) -> Router;
}

impl<S> Reachable for AsGranted<S>
where
    S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn add_route(&self, router: Router, path: &str) -> Router {
        router.route_service(path, self.clone())
    }
}

pub(super) struct Registered {
    name: String,
    service: Arc<dyn Reachable>,
}

impl Registered {
    /// Under the name that tonic's generated code gave it.
    pub(super) fn new<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
    {
        Self::named(S::NAME.to_owned(), service)
    }

    pub(super) fn named<S>(name: String, service: S) -> Self
    where
        S: Service<Request<Body>, Response: IntoResponse, Error = Infallible, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let service = Arc::new(AsGranted::new(service, &name));
        Self { name, service }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Each of its methods, with the service that answers it.
    pub(super) fn methods<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = Handled> + 'a {
        self.declared(policy).map(|method| {
            let handler: Arc<dyn Handler> = Arc::<dyn Reachable>::clone(&self.service);
            (Arc::clone(method), handler)
        })
    }

    /// Under the paths of its methods: the guard lets no other path in, and an exact route is found faster than a
    /// pattern.
    pub(super) fn add_to(&self, router: Router, policy: &Policy) -> Router {
        self.declared(policy).fold(router, |router, method| self.service.add_route(router, method.path()))
    }

    fn declared<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = &'a Arc<Method>> {
        policy.methods().filter(|method| method.service() == self.name)
    }
}

/// Every path of a service.
pub(super) fn path_of(service: &str) -> String {
    format!("/{service}/{{*method}}")
}
