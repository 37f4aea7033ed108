//! The services behind the guard, on tonic's own server, with tokens of a test issuer: for every kind of rule and every
//! kind of stream a call that is allowed and one that is refused.

mod streams;

use std::error::Error;
use std::sync::Arc;

use orders::proto::catalog_client::CatalogClient;
use orders::proto::catalog_server::CatalogServer;
use orders::proto::orders_client::OrdersClient;
use orders::proto::orders_server::OrdersServer;
use orders::proto::{
    DESCRIPTOR_SET, DeleteOrderRequest, GetOrderRequest, GetPriceRequest, ListOrdersRequest,
    ListProductsRequest, Order, PlaceOrdersRequest, WatchOrdersRequest,
};
use orders::{Catalog, Orders};
use sekisho::Services;
use sekisho::testing::{ManualClock, TestIssuer};
use tokio_stream::{StreamExt as _, iter};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Status};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The server, and whoever calls it.
struct Shop {
    issuer: TestIssuer,
    clock: Arc<ManualClock>,
    channel: Channel,
}

impl Shop {
    async fn open() -> Outcome<Self> {
        let issuer = TestIssuer::new("https://tenant.example/", "orders");
        let clock = Arc::new(ManualClock::new());
        let protected = Services::new(DESCRIPTOR_SET)
            .add_service(OrdersServer::new(Orders::with_clock(clock.clone())))
            .add_service(CatalogServer::new(Catalog))
            .clock(clock.clone())
            .protect(issuer.issuer())?;
        let (listener, channel) = listen()?;
        tokio::spawn(Server::builder().serve_with_incoming(protected, listener));
        Ok(Self { issuer, clock, channel })
    }

    fn orders(&self) -> OrdersClient<Channel> {
        OrdersClient::new(self.channel.clone())
    }

    fn catalog(&self) -> CatalogClient<Channel> {
        CatalogClient::new(self.channel.clone())
    }

    /// A call of `alice`, whose token has these scopes, and is issued now.
    fn with<T>(&self, scope: &str, message: T) -> Request<T> {
        self.of("alice", scope, message)
    }

