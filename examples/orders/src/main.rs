//! The server. `cargo run -- https://tenant.example/`

use orders::Orders;
use orders::proto::DESCRIPTOR_SET;
use orders::proto::orders_server::OrdersServer;
use sekisho::authorizer::Issuer;
use sekisho::grpc::AccessLayer;
use sekisho::policy::Policy;
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: orders ISSUER")?;
    let policy = Policy::from_descriptor_set(DESCRIPTOR_SET)?;
    let issuer = Issuer::discover(&url, "orders")?;
    Server::builder()
        // tonic sets no bound of its own, and resets that a client provokes are work (RUSTSEC-2024-0003).
        .http2_max_local_error_reset_streams(Some(1024))
        .layer(AccessLayer::new(policy, issuer))
        .add_service(OrdersServer::new(Orders))
        .serve("127.0.0.1:50052".parse()?)
        .await?;
    Ok(())
}
