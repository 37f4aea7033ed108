//! tonic as shipped, with nothing before its services. usage: tonic-bare PORT

use service::proto::api1::api1_server::Api1Server;
use service::proto::streaming::streaming_server::StreamingServer;
use service::{Api1, Streams};
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = service::address(std::env::args().nth(1))?;
    Server::builder()
        .add_service(Api1Server::new(Api1))
        .add_service(StreamingServer::new(Streams))
        .serve(address)
        .await?;
    Ok(())
}
