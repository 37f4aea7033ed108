//! Readiness, as `grpc.health.v1` tells it: for each service by name, and for the server as a whole (`""`).

use std::convert::Infallible;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};
use tower_service::Service;

use crate::authorizer::Authorizer;

/// The status of the server as a whole.
const OVERALL: &str = "";

#[derive(Clone)]
pub(super) struct Health {
    reporter: HealthReporter,
}

impl Health {
    pub(super) fn new() -> Self {
        Self { reporter: HealthReporter::new() }
    }

    pub(super) fn service(
        &self,
    ) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
    + NamedService
    + Clone
    + Send
    + Sync
    + 'static {
        let service = HealthService::from_health_reporter(self.reporter.clone());
        tonic_health::pb::health_server::HealthServer::new(service)
    }

    /// Serving, for as long as tokens can be verified.
    pub(super) async fn follow(self, authorizer: Authorizer, names: Vec<&'static str>) {
        loop {
            let ready = authorizer.is_ready();
            let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
            for name in names.iter().copied().chain([OVERALL]) {
                self.reporter.set_service_status(name, status).await;
            }
            tracing::info!(ready, "readiness");
            authorizer.readiness_other_than(ready).await;
        }
    }

    /// Not serving, at once: whoever sends calls here is to send them elsewhere.
    pub(super) async fn stop(&self) {
        self.reporter.set_service_status(OVERALL, ServingStatus::NotServing).await;
    }
}
