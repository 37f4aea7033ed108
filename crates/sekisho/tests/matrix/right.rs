//! A service that is guarded as expected, by every way to it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use sekisho::scope::ScopePrefix;
use sekisho::testing::{ExpectedRule, ManualClock, TokenShape, matrix};
use sekisho::{Protected, Services};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint, Server};
use tower::{ServiceBuilder, service_fn};

use super::support::{RULES, SERVICE, Shop, TALK, every_kind, failed, issuer, services, shop, shop_with};

#[tokio::test]
async fn every_kind_of_rule_and_call_passes() {
    let issuer = issuer();
    let report = matrix(shop(issuer), issuer, RULES).await.expect("guarded as expected");
    let rows = |name: &str| report.rows().filter(|(method, _)| method.ends_with(name)).count();
    // Sixteen without a valid token, two of unknown methods, and then: no scope, those of the other methods.
    assert_eq!((rows("/List"), rows("/Price")), (20, 20));
    // `shop:read:more`, and the scope itself.
    assert_eq!((rows("/Get"), rows("/Watch")), (22, 22));
    // Each of both alone, longer ones, both.
    assert_eq!(rows("/Upload"), 24);
    // Besides, the other alternative, its longer one, all; and no other method asks for anything else.
    assert_eq!(rows("/Talk"), 26);
}

#[tokio::test]
async fn every_kind_of_rule_with_every_kind_of_call() {
    let (services, rules) = every_kind();
    let report = matrix(services.protect(issuer().issuer()).expect("services"), issuer(), rules).await;
    let report = report.expect("guarded as expected").to_string();
    assert!(report.ends_with("rows of 40 methods, 0 failed"), "{report}");
}

/// What is refused by the one is told by the other, on the same methods.
#[tokio::test]
async fn a_server_that_only_reports_is_one_whose_rules_all_do() {
    let (services, rules) = every_kind();
    let reporting = services.dangerous_report_only().protect(issuer().issuer()).expect("services");
    let failed = matrix(reporting.clone(), issuer(), rules.clone()).await.expect_err("it only reports");
    assert!(failed.report().failed().all(|(method, _)| !method.contains("Reported")), "{failed}");
    let reported = rules.into_iter().map(|(method, rule)| {
        let rule: ExpectedRule = rule.parse().expect("a rule");
        (method, rule.report_only())
    });
    matrix(reporting, issuer(), reported).await.expect("each of them only reports");
}

#[tokio::test]
async fn the_report_is_a_table() {
    let issuer = issuer();
    let report = matrix(shop(issuer), issuer, RULES).await.expect("guarded as expected").to_string();
    let expected = "\
shop.v1.Shop
  Get                            unary  shop:read                                 22 passed
  List                           unary  public                                    20 passed
  Price                          unary  authenticated                             20 passed
  Talk                           bidi   shop:read shop:write | shop:admin         26 passed
  Upload                         client shop:read shop:write                      24 passed
  Watch                          server shop:read                                 22 passed

134 rows of 6 methods, 0 failed";
    assert_eq!(report, expected);
}

#[tokio::test]
async fn assert_is_quiet_where_all_is_right() {
    let issuer = issuer();
    matrix(shop(issuer), issuer, RULES).assert().await;
}

#[tokio::test]
async fn behind_layers_and_in_a_router_it_is_told_the_methods_and_the_clock() {
    let issuer = issuer();
    let protected = shop(issuer);
    let policy = protected.authorizer().policy().clone();
    let clock = Arc::new(ManualClock::new());
    let layered =
        ServiceBuilder::new().map_request(|request: Request<Body>| request).service(protected.clone());
    matrix(layered, issuer, RULES)
        .policy(policy.clone())
        .clock(clock.clone())
        .await
        .expect("guarded as expected");
    let router = protected.into_axum_router().route("/", axum::routing::get(async || "hello"));
    let report = matrix(router.clone(), issuer, RULES).policy(policy).clock(clock.clone()).await;
    assert!(!report.expect("guarded as expected").to_string().contains("does not tell"));
    let report = matrix(router, issuer, RULES).clock(clock).await.expect("guarded as expected");
    assert!(report.to_string().contains("does not tell which methods it has"), "{report}");
}

