//! Who may call what, written down once more: every method with every kind of token that it has to refuse or to let in.

use std::error::Error;

use orders::proto::DESCRIPTOR_SET;
use orders::proto::catalog_server::CatalogServer;
use orders::proto::orders_server::OrdersServer;
use orders::{Catalog, Orders};
use sekisho::testing::{TestIssuer, matrix};
use sekisho::{AccessRule, Protected, Services};

/// What this team has agreed on. The services are compared with it, and not it with the proto.
const RULES: [(&str, &str); 12] = [
    ("orders.v1.Orders/GetOrder", "orders:read"),
    ("orders.v1.Orders/ListOrders", "orders:read"),
    ("orders.v1.Orders/WatchOrders", "orders:read"),
    ("orders.v1.Orders/FollowOrders", "orders:read"),
    ("orders.v1.Orders/PlaceOrders", "orders:read orders:write"),
    ("orders.v1.Orders/DeleteOrder", "orders:read orders:write | admin"),
    ("orders.v1.Catalog/ListProducts", "public"),
    ("orders.v1.Catalog/GetPrice", "authenticated"),
    ("grpc.health.v1.Health/Check", "public"),
    ("grpc.health.v1.Health/Watch", "public"),
    ("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "authenticated"),
    ("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "authenticated"),
];

/// As `main` has it.
fn protected(descriptor_set: &[u8], issuer: &TestIssuer) -> Result<Protected, Box<dyn Error>> {
    let services = Services::new(descriptor_set)
        .add_service(OrdersServer::new(Orders::default()))
        .add_service(CatalogServer::new(Catalog))
        .health(AccessRule::Public)
        .reflection(AccessRule::Authenticated);
    Ok(services.protect(issuer.issuer())?)
}

#[tokio::test]
async fn every_method_refuses_and_lets_in_what_it_should() -> Result<(), Box<dyn Error>> {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    matrix(protected(DESCRIPTOR_SET, &issuer)?, &issuer, RULES).assert().await;
    Ok(())
}

/// Each change to the proto that nobody agreed on, and a row that fails for it.
#[tokio::test]
async fn a_wrong_rule_in_the_proto_is_found() -> Result<(), Box<dyn Error>> {
    const PROTO: &str = include_str!("../proto/orders/v1/orders.proto");
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let cases = [
        // One scope is enough where both are meant.
        (
            r#"any_of: [ { all_of: ["orders:read", "orders:write"] }, { all_of: "admin" } ]"#,
            r#"any_of: [ { all_of: "orders:write" }, { all_of: "admin" } ]"#,
            ("orders.v1.Orders/DeleteOrder", "a valid token with scope orders:write"),
        ),
        // The default of the service is the rule of four methods.
        (
            r#"default_access) = { all_of: "orders:read" }"#,
            r#"default_access) = { authenticated: true }"#,
            ("orders.v1.Orders/FollowOrders", "a valid token without a scope"),
        ),
        ("authenticated: true", "public: true", ("orders.v1.Catalog/GetPrice", "no token")),
        ("authenticated: true", "optional: true", ("orders.v1.Catalog/GetPrice", "no token")),
        (
            r#"all_of: ["orders:read", "orders:write"]"#,
            r#"mode: REPORT_ONLY all_of: ["orders:read", "orders:write"]"#,
            ("orders.v1.Orders/PlaceOrders", "an expired token"),
        ),
    ];
    for (right, wrong, row) in cases {
        assert!(PROTO.contains(right), "the proto does not say {right}");
        let descriptor_set = sekisho_build::descriptor_set_of(&PROTO.replacen(right, wrong, 1))?;
        let failure = matrix(protected(&descriptor_set, &issuer)?, &issuer, RULES).await;
        let failure = failure.expect_err(wrong);
        let mut failed = failure.report().failed().map(|(method, row)| (method, row.sent()));
        assert!(failed.any(|found| found == row), "{wrong}: {failure}");
    }
    Ok(())
}
