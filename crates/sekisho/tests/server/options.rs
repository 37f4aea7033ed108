//! What the guard is told, and a service whose name is no constant.

use std::sync::Arc;
use std::time::Duration;

use sekisho::Services;
use sekisho::grpc::ForwardedToken;
use sekisho::testing::{ManualClock, TestIssuer};
use tonic::Code;
use tower::util::MapRequestLayer;

use super::support::{
    DELETE, GET, Orders, Ran, call, connect, descriptor_set, issuer, serve_by_tonic, services, unregistered,
};
use super::way;

#[tokio::test]
async fn the_clock_is_the_one_that_is_given() {
    let (issuer, orders, clock) = (issuer(), Orders::default(), Arc::new(ManualClock::new()));
    let services = way(Services::new(&descriptor_set())).clock(clock.clone()).add_service(orders);
    let channel = connect(serve_by_tonic(services.protect(issuer.issuer()).expect("protected")).await).await;
    let token = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Ok);
    clock.advance(Duration::from_secs(2 * 60 * 60));
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn the_size_of_a_token_is_bounded_as_it_is_told() {
    let (issuer, orders) = (issuer(), Orders::default());
    let token = issuer.token().scope("orders:read").sign();
    let size = "Bearer ".len() + token.len();
    for (limit, code) in [(size, Code::Ok), (size - 1, Code::Unauthenticated)] {
        let protected = services(&orders).max_token_size(limit).protect(issuer.issuer()).expect("protected");
        let channel = connect(serve_by_tonic(protected).await).await;
        assert_eq!(call(&channel, GET, Some(&token)).await.code(), code, "{limit}");
    }
}

#[tokio::test]
async fn tokens_of_every_issuer_that_is_trusted_are_accepted() {
    let (one, orders) = (issuer(), Orders::default());
    let other = TestIssuer::new("https://other.example/", "orders");
    let protected = services(&orders).also_trusting(other.issuer()).protect(one.issuer()).expect("protected");
    let channel = connect(serve_by_tonic(protected).await).await;
    for issuer in [&one, &other] {
        let token = issuer.token().scope("orders:read").sign();
        assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Ok);
    }
    let stranger = TestIssuer::new("https://third.example/", "orders");
    let token = stranger.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn the_token_is_handed_on_only_where_that_is_asked_for() {
    let (issuer, orders, seen) = (issuer(), Orders::default(), Ran::default());
    let token = issuer.token().scope("orders:read").sign();
    let looking = |seen: Ran| {
        MapRequestLayer::new(move |request: http::Request<axum::body::Body>| {
            assert!(!request.headers().contains_key("authorization"));
            let forwarded = request.extensions().get().map(ForwardedToken::as_str);
            seen.add(forwarded.unwrap_or("none").to_owned());
            request
        })
    };
    let keeping = services(&orders).layer(looking(seen.clone()));
    let forwarding = services(&orders).layer(looking(seen.clone())).dangerous_forward_token();
    for services in [keeping, forwarding] {
        let protected = services.protect(issuer.issuer()).expect("protected");
        let channel = connect(serve_by_tonic(protected).await).await;
        assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Ok);
    }
    assert_eq!(seen.all(), ["none".to_owned(), token]);
}

#[tokio::test]
async fn a_service_that_is_named_at_run_time_is_guarded_alike() {
    let (issuer, orders) = (issuer(), Orders::default());
    let protected = unregistered().add_named("orders.v1.Orders", orders.clone()).protect(issuer.issuer());
    let channel = connect(serve_by_tonic(protected.expect("protected")).await).await;
    let token = issuer.token().scope("orders:read").sign();
    assert_eq!(call(&channel, GET, Some(&token)).await.code(), Code::Ok);
    assert_eq!(call(&channel, DELETE, Some(&token)).await.code(), Code::PermissionDenied);
    assert_eq!(orders.ran.all(), ["/orders.v1.Orders/Get for alice"]);
}

#[tokio::test]
async fn of_a_set_only_the_services_that_are_named_are_known() {
    let shop = sekisho_build::descriptor_set_of(
        r#"
        syntax = "proto3";
        package orders.v1;
        import "sekisho/v1/access.proto";
        message Order {}
        service Orders {
          rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; }
        }
        service Audit {
          rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { public: true }; }
        }
        "#,
    );
    let shop = shop.expect("a descriptor set");
    let orders = Orders::default();
    let selected = way(Services::selected(&shop, ["orders.v1.Orders"])).add_service(orders.clone());
    let channel =
        connect(serve_by_tonic(selected.protect(issuer().issuer()).expect("one of two")).await).await;
    assert_eq!(call(&channel, GET, None).await.code(), Code::Ok);
    assert_eq!(call(&channel, "/orders.v1.Audit/Get", None).await.code(), Code::Unimplemented);
    assert_eq!(orders.ran.all().len(), 1);

    let all = Services::new(&shop).add_service(orders).protect(issuer().issuer());
    assert!(all.expect_err("two of two").to_string().contains("orders.v1.Audit"));
    let misspelt = Services::selected(&shop, ["orders.v1.Order"]).protect(issuer().issuer());
    assert!(misspelt.expect_err("no such service").to_string().contains("orders.v1.Order"));
}
