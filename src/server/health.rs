//! Readiness, as `grpc.health.v1` tells it: for each service by name, and for the server as a whole (`""`).

use std::convert::Infallible;
use std::sync::Arc;

use http::{Request, Response};
use tonic::body::Body;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};
use tower_service::Service;

use sekisho::authorizer::Authorizer;

/// The status of the server as a whole.
const OVERALL: &str = "";

#[derive(Clone)]
pub(super) struct Health {
    reporter: HealthReporter,
    names: Arc<[&'static str]>,
}

impl Health {
    /// For services of these names.
    pub(super) fn new(reporter: HealthReporter, names: Vec<&'static str>) -> Self {
        Self { reporter, names: names.into() }
    }
}

/// The service that answers what a reporter is told.
pub(super) fn service(
    reporter: &HealthReporter,
    message_size: usize,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
+ NamedService
+ Clone
+ Send
+ Sync
+ 'static {
    let service = HealthService::from_health_reporter(reporter.clone());
    tonic_health::pb::health_server::HealthServer::new(service).max_decoding_message_size(message_size)
}

impl Health {
    /// Serving, if tokens can be verified. To be said before the first call is taken: a reporter that was
    /// told nothing says that it serves.
    pub(super) async fn tell(&self, ready: bool) {
        self.set_all(if ready { ServingStatus::Serving } else { ServingStatus::NotServing }).await;
        tracing::info!(ready, "readiness");
    }

    /// Tells of every change from what was told.
    pub(super) async fn follow(self, authorizer: Authorizer, mut told: bool) {
        loop {
            authorizer.readiness_other_than(told).await;
            told = authorizer.is_ready();
            self.tell(told).await;
        }
    }

    /// Not serving, at once: whoever sends calls here is to send them elsewhere. Whoever watches is told so,
    /// and that is the end of its call, which would otherwise be in flight until the grace is over.
    pub(super) async fn stop(mut self) {
        self.set_all(ServingStatus::NotServing).await;
        for name in self.names.iter().copied().chain([OVERALL]) {
            self.reporter.clear_service_status(name).await;
        }
        self.set_all(ServingStatus::NotServing).await;
    }

    async fn set_all(&self, status: ServingStatus) {
        for name in self.names.iter().copied().chain([OVERALL]) {
            self.reporter.set_service_status(name, status).await;
        }
    }
}
