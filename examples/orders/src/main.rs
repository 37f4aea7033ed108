//! The server. `cargo run -- https://tenant.example/`

use orders::proto::DESCRIPTOR_SET;
use orders::proto::catalog_server::CatalogServer;
use orders::proto::orders_server::OrdersServer;
use orders::{Catalog, Orders};
use sekisho::{AccessRule, Issuer, Services};
use tonic::transport::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).ok_or("usage: orders ISSUER")?;
    // snippet: begin
    let issuer = Issuer::discover(&url, "orders")?;
    let protected = Services::new(DESCRIPTOR_SET)
        .add_service(OrdersServer::new(Orders::default()))
        .add_service(CatalogServer::new(Catalog))
        // Whoever watches a server has no token.
        .health(AccessRule::Public)
        .reflection(AccessRule::Authenticated)
        .protect(issuer)?;
    Server::builder()
        // tonic sets no bound of its own, and resets that a client provokes are work (RUSTSEC-2024-0003).
        .http2_max_local_error_reset_streams(Some(1024))
        .serve("127.0.0.1:50052".parse()?, protected)
        .await?;
    // snippet: end
    Ok(())
}
