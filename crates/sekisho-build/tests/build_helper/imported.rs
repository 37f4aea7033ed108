//! The services of files that are only imported: they need no rule, and the server does not know them.

use sekisho_build as build;
use sekisho_policy::{AccessRule, Policy, PolicyError};

use crate::support::{ORDERS, Package};

const OPERATIONS: &str = r#"syntax = "proto3";
package operations.v1;
message Operation {}
// Long-running operations.
service Operations {
  rpc Get(Operation) returns (Operation);
  rpc Cancel(Operation) returns (Operation);
}
"#;

fn orders() -> String {
    let import = "import \"operations.proto\";\nmessage Order { operations.v1.Operation operation = 1; }";
    ORDERS.replace("message Order {}", import)
}

fn package() -> Package {
    Package::new(&[("orders.proto", &orders()), ("operations.proto", OPERATIONS)])
}

fn embedded(package: &Package) -> Result<Policy, PolicyError> {
    Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin"))
}

#[test]
fn services_of_imported_files_need_no_rule_and_are_not_embedded() {
    let package = package();
    package.compile(&["orders.proto"]).expect("compiles");
    let policy = embedded(&package).expect("the server reads it without a rule more");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["orders.v1.Orders"]);
    assert!(policy.method("/operations.v1.Operations/Get").is_none());
    assert!(policy.method("/orders.v1.Orders/Get").is_some());
    // The places of what is left have not moved, and those of what is gone are gone.
    let place = policy.method("/orders.v1.Orders/Put").and_then(|method| method.position());
    assert_eq!(place.map(ToString::to_string).as_deref(), Some("orders.proto:10:3"));
    let set = package.output("sekisho_descriptor_set.bin");
    assert!(!String::from_utf8_lossy(&set).contains("Long-running operations"));
    // Code is generated for it all the same, as tonic does.
    assert!(package.generated("operations.v1.rs").contains("pub struct OperationsClient"));
}

#[test]
fn a_service_of_a_file_that_is_asked_for_needs_its_rules() {
    let files = ["orders.proto", "operations.proto"];
    // In whatever order, and whether it is imported as well or not.
    for files in [files, [files[1], files[0]]] {
        let package = package();
        let error = package.compile(&files).expect_err("no rules").to_string();
        assert!(
            error.contains("operations.proto:6:3: operations.v1.Operations.Get: no access rule"),
            "{error}"
        );
        assert!(
            error.contains("operations.proto:7:3: operations.v1.Operations.Cancel: no access rule"),
            "{error}"
        );
        let rules = |builder: build::Builder| {
            builder
                .rule("operations.v1.Operations/Get", AccessRule::Authenticated)
                .rule("operations.v1.Operations/Cancel", AccessRule::Authenticated)
        };
        package.compile_with(rules(build::configure()), &files).expect("compiles");
        let error = embedded(&package).expect_err("the server needs the rules, too").to_string();
        assert!(error.contains("operations.v1.Operations.Get: no access rule"), "{error}");
    }
}

#[test]
fn services_that_are_named_are_judged_and_no_others() {
    let package = package();
    let builder = build::configure().services(["operations.v1.Operations"]);
    let error = package.compile_with(builder, &["orders.proto"]).expect_err("no rules").to_string();
    assert!(error.starts_with("2 faults"), "{error}");

    let builder = build::configure()
        .services(["operations.v1.Operations"])
        .rule("operations.v1.Operations/Get", AccessRule::Public)
        .rule("operations.v1.Operations/Cancel", AccessRule::Public);
    package.compile_with(builder, &["orders.proto"]).expect("compiles");
    let set = package.output("sekisho_descriptor_set.bin");
    let policy = Policy::builder()
        .descriptor_set(&set)
        .rule("operations.v1.Operations/Get", AccessRule::Public)
        .rule("operations.v1.Operations/Cancel", AccessRule::Public)
        .build()
        .expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["operations.v1.Operations"]);

    let builder = build::configure().services(["orders.v1.Gone"]);
    let error = package.compile_with(builder, &["orders.proto"]).expect_err("no such service").to_string();
    assert!(error.contains("orders.v1.Gone: the descriptor set has no service of this name"), "{error}");
}

#[test]
fn of_several_services_of_a_file_the_named_one_keeps_its_place() {
    let two = format!(
        "{ORDERS}// Of others.\nservice Last {{\n  rpc Get(Order) returns (Order) {{ option (sekisho.v1.access) = {{ public: true }}; }}\n}}\n"
    );
    let package = Package::new(&[("orders.proto", &two)]);
    package
        .compile_with(build::configure().services(["orders.v1.Last"]), &["orders.proto"])
        .expect("compiles");
    let policy = embedded(&package).expect("a policy");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["orders.v1.Last"]);
    let place = policy.method("/orders.v1.Last/Get").and_then(|method| method.position());
    assert_eq!(place.map(ToString::to_string).as_deref(), Some("orders.proto:15:3"));
}
