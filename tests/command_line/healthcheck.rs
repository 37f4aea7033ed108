//! `sekisho healthcheck`, against a health service as any gRPC server has one.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic_health::ServingStatus;

use sekisho_server::config::{HealthcheckSettings, HealthcheckTransport};

use crate::support::run;

async fn server(status: ServingStatus) -> SocketAddr {
    let (reporter, service) = tonic_health::server::health_reporter();
    reporter.set_service_status("", status).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

#[tokio::test]
async fn a_server_that_serves_is_healthy() {
    let address = server(ServingStatus::Serving).await;
    for listen in [address, SocketAddr::from(([0, 0, 0, 0], address.port()))] {
        let ended = run(&format!("healthcheck --grpc-listen {listen}")).await;
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), "", ""));
    }
}

#[tokio::test]
async fn a_server_that_does_not_serve_is_not() {
    let address = server(ServingStatus::NotServing).await;
    let ended = run(&format!("healthcheck --grpc-listen {address}")).await;
    assert_eq!(ended.one_error(1), format!("{address} answers NOT_SERVING"));
}

#[tokio::test]
async fn nobody_there_is_not() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let ended = run(&format!("healthcheck --grpc-listen {address}")).await;
    let error = ended.one_error(1);
    assert!(error.starts_with(&format!("{address}: ")) && error.contains("refused"), "{error}");
}

#[tokio::test]
async fn a_server_without_health_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = tonic::service::Routes::default();
    let server = tonic::transport::Server::builder().add_routes(routes);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let ended = run(&format!("healthcheck --grpc-listen {address}")).await;
    let error = ended.one_error(1);
    assert!(error.starts_with(&format!("{address}: ")) && error.contains("not implemented"), "{error}");
}

/// The clock stands still but for timers, so that the three seconds pass at once.
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let settings = HealthcheckSettings { address, transport: HealthcheckTransport::PlainText };
    let error = sekisho_server::cli::healthcheck(settings).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{address}: no answer within 3 s"));
}
