//! A rule that is tried before it is enforced: one line of the proto is all the difference, and what changes with it are the
//! calls of which it was told before.

use std::error::Error;

use orders::proto::catalog_client::CatalogClient;
use orders::proto::catalog_server::CatalogServer;
use orders::proto::orders_client::OrdersClient;
use orders::proto::orders_server::OrdersServer;
use orders::proto::{DeleteOrderRequest, GetOrderRequest, GetPriceRequest};
use orders::{Catalog, Orders};
use sekisho::Services;
use sekisho::testing::TestIssuer;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt as _;

const PROTO: &str = include_str!("../proto/orders/v1/orders.proto");

/// The rule of `DeleteOrder`, whose handler finds no order and answers by a head alone; and that of `GetPrice`, whose
/// handler answers by a message and trailers.
const RULES: [(&str, &str, &[&str]); 2] = [
    (
        "delete",
        r#"any_of: [ { all_of: ["orders:read", "orders:write"] }, { all_of: "admin" } ]"#,
        &[
            "CREDENTIALS_MISSING",
            "CREDENTIALS_MALFORMED",
            "ACCESS_TOKEN_EXPIRED",
            "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        ],
    ),
    (
        "price",
        "authenticated: true",
        &["CREDENTIALS_MISSING", "CREDENTIALS_MALFORMED", "ACCESS_TOKEN_EXPIRED"],
    ),
];

/// What a caller sees: the code, the reason of a refusal, and that of one which is only reported.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    code: Code,
    refused: Option<String>,
    told: Option<String>,
}

fn seen<T>(answer: Result<Response<T>, Status>) -> Seen {
    let told = |metadata: &MetadataMap| {
        metadata.get("sekisho-would-deny").and_then(|reason| reason.to_str().ok()).map(str::to_owned)
    };
    match answer {
        Ok(response) => Seen { code: Code::Ok, refused: None, told: told(response.metadata()) },
        Err(status) => Seen {
            code: status.code(),
            refused: status.get_details_error_info().map(|info| info.reason),
            told: told(status.metadata()),
        },
    }
}

async fn start(proto: &str, issuer: &TestIssuer) -> Result<Channel, Box<dyn Error>> {
    let protected = Services::new(&sekisho_build::descriptor_set_of(proto)?)
        .add_service(OrdersServer::new(Orders::default()))
        .add_service(CatalogServer::new(Catalog))
        .protect(issuer.issuer())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(Server::builder().serve_with_incoming(protected, TcpListenerStream::new(listener)));
    Ok(Endpoint::try_from(format!("http://{address}"))?.connect().await?)
}

fn with<T>(message: T, authorization: Option<&String>) -> Result<Request<T>, Box<dyn Error>> {
    let mut request = Request::new(message);
    if let Some(authorization) = authorization {
        request.metadata_mut().insert("authorization", authorization.parse()?);
    }
    Ok(request)
}

/// The methods whose rules are tried, and one beside them, with every kind of credentials.
async fn calls(proto: &str) -> Result<Vec<(&'static str, Seen)>, Box<dyn Error>> {
    let issuer = TestIssuer::new("https://tenant.example/", "orders");
    let channel = start(proto, &issuer).await?;
    let (mut orders, mut catalog) = (OrdersClient::new(channel.clone()), CatalogClient::new(channel));
    let token = || issuer.token().issued_at(std::time::SystemTime::now());
    let bearer = |token: String| Some(format!("Bearer {token}"));
    let mut found = Vec::new();
    for authorization in [
        None,
        Some("Basic YTpi".to_owned()),
        bearer(token().scope("admin").claim("exp", 1).sign()),
        bearer(token().scope("orders:read").sign()),
        bearer(token().scope("orders:read admin").sign()),
    ] {
        let id = || "7".to_owned();
        let delete = with(DeleteOrderRequest { id: id() }, authorization.as_ref())?;
        found.push(("delete", seen(orders.delete_order(delete).await)));
        let get = with(GetOrderRequest { id: id() }, authorization.as_ref())?;
        found.push(("get", seen(orders.get_order(get).await)));
        let price = with(GetPriceRequest { product: "tea".to_owned() }, authorization.as_ref())?;
        found.push(("price", seen(catalog.get_price(price).await)));
    }
    Ok(found)
}

#[tokio::test]
async fn enforcing_a_rule_refuses_the_calls_that_were_told_of_and_no_other() -> Result<(), Box<dyn Error>> {
    let enforced = calls(PROTO).await?;
    for (tried_method, rule, reasons) in RULES {
        let tried = PROTO.replacen(rule, &format!("mode: REPORT_ONLY {rule}"), 1);
        assert_eq!(tried.lines().zip(PROTO.lines()).filter(|(tried, line)| tried != line).count(), 1);

        let before = calls(&tried).await?;
        for ((method, before), (_, after)) in before.iter().zip(&enforced) {
            match &before.told {
                None => assert_eq!(after, before, "{method}: nothing was told of it"),
                Some(reason) => {
                    assert_eq!((*method, &before.refused), (tried_method, &None));
                    assert_eq!(*after, Seen { code: after.code, refused: Some(reason.clone()), told: None });
                    assert!(matches!(after.code, Code::Unauthenticated | Code::PermissionDenied));
                }
            }
        }
        let told: Vec<_> = before.iter().filter_map(|(_, seen)| seen.told.as_deref()).collect();
        assert_eq!(told, reasons, "{tried_method}");
    }
    Ok(())
}
