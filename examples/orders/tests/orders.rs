//! The service behind the guard, on tonic's own server, with a token of a test issuer.

use std::error::Error;
use std::time::SystemTime;

use orders::Orders;
use orders::proto::orders_client::OrdersClient;
use orders::proto::orders_server::OrdersServer;
use orders::proto::{DESCRIPTOR_SET, DeleteOrderRequest, GetOrderRequest};
use sekisho::Services;
use sekisho::testing::TestIssuer;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request};

async fn start(issuer: &TestIssuer) -> Result<OrdersClient<Channel>, Box<dyn Error>> {
    let services = Services::new(DESCRIPTOR_SET).add_service(OrdersServer::new(Orders));
    let protected = services.protect(issuer.issuer())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Server::builder().add_routes(protected.into_routes());
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Ok(OrdersClient::connect(format!("http://{address}")).await?)
}

fn with_token<T>(message: T, token: &str) -> Result<Request<T>, Box<dyn Error>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse()?);
    Ok(request)
}

fn order() -> GetOrderRequest {
    GetOrderRequest { id: "7".to_owned() }
}

#[tokio::test]
async fn a_call_allowed_and_calls_refused() -> Result<(), Box<dyn Error>> {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let mut client = start(&issuer).await?;
    let token = |scope: &str| issuer.token().scope(scope).issued_at(SystemTime::now()).sign();

    let read = client.get_order(with_token(order(), &token("orders:read"))?).await?;
    assert_eq!(read.into_inner().owner, "alice");
    let none = client.get_order(Request::new(order())).await.expect_err("no token");
    assert_eq!(none.code(), Code::Unauthenticated);

    let delete = || DeleteOrderRequest { id: "7".to_owned() };
    let lacking = client.delete_order(with_token(delete(), &token("orders:read"))?).await;
    assert_eq!(lacking.expect_err("orders:write is missing").code(), Code::PermissionDenied);
    for enough in ["orders:read orders:write", "admin"] {
        client.delete_order(with_token(delete(), &token(enough))?).await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_handler_does_anything_without_the_guard() -> Result<(), Box<dyn Error>> {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Server::builder().add_service(OrdersServer::new(Orders));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let mut client = OrdersClient::connect(format!("http://{address}")).await?;
    let token = issuer.token().scope("admin orders:read").issued_at(SystemTime::now()).sign();
    let delete = DeleteOrderRequest { id: "7".to_owned() };
    let read = client.get_order(with_token(order(), &token)?).await;
    assert_eq!(read.expect_err("no guard").code(), Code::Internal);
    let deleted = client.delete_order(with_token(delete, &token)?).await;
    assert_eq!(deleted.expect_err("no guard").code(), Code::Internal);
    Ok(())
}

#[tokio::test]
async fn both_backends_of_jsonwebtoken_are_in_this_build() {
    // The crate's own verification cannot choose between them, and panics; the calls above do not.
    let both = std::panic::catch_unwind(|| {
        let key = jsonwebtoken::DecodingKey::from_secret(b"secret");
        jsonwebtoken::crypto::verify("c2ln", b"message", &key, jsonwebtoken::Algorithm::HS256)
    });
    assert!(both.is_err(), "only one backend is in this build, so the test of the other shows nothing");
}
