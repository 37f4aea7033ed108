//! The server. `cargo run -- https://tenant.example/`

use orders::Orders;
use orders::proto::DESCRIPTOR_SET;
use orders::proto::orders_server::OrdersServer;
use sekisho::{AccessRule, Issuer, Services};
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: orders ISSUER")?;
    let protected = Services::new(DESCRIPTOR_SET)
        .add_service(OrdersServer::new(Orders))
        .health(AccessRule::Public)
        .reflection(AccessRule::Authenticated)
        .protect(Issuer::discover(&url, "orders")?)?;
    Server::builder()
        // tonic sets no bound of its own, and resets that a client provokes are work (RUSTSEC-2024-0003).
        .http2_max_local_error_reset_streams(Some(1024))
        .add_routes(protected.into_routes())
        .serve("127.0.0.1:50052".parse()?)
        .await?;
    Ok(())
}
