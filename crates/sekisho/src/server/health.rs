//! Readiness, as `grpc.health.v1` tells it: for each service by name, and for the server as a whole (`""`).

use std::collections::HashSet;
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::future::select;
use futures_util::stream;
use tokio::sync::watch;
use tonic::codegen::tokio_stream::Stream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{self, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::registered::Registered;
use crate::authorizer::Authorizer;

/// What declares the service.
pub(super) const DESCRIPTOR_SET: &[u8] = tonic_health::pb::FILE_DESCRIPTOR_SET;

/// Its methods.
pub(super) const METHODS: [&str; 2] = ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"];

/// Tells health that the server shuts down. Cheap to clone.
///
/// ```
/// # async fn serve(
/// #     server: tonic::transport::Server,
/// #     protected: sekisho::Protected,
/// #     stop: impl Future<Output = ()>,
/// # ) -> Result<(), tonic::transport::Error> {
/// # let address = "127.0.0.1:50051".parse().unwrap();
/// let health = protected.health_handle();
/// let stopped = async move {
///     stop.await;
///     health.shutdown();
/// };
/// server.serve_with_shutdown(address, protected, stopped).await
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct HealthHandle(Arc<watch::Sender<bool>>);

impl HealthHandle {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// From now on every service is `NOT_SERVING`, whatever keys are held. Whoever watches is told so, and that is the
    /// end of its call, which would otherwise keep the server from its end. Streams of reflection end as well.
    pub fn shutdown(&self) {
        self.0.send_replace(true);
    }

    fn is_shut_down(&self) -> bool {
        *self.0.borrow()
    }

    /// Ready once that was told.
    pub(super) async fn shut_down(&self) {
        // The sender is held here, so that it is not closed.
        let _ = self.0.subscribe().wait_for(|is_shut_down| *is_shut_down).await;
    }
}

/// The service. Nothing runs beside the calls: each one looks for itself.
pub(super) fn service<'a>(
    names: impl Iterator<Item = &'a str>,
    readiness: Readiness,
    max_question_size: usize,
) -> Registered {
    // The empty name is the server as a whole.
    let names = names.chain([""]).map(ToOwned::to_owned).collect();
    let server = HealthServer::new(Health { names, readiness });
    Registered::new(server.max_decoding_message_size(max_question_size))
}

/// Whether calls are to be sent here: tokens can be verified, and the server goes on.
#[derive(Debug, Clone)]
pub(super) struct Readiness {
    pub(super) authorizer: Arc<Authorizer>,
    pub(super) handle: HealthHandle,
}

impl Readiness {
    fn now(&self) -> ServingStatus {
        if !self.handle.is_shut_down() && self.authorizer.is_ready() {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        }
    }

    /// What it is, once it is not `told` any more; none once there is no more to tell.
    async fn other_than(&self, told: Option<ServingStatus>) -> Option<ServingStatus> {
        let Some(told) = told else { return Some(self.now()) };
        // Whoever has been told while the server shuts down has been told all.
        while !self.handle.is_shut_down() {
            let changed = pin!(self.authorizer.readiness_other_than(told == ServingStatus::Serving));
            select(changed, pin!(self.handle.shut_down())).await;
            let now = self.now();
            if now != told {
                return Some(now);
            }
        }
        None
    }
}

struct Health {
    names: HashSet<String>,
    readiness: Readiness,
}

impl Health {
    fn known(&self, request: &Request<HealthCheckRequest>) -> Result<(), Status> {
        let is_known = self.names.contains(&request.get_ref().service);
        is_known.then_some(()).ok_or_else(|| Status::not_found("This server has no such service"))
    }
}

#[tonic::async_trait]
impl health_server::Health for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        self.known(&request)?;
        Ok(Response::new(answer(self.readiness.now())))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        self.known(&request)?;
        let readiness = self.readiness.clone();
        let changes = stream::unfold((None, readiness), |(told, readiness)| async move {
            let now = readiness.other_than(told).await?;
            Some((Ok(answer(now)), (Some(now), readiness)))
        });
        Ok(Response::new(Box::pin(changes)))
    }
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
