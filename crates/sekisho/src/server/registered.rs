//! A service with its name, until the routes are built.

use std::convert::Infallible;

use axum::Router;
use axum::response::IntoResponse;
use http::Request;
use tonic::body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use super::as_granted::AsGranted;
use crate::policy::Policy;

/// Adds a route for each of these paths to a router, which panics at a path that it cannot read or has already. So the
/// name is compared with those that are declared before.
type AddRoutes = Box<dyn FnOnce(Router, &[&str]) -> Router + Send>;

pub(super) struct Registered {
    name: String,
    add_routes: AddRoutes,
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
        let service = AsGranted::new(service, &name);
        let add_routes = move |router, paths: &[&str]| {
            paths.iter().fold(router, |router: Router, path| router.route_service(path, service.clone()))
        };
        Self { name, add_routes: Box::new(add_routes) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Under the paths of its methods: the guard lets no other path in, and an exact route is found faster than a
    /// pattern.
    pub(super) fn add_to(self, router: Router, policy: &Policy) -> Router {
        let methods = policy.methods().filter(|method| method.service() == self.name);
        let paths: Vec<&str> = methods.map(|method| method.path()).collect();
        (self.add_routes)(router, &paths)
    }
}

/// Every path of a service.
pub(super) fn path_of(service: &str) -> String {
    format!("/{service}/{{*method}}")
}
