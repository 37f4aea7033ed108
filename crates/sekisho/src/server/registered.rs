//! A service with its name, until the routes are built.

use std::convert::Infallible;

use axum::Router;
use axum::response::IntoResponse;
use http::Request;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use super::as_granted::AsGranted;

/// Adds a route to a router, which panics at a path that it cannot read or has already. So the name is compared with
/// those that are declared before.
type AddRoute = Box<dyn FnOnce(Router) -> Router + Send>;

pub(super) struct Registered {
    name: String,
    add_route: AddRoute,
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
        let path = path_of(&name);
        Self { name, add_route: Box::new(move |router| router.route_service(&path, AsGranted(service))) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn add_to(self, router: Router) -> Router {
        (self.add_route)(router)
    }
}

/// Every path of a service.
pub(super) fn path_of(service: &str) -> String {
    format!("/{service}/{{*method}}")
}
