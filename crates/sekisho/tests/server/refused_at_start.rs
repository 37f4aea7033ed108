//! What is registered is what is declared, or nothing is served.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sekisho::server::SetupError;
use sekisho::{AccessRule, Issuer, Services};
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use super::support::{GET, Orders, issuer, services, unregistered};

fn refusal(services: Services) -> String {
    match services.protect(issuer().issuer()) {
        Ok(_) => "served".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn health_of_her_own() -> HealthServer<HealthService> {
    HealthServer::new(HealthService::from_health_reporter(HealthReporter::default()))
}

#[test]
fn what_is_not_declared_and_registered_alike() {
    let orders = Orders::default;
    let own = || services(&orders()).health(AccessRule::Public).reflection(AccessRule::Authenticated);
    let cases = [
        ("served", services(&orders())),
        ("served", own()),
        ("served", unregistered().add_named("orders.v1.Orders", orders())),
        ("orders.v1.Orders: in the policy, but not registered", unregistered()),
        (
            "grpc.health.v1.Health: registered with the server",
            services(&orders()).add_service(health_of_her_own()),
        ),
        ("grpc.health.v1.Health: registered twice", own().add_service(health_of_her_own())),
        ("orders.v1.Orders: registered twice", services(&orders()).add_service(orders())),
        ("orders.v1.Orders: registered twice", services(&orders()).add_named("orders.v1.Orders", orders())),
        // What an axum router would panic at.
        ("{x}: registered with the server", services(&orders()).add_named("{x}", orders())),
        ("{*x}/y: registered with the server", services(&orders()).add_named("{*x}/y", orders())),
        (": registered with the server", services(&orders()).add_named("", orders())),
        (
            "orders.v1.Orders.Get: it has an access rule",
            services(&orders()).rule("orders.v1.Orders/Get", AccessRule::Public),
        ),
        (
            "orders.v1.Orders/Drop: it has an explicit",
            services(&orders()).rule("orders.v1.Orders/Drop", AccessRule::Public),
        ),
        ("no complete descriptor set", services(&orders()).descriptor_set(b"no set")),
        ("no access rule", services(&orders()).descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)),
    ];
    for (expected, services) in cases {
        let told = refusal(services);
        assert!(told.contains(expected), "expected {expected}: {told}");
    }
}

/// As a server reads rules that are newer than its own copy of the option: they have numbers that it does not know.
#[test]
fn a_rule_with_a_field_that_the_copy_of_the_option_does_not_have_stops_the_start() {
    for (rule, name, number) in
        [("optional: true", "optional", 5), (r#"all_of: "newer:read" mode: REPORT_ONLY"#, "mode", 6)]
    {
        let set = sekisho_build::descriptor_set_of(&format!(
            r#"syntax = "proto3";
            package newer.v1;
            import "sekisho/v1/access.proto";
            message M {{}}
            service Newer {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {{ {rule} }}; }} }}"#
        ));
        let set = set.expect("a descriptor set");
        let length = u8::try_from(name.len()).expect("a short one");
        let declared = [&[0x0a, length], name.as_bytes(), &[0x18, number]].concat();
        let at = (0..set.len()).find(|at| set[*at..].starts_with(&declared)).expect("the field");
        let mut older = set.clone();
        older[at + declared.len() - 1] = 15;
        let serving = |set: &[u8]| {
            services(&Orders::default()).descriptor_set(set).add_named("newer.v1.Newer", Orders::default())
        };
        assert_eq!(refusal(serving(&set)), "served", "{rule}");
        let told = refusal(serving(&older));
        let expected = format!("this version does not know, or knows otherwise ({number})");
        assert!(told.contains("newer.v1.Newer.Get: ") && told.contains(&expected), "{told}");
    }
}

/// By whichever router it comes, it would answer in place of the guard.
#[test]
fn a_service_that_is_in_other_routes_besides_stops_the_start() {
    let guarded = || services(&Orders::default()).protect(issuer().issuer()).expect("protected");
    let other = |service: fn(Routes) -> Routes| service(Routes::default()).into_axum_router();
    let unguarded = |routes: Routes| routes.add_service(Orders::default());
    let elsewhere = |routes: Routes| routes.add_service(health_of_her_own());
    let panics = |build: &dyn Fn()| catch_unwind(AssertUnwindSafe(build)).is_err();
    assert!(panics(&|| drop(guarded().into_axum_router().merge(other(unguarded)))));
    let of_a_method = || axum::Router::new().route(GET, axum::routing::post(|| async {}));
    assert!(panics(&|| drop(guarded().into_axum_router().merge(of_a_method()))));
    assert!(!panics(&|| drop(guarded().into_axum_router().merge(other(elsewhere)))));
}

