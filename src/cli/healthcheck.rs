//! Is the server serving? For a container's health check, which has no grpc-health-probe.

mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::text::with_causes;
use crate::config::{HealthcheckSettings, HealthcheckTransport};

/// How long the whole of it may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks for the status of the server as a whole.
///
/// # Errors
/// [`NotServing`], whatever the reason.
pub async fn healthcheck(settings: HealthcheckSettings) -> Result<(), NotServing> {
    let address = settings.address;
    match tokio::time::timeout(TIMEOUT, ask(&settings)).await {
        Ok(Ok(ServingStatus::Serving)) => Ok(()),
        Ok(Ok(status)) => Err(NotServing::Status { address, status: status.as_str_name() }),
        Ok(Err(reason)) => Err(NotServing::NoAnswer { address, reason: with_hint(reason, &settings) }),
        Err(_) => Err(NotServing::NoAnswer { address, reason: "no answer within 3 s".to_owned() }),
    }
}

async fn ask(settings: &HealthcheckSettings) -> Result<ServingStatus, String> {
    let channel = connect(settings).await.map_err(|error| with_causes(&error))?;
    let request = HealthCheckRequest { service: String::new() };
    let answer = HealthClient::new(channel).check(request).await.map_err(|status| refusal(&status))?;
    Ok(answer.into_inner().status())
}

async fn connect(settings: &HealthcheckSettings) -> Result<Channel, tonic::transport::Error> {
    let address = settings.address;
    let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
    let HealthcheckTransport::Tls { identity } = settings.transport.clone() else {
        return endpoint.connect().await;
    };
    let connector = tower::service_fn(move |_| {
        let identity = identity.clone();
        async move { tls::connect(address, identity.as_ref()).await }
    });
    endpoint.connect_with_connector(connector).await
}

/// A server that wants certificates of its clients closes the connection, and its reason may be lost.
fn with_hint(reason: String, settings: &HealthcheckSettings) -> String {
    match &settings.transport {
        HealthcheckTransport::Tls { identity: None } => {
            format!("{reason} (if it wants certificates of its clients: --client-certificate, --client-key)")
        }
        HealthcheckTransport::Tls { .. } | HealthcheckTransport::PlainText => reason,
    }
}

fn refusal(status: &tonic::Status) -> String {
    let code = status.code().description();
    let cause = std::error::Error::source(status).map(|cause| format!(": {}", with_causes(cause)));
    let cause = cause.unwrap_or_default();
    if status.message().is_empty() { code.to_owned() } else { format!("{code}: {}{cause}", status.message()) }
}

/// Why the server does not count as serving.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotServing {
    /// It says so.
    #[error("{address} answers {status}")]
    Status {
        /// Who was asked.
        address: SocketAddr,
        /// Its answer.
        status: &'static str,
    },
    /// It says nothing.
    #[error("{address}: {reason}")]
    NoAnswer {
        /// Who was asked.
        address: SocketAddr,
        /// What went wrong.
        reason: String,
    },
}
