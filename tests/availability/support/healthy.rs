//! Somebody who calls as one should, and has to be served whatever others do.

use std::net::SocketAddr;
use std::time::Duration;

use sekisho_server::services::proto::api1::GetStatusRequest;
use sekisho_server::services::proto::api1::api1_client::Api1Client;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Request;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::{LIMIT, Server, in_time};

/// Leaves the processors to the server between one round and the next.
const PACE: Duration = Duration::from_millis(10);

pub struct Healthy {
    stop: oneshot::Sender<()>,
    rounds: JoinHandle<usize>,
}

impl Healthy {
    /// Calls on and on, by a connection that stays and by new ones.
    pub async fn start(server: &Server) -> Self {
        let (stop, stopped) = oneshot::channel();
        let channel = connect(server.address).await;
        let rounds = tokio::spawn(rounds(channel, server.address, server.token.clone(), stopped));
        Self { stop, rounds }
    }

    /// Each call was served; how many rounds of them.
    pub async fn stop(self) -> usize {
        // It has ended already if a call has failed.
        let _ = self.stop.send(());
        let rounds = in_time("the healthy client", self.rounds).await.expect("calls that are served");
        assert!(rounds > 0, "not one call was made");
        rounds
    }

    pub async fn one_round(address: SocketAddr, token: &str) {
        in_time("a call", round(connect(address).await, token)).await;
    }

    pub async fn wait_until_serving(address: SocketAddr) {
        let mut watch = watch(address).await;
        while watch.message().await.expect("a watch").expect("a watch that goes on").status != 1 {}
    }
}

/// Readiness, and its changes.
pub async fn watch(address: SocketAddr) -> tonic::Streaming<tonic_health::pb::HealthCheckResponse> {
    let mut client = HealthClient::new(connect(address).await);
    client.watch(HealthCheckRequest::default()).await.expect("a watch").into_inner()
}

async fn rounds(
    channel: Channel,
    address: SocketAddr,
    token: String,
    mut stopped: oneshot::Receiver<()>,
) -> usize {
    let mut pace = tokio::time::interval(PACE);
    let mut rounds = 0;
    while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
        round(channel.clone(), &token).await;
        round(connect(address).await, &token).await;
        rounds += 1;
        pace.tick().await;
    }
    rounds
}

/// What anyone may call, and what takes a token.
async fn round(channel: Channel, token: &str) {
    let health = HealthClient::new(channel.clone()).check(HealthCheckRequest::default()).await;
    assert_eq!(health.expect("a health check that is served").into_inner().status, 1);
    let mut request = Request::new(GetStatusRequest::default());
    let bearer = MetadataValue::try_from(format!("Bearer {token}")).expect("a value");
    request.metadata_mut().insert("authorization", bearer);
    let status = Api1Client::new(channel).get_status(request).await;
    assert!(status.expect("a call that is served").into_inner().ok);
}

async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address").timeout(LIMIT);
    endpoint.connect().await.expect("a server that accepts")
}