/// The words of a `main` that returns the error: whoever starts the server sees `Debug`.
#[tokio::test]
async fn a_main_that_returns_the_error_tells_what_to_do() {
    let printed = |services: Services| {
        let error: Box<dyn std::error::Error> =
            services.protect(issuer().issuer()).expect_err("served").into();
        format!("Error: {error:?}")
    };
    assert_eq!(
        printed(unregistered()),
        "Error: what is registered is not what is declared:\n\
         orders.v1.Orders: in the policy, but not registered with the server\n\
         Add it by `add_service`; where another server has it, name those of this one by `selected`."
    );
    assert_eq!(
        printed(services(&Orders::default()).add_service(health_of_her_own())),
        "Error: what is registered is not what is declared:\n\
         grpc.health.v1.Health: registered with the server, but no descriptor set of the policy has it\n\
         Declare it: compile its .proto with sekisho-build, or add its descriptor set by `descriptor_set`; \
         health and reflection come by `health` and `reflection`."
    );
    let policy = printed(services(&Orders::default()).rule("orders.v1.Orders/Drop", AccessRule::Public));
    assert!(
        policy.starts_with("Error: the access policy has faults:\norders.v1.Orders/Drop: it has"),
        "{policy}"
    );
    let url: Box<dyn std::error::Error> =
        Issuer::discover("tenant.example", "orders").expect_err("no URL").into();
    assert_eq!(format!("{url:?}"), "not an absolute URL; expected one like https://tenant.example/");
}

/// Of all that a server is set up with, not of its services alone.
#[test]
fn what_cannot_be_read_is_told_in_words_by_either_format() {
    use sekisho::jwks::{Algorithm, KeySet};
    use sekisho::scope::ScopeSet;
    use sekisho::token::{ClaimPath, TokenProfile};
    let errors: [(&str, Box<dyn std::error::Error>); 7] = [
        ("scope", "a\"b".parse::<ScopeSet>().expect_err("a quote").into()),
        ("rule", AccessRule::all_of(Vec::<&str>::new()).expect_err("no scope").into()),
        ("claim path", "a..b".parse::<ClaimPath>().expect_err("no name").into()),
        ("profile", "rfc1".parse::<TokenProfile>().expect_err("no profile").into()),
        ("algorithm", "HS256".parse::<Algorithm>().expect_err("symmetric").into()),
        ("key set", KeySet::parse(b"{}").expect_err("no keys").into()),
        ("reflection", sekisho::reflection::Reflection::new([&b"no set"[..]]).expect_err("no set").into()),
    ];
    for (what, error) in errors {
        assert_eq!(format!("{error:?}"), error.to_string(), "{what}");
    }
}

#[tokio::test]
async fn an_issuer_that_no_token_can_name_is_refused() {
    let cases = [
        ("https://tenant.example/?realm=a", "orders", Some("a query")),
        ("https://tenant.example/.well-known/openid-configuration", "orders", Some("the URL of a document")),
        ("https://tenant.example/", "", Some("the audience is empty")),
        ("https://tenant.example/", "orders", None),
        ("https://tenant.example/realms/a", "orders", None),
    ];
    for (url, audience, expected) in cases {
        let fault = Issuer::discover(url, audience).err().map(|error| error.to_string());
        assert_eq!(fault.is_some(), expected.is_some(), "{url} {audience}: {fault:?}");
        assert!(fault.unwrap_or_default().contains(expected.unwrap_or_default()), "{url} {audience}");
    }
}

#[test]
fn issuers_whose_tokens_cannot_be_told_apart() {
    let other = |name: &str| sekisho::testing::TestIssuer::new(name, "orders").issuer();
    let protect = |others: &[&str]| {
        let services = services(&Orders::default());
        let trusting = others.iter().fold(services, |services, name| services.also_trusting(other(name)));
        trusting.protect(issuer().issuer())
    };
    for others in [
        &["https://tenant.example/"][..],
        &["https://tenant.example"],
        &["https://other.example/", "https://tenant.example"],
        &["https://other.example/", "https://other.example"],
    ] {
        let Err(SetupError::Issuers(fault)) = protect(others) else { panic!("served: {others:?}") };
        let told = fault.to_string();
        assert!(told.contains("two issuers are called") && told.contains(".example"), "{told}");
    }
    assert!(protect(&["https://other.example/", "https://tenant.example/a"]).is_ok(), "three names");
}

#[test]
fn every_fault_is_told_at_once() {
    let services = unregistered().rule("a.A/B", AccessRule::Public).rule("a.A/C", AccessRule::Public);
    let Err(SetupError::Policy(error)) = services.protect(issuer().issuer()) else { panic!("served") };
    assert_eq!(error.faults().len(), 2);
}
