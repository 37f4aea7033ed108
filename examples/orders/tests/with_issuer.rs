//! The service with an issuer that it asks over HTTP, as in production: discovery, keys, and keys that change.

use std::error::Error;

use orders::proto::catalog_server::CatalogServer;
use orders::proto::orders_client::OrdersClient;
use orders::proto::orders_server::OrdersServer;
use orders::proto::{DESCRIPTOR_SET, DeleteOrderRequest, ListOrdersRequest};
use orders::{Catalog, Orders};
use sekisho::{Issuer, Services};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request};

async fn start(issuer: Issuer) -> Result<OrdersClient<Channel>, Box<dyn Error>> {
    let protected = Services::new(DESCRIPTOR_SET)
        .add_service(OrdersServer::new(Orders::default()))
        .add_service(CatalogServer::new(Catalog))
        .protect(issuer)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(Server::builder().serve_with_incoming(protected, TcpListenerStream::new(listener)));
    Ok(OrdersClient::connect(format!("http://{address}")).await?)
}

fn list(token: &str) -> Request<ListOrdersRequest> {
    with_token(ListOrdersRequest {}, token)
}

fn delete(token: &str) -> Request<DeleteOrderRequest> {
    with_token(DeleteOrderRequest { id: "7".to_owned() }, token)
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {token}").parse().expect("a token is of visible characters");
    request.metadata_mut().insert("authorization", bearer);
    request
}

#[tokio::test]
async fn a_call_allowed_and_one_refused() -> Result<(), Box<dyn Error>> {
    let issuer = sekisho_issuer::Issuer::builder().audience("orders").start().await?;
    let trusted = Issuer::discover(issuer.url(), "orders")?;
    trusted.keys().readiness_other_than(false).await;
    let mut client = start(trusted).await?;

    let token = issuer.token("test").account("alice").scope("orders:read").sign()?;
    let mut orders = client.list_orders(list(&token)).await?.into_inner();
    assert!(orders.message().await?.is_none(), "alice has ordered nothing yet");
    let refused = client.delete_order(delete(&token)).await.expect_err("orders:write is missing");
    assert_eq!(refused.code(), Code::PermissionDenied);
    Ok(())
}

/// The issuer's README shows the lines of the test above; its package is built without Sekisho, and cannot run them.
#[test]
fn the_readme_of_the_issuer_shows_this() {
    let readme = include_str!("../../../crates/sekisho-issuer/README.md");
    let (_, shown) = readme.split_once("```rust,ignore\n").expect("a block");
    let (shown, _) = shown.split_once("```").expect("its end");
    let here = include_str!("with_issuer.rs").replace("\n    ", "\n");
    assert!(shown.lines().count() > 9 && here.contains(shown), "{shown}");
}

#[tokio::test]
async fn a_token_is_good_until_its_key_is_withdrawn() -> Result<(), Box<dyn Error>> {
    let issuer = sekisho_issuer::Issuer::builder().audience("orders").start().await?;
    let trusted = Issuer::discover(issuer.url(), issuer.audience())?;
    let keys = trusted.keys().clone();
    keys.refresh().await?;
    let mut client = start(trusted).await?;
    let token = || issuer.token("test").scope("orders:read").sign();

    let of_the_former_key = token()?;
    issuer.rotate_key()?;
    let of_the_new_key = token()?;
    keys.refresh().await?;
    client.list_orders(list(&of_the_former_key)).await?;
    client.list_orders(list(&of_the_new_key)).await?;

    issuer.withdraw_former_keys();
    keys.refresh().await?;
    client.list_orders(list(&of_the_new_key)).await?;
    let refused = client.list_orders(list(&of_the_former_key)).await.expect_err("its key is gone");
    // Whether the key is gone or yet to come is not known before the issuer is asked again, 30 seconds later.
    assert_eq!(refused.code(), Code::Unavailable);
    Ok(())
}

#[tokio::test]
async fn tokens_of_another_audience_or_another_time_are_refused() -> Result<(), Box<dyn Error>> {
    let issuer = sekisho_issuer::Issuer::builder().audience("payments").start().await?;
    for (audience, expected) in [("payments", None), ("orders", Some(Code::Unauthenticated))] {
        let trusted = Issuer::discover(issuer.url(), audience)?;
        trusted.keys().readiness_other_than(false).await;
        let mut client = start(trusted).await?;
        let token = issuer.token("test").scope("orders:read");
        let answer = client.list_orders(list(&token.sign()?)).await;
        assert_eq!(answer.err().map(|refused| refused.code()), expected, "{audience}");
        let expired = token.issued_at(std::time::UNIX_EPOCH).sign()?;
        let refused = client.list_orders(list(&expired)).await.expect_err("it has expired");
        assert_eq!(refused.code(), Code::Unauthenticated);
    }
    Ok(())
}
