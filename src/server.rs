//! Assembly: services and policy, the listener's connections, health, and an end in bounded time.

mod connection;
mod door;
mod health;
mod registry;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tonic_health::server::HealthReporter;
use tower_layer::Layer as _;

pub use connection::Limits;
pub use registry::{Reflection, Services, SetupError};

use crate::authorizer::{Authorizer, Issuer};
use crate::clock::Clock;
use crate::grpc::AccessLayer;
use health::Health;

/// What a server is made of.
#[derive(Debug)]
pub struct Config {
    /// What it serves.
    pub services: Services,
    /// Whose tokens are accepted.
    pub issuer: Issuer,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long the `authorization` entry may be, in bytes.
    pub max_token_size: usize,
    /// Who may ask what is served.
    pub reflection: Reflection,
    /// What a peer may take.
    pub limits: Limits,
    /// How long calls in flight may go on once the server is told to stop.
    pub shutdown_grace: Duration,
}

/// Where it listens. Bound by the caller, so that a port can be chosen by the system and then be known.
#[derive(Debug)]
pub struct Listeners {
    /// gRPC, health and reflection.
    pub grpc: TcpListener,
}

/// Serves until `shutdown`; then takes no more calls, says that it is not ready, and lets those in flight
/// finish for as long as `shutdown_grace`.
///
/// # Errors
/// [`SetupError`], before anything is served: what is registered is not what is declared.
pub async fn run(
    config: Config,
    listeners: Listeners,
    shutdown: impl Future<Output = ()>,
) -> Result<(), SetupError> {
    let reporter = HealthReporter::new();
    let registry = config.services.assemble(health::service(&reporter), config.reflection)?;
    let authorizer = Authorizer::new(registry.policy, config.issuer)
        .clock(config.clock)
        .max_token_size(config.max_token_size);
    let health = Health::new(reporter, registry.names);
    let ready = authorizer.is_ready();
    health.tell(ready).await;
    // A set of one, so that it ends with this, however this ends.
    let mut reporting = JoinSet::new();
    reporting.spawn(health.clone().follow(authorizer.clone(), ready));

    // From the inside out. The door stands in front of authorization, since what is no gRPC call at all has
    // no status to be refused with.
    let access = AccessLayer::from(authorizer).layer(registry.routes);
    let service = door::Door::new(access);
    connection::serve(listeners.grpc, service, &config.limits, config.shutdown_grace, async {
        shutdown.await;
        // Ended before the last word is said, so that it has none after it.
        reporting.shutdown().await;
        health.stop().await;
    })
    .await;
    Ok(())
}

/// A service that answers every request.
type Answer = Result<http::Response<tonic::body::Body>, Infallible>;
