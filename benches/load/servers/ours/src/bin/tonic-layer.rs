//! A stranger's tonic server with the library before its services. usage: tonic-layer PORT JWKS

use sekisho::Services;
use service::proto::api1::api1_server::Api1Server;
use service::proto::streaming::streaming_server::StreamingServer;
use service::{Api1, DESCRIPTOR_SET, SERVICES, Streams};
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = service::address(arguments.next())?;
    let protected = Services::selected(DESCRIPTOR_SET, SERVICES)
        .add_service(Api1Server::new(Api1))
        .add_service(StreamingServer::new(Streams))
        .protect(ours::issuer(arguments.next())?)?;
    Server::builder().http2_max_local_error_reset_streams(Some(1024)).serve(address, protected).await?;
    Ok(())
}