    fn of<T>(&self, subject: &str, scope: &str, message: T) -> Request<T> {
        let token = self.issuer.token().subject(subject).scope(scope).issued_at(self.clock.time()).sign();
        let mut request = Request::new(message);
        let bearer = format!("Bearer {token}").parse().expect("a token is metadata");
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// One order for each product.
    async fn place(&self, products: &[&str]) -> Outcome<Vec<String>> {
        let placed = iter(named(products));
        let answer = self.orders().place_orders(self.with("orders:read orders:write", placed)).await?;
        Ok(answer.into_inner().ids)
    }
}

/// A free port, and a client of whoever serves it.
fn listen() -> Outcome<(TcpIncoming, Channel)> {
    let listener = TcpIncoming::bind("127.0.0.1:0".parse()?)?;
    let address = listener.local_addr()?;
    Ok((listener, Channel::from_shared(format!("http://{address}"))?.connect_lazy()))
}

fn named(products: &[&str]) -> Vec<PlaceOrdersRequest> {
    products.iter().map(|&product| PlaceOrdersRequest { product: product.to_owned() }).collect()
}

fn get(id: &str) -> GetOrderRequest {
    GetOrderRequest { id: id.to_owned() }
}

fn delete(id: &str) -> DeleteOrderRequest {
    DeleteOrderRequest { id: id.to_owned() }
}

fn code<T>(result: Result<T, Status>) -> Code {
    result.map_or_else(|status| status.code(), |_| Code::Ok)
}

fn products(orders: &[Order]) -> Vec<&str> {
    orders.iter().map(|order| order.product.as_str()).collect()
}

#[tokio::test]
async fn a_unary_method_by_the_default_of_its_service() -> Outcome {
    let shop = Shop::open().await?;
    let ids = shop.place(&["tea"]).await?;
    let order = shop.orders().get_order(shop.with("orders:read", get(&ids[0]))).await?.into_inner();
    assert_eq!((order.owner.as_str(), order.product.as_str()), ("alice", "tea"));
    assert!(order.placed_at.is_some());
    assert_eq!(
        code(shop.orders().get_order(shop.with("orders:write", get(&ids[0]))).await),
        Code::PermissionDenied
    );
    assert_eq!(code(shop.orders().get_order(get(&ids[0])).await), Code::Unauthenticated);
    // Scopes say what a caller may do, and handlers whose the orders are.
    assert_eq!(
        code(shop.orders().get_order(shop.of("bob", "orders:read", get(&ids[0]))).await),
        Code::NotFound
    );
    Ok(())
}

#[tokio::test]
async fn a_stream_of_answers() -> Outcome {
    let shop = Shop::open().await?;
    shop.place(&["tea", "fan"]).await?;
    let list = shop.orders().list_orders(shop.with("orders:read", ListOrdersRequest {})).await?;
    let orders: Vec<Order> = list.into_inner().collect::<Result<_, _>>().await?;
    assert_eq!(products(&orders), ["tea", "fan"]);
    let refused = shop.orders().list_orders(shop.with("admin", ListOrdersRequest {})).await;
    assert_eq!(code(refused), Code::PermissionDenied);
    Ok(())
}

#[tokio::test]
async fn a_stream_of_requests_for_which_a_token_needs_every_scope() -> Outcome {
    let shop = Shop::open().await?;
    assert_eq!(shop.place(&["bowl", "tea"]).await?.len(), 2);
    for lacking in ["orders:read", "orders:write"] {
        let refused = shop.orders().place_orders(shop.with(lacking, iter(named(&["fan"])))).await;
        assert_eq!(code(refused), Code::PermissionDenied, "{lacking}");
    }
    let list = shop.orders().list_orders(shop.with("orders:read", ListOrdersRequest {})).await?;
    let orders: Vec<Order> = list.into_inner().collect::<Result<_, _>>().await?;
    assert_eq!(products(&orders), ["bowl", "tea"], "what was refused was not placed");
    let unknown =
        shop.orders().place_orders(shop.with("orders:read orders:write", iter(named(&["sake"])))).await;
    assert_eq!(code(unknown), Code::InvalidArgument);
    Ok(())
}

#[tokio::test]
async fn a_stream_in_both_directions() -> Outcome {
    let shop = Shop::open().await?;
    let ids = shop.place(&["tea", "fan"]).await?;
    let asked =
        |ids: &[String]| iter(ids.iter().map(|id| WatchOrdersRequest { id: id.clone() }).collect::<Vec<_>>());
    let answers = shop.orders().watch_orders(shop.with("orders:read", asked(&ids))).await?;
    let orders: Vec<Order> = answers.into_inner().collect::<Result<_, _>>().await?;
    assert_eq!(products(&orders), ["tea", "fan"]);
    let refused = shop.orders().watch_orders(asked(&ids)).await;
    assert_eq!(code(refused), Code::Unauthenticated);
    Ok(())
}

#[tokio::test]
async fn any_of_several_sets_of_scopes() -> Outcome {
    let shop = Shop::open().await?;
    let ids = shop.place(&["tea", "fan"]).await?;
    let lacking = shop.orders().delete_order(shop.with("orders:read", delete(&ids[0]))).await;
    assert_eq!(code(lacking), Code::PermissionDenied);
    shop.orders().delete_order(shop.with("orders:read orders:write", delete(&ids[0]))).await?;
    let of_another =
        shop.orders().delete_order(shop.of("bob", "orders:read orders:write", delete(&ids[1]))).await;
    assert_eq!(code(of_another), Code::NotFound);
    shop.orders().delete_order(shop.of("bob", "admin", delete(&ids[1]))).await?;
    Ok(())
}

#[tokio::test]
async fn public_and_authenticated() -> Outcome {
    let shop = Shop::open().await?;
    let listed = shop.catalog().list_products(ListProductsRequest {}).await?.into_inner();
    assert_eq!(listed.products, ["bowl", "fan", "tea"]);
    let price = || GetPriceRequest { product: "tea".to_owned() };
    assert_eq!(code(shop.catalog().get_price(price()).await), Code::Unauthenticated);
    assert_eq!(shop.catalog().get_price(shop.with("", price())).await?.into_inner().cents, 1_200);
    Ok(())
}

#[tokio::test]
async fn what_is_declared_has_to_be_served() {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let services = Services::new(DESCRIPTOR_SET).add_service(CatalogServer::new(Catalog));
    let fault = services.protect(issuer.issuer()).expect_err("Orders is missing").to_string();
    assert!(fault.contains("orders.v1.Orders"), "{fault}");
}

#[tokio::test]
async fn no_handler_does_anything_without_the_guard() -> Outcome {
    let mut shop = Shop::open().await?;
    let unguarded = Server::builder()
        .add_service(OrdersServer::new(Orders::default()))
        .add_service(CatalogServer::new(Catalog));
    let (listener, channel) = listen()?;
    tokio::spawn(unguarded.serve_with_incoming(listener));
    shop.channel = channel;
    let deleted = shop.orders().delete_order(shop.with("admin", delete("1"))).await;
    assert_eq!(code(deleted), Code::Internal);
    let listed = shop.catalog().list_products(ListProductsRequest {}).await;
    assert_eq!(code(listed), Code::Internal);
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
