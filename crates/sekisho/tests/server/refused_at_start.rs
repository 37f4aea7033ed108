//! What is registered is what is declared, or nothing is served.

use sekisho::server::SetupError;
use sekisho::{AccessRule, Services};

use crate::support::{Orders, issuer, services, unregistered};

fn refusal(services: Services) -> String {
    match services.protect(issuer().issuer()) {
        Ok(_) => "served".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_not_declared_and_registered_alike() {
    let orders = Orders::default;
    let own = || services(&orders()).health(AccessRule::Public).reflection(AccessRule::Authenticated);
    let health_of_her_own = || {
        let service = tonic_health::server::HealthService::from_health_reporter(Default::default());
        tonic_health::pb::health_server::HealthServer::new(service)
    };
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

#[test]
fn every_fault_is_told_at_once() {
    let services = unregistered().rule("a.A/B", AccessRule::Public).rule("a.A/C", AccessRule::Public);
    let Err(SetupError::Policy(error)) = services.protect(issuer().issuer()) else { panic!("served") };
    assert_eq!(error.faults().len(), 2);
}