#[tokio::test]
async fn over_a_socket_by_the_clock_of_the_system() {
    let issuer = issuer();
    let set = sekisho_build::descriptor_set_of(
        r#"
        syntax = "proto3";
        package shop.v1;
        import "sekisho/v1/access.proto";
        message Item {}
        service Shop {
          option (sekisho.v1.default_access) = { all_of: "shop:read" };
          rpc Get(Item) returns (Item);
          rpc Watch(Item) returns (stream Item);
          rpc Upload(stream Item) returns (Item);
          rpc Talk(stream Item) returns (stream Item);
        }
        "#,
    );
    let services = Services::new(&set.expect("a descriptor set")).add_named(SERVICE, Shop);
    let protected = services.protect(issuer.issuer()).expect("services");
    let policy = protected.authorizer().policy().clone();
    let channel = served(protected).await;
    let methods = ["Get", "Watch", "Upload", "Talk"].map(|name| (format!("{SERVICE}/{name}"), "shop:read"));
    matrix(channel, issuer, methods).policy(policy).await.expect("guarded as expected");
}

#[tokio::test]
async fn every_kind_over_a_socket() {
    let (services, rules) = every_kind();
    let protected = services.protect(issuer().issuer()).expect("services");
    let policy = protected.authorizer().policy().clone();
    let channel = served(protected).await;
    let report = matrix(channel, issuer(), rules).policy(policy).clock(Arc::new(ManualClock::new())).await;
    report.expect("guarded as expected");
}

/// By tonic's own server, until the test ends.
async fn served(protected: Protected) -> Channel {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(Server::builder().serve_with_incoming(protected, TcpListenerStream::new(listener)));
    Endpoint::from_shared(format!("http://{address}")).expect("an address").connect_lazy()
}

#[tokio::test]
async fn a_server_that_is_not_there_fails_every_row() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let channel = Endpoint::from_shared(format!("http://{address}")).expect("an address").connect_lazy();
    let failure = matrix(channel, issuer(), RULES).await.expect_err("nobody is there");
    assert!(failure.report().rows().all(|(_, row)| !row.passed()), "{failure}");
    assert!(failure.to_string().contains("the service failed: transport error"), "{failure}");
}

/// Time stands still until everything waits.
#[tokio::test(start_paused = true)]
async fn handlers_that_never_answer_were_let_in() {
    let silent = service_fn(async |_: Request<Body>| {
        std::future::pending::<Result<Response<Body>, Infallible>>().await
    });
    let issuer = issuer();
    // Two seconds for each method, however many of its calls are let in.
    let twelve_seconds = Duration::from_millis(12_100);
    let report =
        tokio::time::timeout(twelve_seconds, matrix(shop_with(issuer, TALK, silent), issuer, RULES)).await;
    let report = report.expect("at once").expect("guarded as expected");
    let row = report.rows().find(|(_, row)| row.sent() == "no token").expect("a row").1;
    assert!(row.seen().starts_with("refused: code: UNAUTHENTICATED"), "{}", row.seen());
    let list = report.rows().find(|(method, _)| method.ends_with("/List")).expect("a row").1;
    assert_eq!(list.seen(), "let in (no answer within 2s)");
    // Whatever the rule is: the public one, and each that is enforced.
    let let_in = report.rows().filter(|(_, row)| row.seen().starts_with("let in")).count();
    assert!(let_in > report.rows().filter(|(method, _)| method.ends_with("/List")).count());
    let told = format!("\n{let_in} rows were let in without an answer within 2s");
    assert!(report.to_string().ends_with(&told), "{report}");
}

#[tokio::test]
async fn scopes_are_named_as_the_issuer_writes_them() {
    let issuer = issuer();
    let prefix: ScopePrefix = "api://shop/".parse().expect("a prefix");
    let trusted = issuer.issuer().verified_by(|verifier| verifier.scope_prefix(prefix.clone()));
    let protected = services(TALK).add_named(SERVICE, Shop).protect(trusted).expect("services");
    matrix(protected.clone(), issuer, RULES).scope_prefix(prefix).await.expect("guarded as expected");
    let failure = matrix(protected, issuer, RULES).await.expect_err("it names them otherwise").to_string();
    assert!(failure.contains("requiredScopes: api://shop/shop:read"), "{failure}");
}

/// Of a call that names no issuer, the first one's words are told.
#[tokio::test]
async fn of_several_issuers_each_has_its_own_words() {
    let first = issuer().clone().shape(TokenShape::EntraV1);
    let second = issuer().clone().renamed("https://another.example/", "shop");
    let services = services(TALK).add_named(SERVICE, Shop).also_trusting(second.issuer());
    let protected = services.protect(first.issuer()).expect("services");
    matrix(protected.clone(), &first, RULES).await.expect("guarded as expected");
    let prefix = first.verifier().prefix_of_scopes().clone();
    let report = matrix(protected.clone(), &second, RULES).scope_prefix_of_first_issuer(prefix).await;
    report.expect("guarded as expected");
    let rows = failed(matrix(protected, &second, RULES).await);
    assert_eq!(rows.len(), 4 * 8, "no token, its entry or its form is wrong, or its issuer: {rows:#?}");
}
