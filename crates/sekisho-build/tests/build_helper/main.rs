//! The build helper as a `build.rs` calls it: files on disk, an output directory, and what cargo prints.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

mod build_script;
mod descriptor_sets;
mod imported;
mod kinds;
mod output;
mod protoc;
mod support;

use sekisho_build as build;
use sekisho_policy::{AccessRule, Policy, StreamEnd};
use support::{ORDERS, Package};

/// A service without options.
const HEALTH: &str = "syntax = \"proto3\";\npackage health.v1;\nmessage M {}\n\
                      service Health {\n  rpc Check(M) returns (M);\n}\n";

#[test]
fn code_and_descriptors_are_written_and_the_policy_is_in_them() {
    let package = Package::new(&[("orders/v1/orders.proto", ORDERS)]);
    package.compile(&["orders/v1/orders.proto"]).expect("compiles");

    let code = package.generated("orders.v1.rs");
    assert!(code.contains("pub struct OrdersClient"), "{code}");
    assert!(code.contains("pub struct OrdersServer"), "{code}");
    // As tonic does, for each package of the files that are imported.
    assert_eq!(package.written(), ["orders.v1.rs", "sekisho.v1.rs", "sekisho_descriptor_set.bin"]);

    let policy =
        Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin")).expect("a policy");
    let put = policy.method("/orders.v1.Orders/Put").expect("Put");
    assert_eq!(*put.rule(), AccessRule::all_of(["orders:read", "orders:write"]).unwrap());
    assert_eq!(put.position().map(ToString::to_string).as_deref(), Some("orders/v1/orders.proto:9:3"));
}

#[test]
fn a_deleted_option_stops_the_build_with_file_line_column_and_method() {
    let option = "    option (sekisho.v1.access) = { all_of: \"orders:read\" };\n";
    let deleted = ORDERS.replace(option, "");
    assert_ne!(deleted, ORDERS);
    let package = Package::new(&[("orders/v1/orders.proto", &deleted)]);
    let error = package.compile(&["orders/v1/orders.proto"]).expect_err("a method without a rule");
    let file = package.proto("orders/v1/orders.proto");
    assert_eq!(
        error.to_string(),
        format!(
            "1 fault in the access policy:\n{}:6:3: orders.v1.Orders.Get: no access rule; \
             write `option (sekisho.v1.access) = {{ all_of: \"SCOPE\" }};`, \
             or `{{ public: true }}` if anyone may call it",
            file.display()
        )
    );
    // What `main` prints is the `Debug`.
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(package.written().is_empty());
}

#[test]
fn all_faults_of_all_files_are_told_at_once() {
    let other = r#"syntax = "proto3";
package other.v1;
import "sekisho/v1/access.proto";
message M {}
service Other {
  option (sekisho.v1.default_access) = { all_of: "a b" };
  rpc Default(M) returns (M);
  rpc Two(M) returns (M) { option (sekisho.v1.access) = { public: true authenticated: true }; }
  rpc Empty(M) returns (M) { option (sekisho.v1.access) = { any_of: {} }; }
}
"#;
    let orders = ORDERS.replace("{ all_of: \"orders:read\" }", "{}");
    let package = Package::new(&[("orders.proto", &orders), ("other.proto", other)]);
    let error = package.compile(&["orders.proto", "other.proto"]).expect_err("faults").to_string();
    let place = |name: &str, at: &str| format!("{}:{at}", package.proto(name).display());
    let expected = [
        "4 faults in the access policy:".to_owned(),
        place(
            "orders.proto",
            "7:5: orders.v1.Orders.Get: the access rule does not say who may call; write one of `public: true`, `authenticated: true`, `optional: true`, `all_of`, `any_of`",
        ),
        place(
            "other.proto",
            "6:3: other.v1.Other: \"a b\" is no scope: a space may not stand in a scope; write each scope as a string of its own: [\"SCOPE\", \"SCOPE\"]",
        ),
        place(
            "other.proto",
            "8:28: other.v1.Other.Two: the access rule has public and authenticated; write exactly one of them",
        ),
        place(
            "other.proto",
            "9:30: other.v1.Other.Empty: a set of scopes is empty; a method that needs none says `authenticated: true`, `optional: true` or `public: true`",
        ),
    ];
    // The default is told once, not again for the method that it is for.
    assert_eq!(error, expected.join("\n"));
}

#[test]
fn a_proto_that_does_not_compile_is_told_with_its_place() {
    let syntax = "syntax = \"proto3\";\nmessage M {\n  string text = ;\n}\n";
    let option = ORDERS.replace("{ all_of: \"orders:read\" }", "{ all: \"orders:read\" }");
    let import = "syntax = \"proto3\";\nimport \"bad/syntax.proto\";\n";
    // protoc, and so a server in another language, would take the first scope alone.
    let hash = ORDERS.replace("[\"orders:read\", ", "\"orders:read\" # and\nall_of: [");
    let missing = "syntax = \"proto3\";\nimport \"missing.proto\";\n";
    let package = Package::new(&[
        ("bad/syntax.proto", syntax),
        ("option.proto", &option),
        ("import.proto", import),
        ("hash.proto", &hash),
        ("missing_import.proto", missing),
    ]);
    let cases = [
        ("bad/syntax.proto", "bad/syntax.proto", ":3:17: "),
        ("import.proto", "bad/syntax.proto", ":3:17: "),
        ("option.proto", "option.proto", ":7:5: "),
        ("hash.proto", "hash.proto", ":10:58: a `#` outside of strings and comments: "),
        ("missing_import.proto", "missing_import.proto", ":2:1: import 'missing.proto' not found"),
    ];
    for (compiled, at_fault, place) in cases {
        let error = package.compile(&[compiled]).expect_err(compiled);
        let expected = format!("{}{place}", package.proto(at_fault).display());
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert_eq!(format!("{error:?}"), error.to_string());
    }
    assert!(package.written().is_empty());
}

#[test]
fn when_a_stream_ends_comes_from_the_option_or_from_code() {
    let end = "{ all_of: \"orders:read\" stream_end: NEVER }";
    let package = Package::new(&[
        ("orders.proto", &ORDERS.replace("{ all_of: \"orders:read\" }", end)),
        ("health.proto", HEALTH),
    ]);
    let uncut = || AccessRule::Public.with_stream_end(StreamEnd::Never);
    let builder = build::configure().rule("health.v1.Health/Check", uncut());
    package.compile_with(builder, &["orders.proto", "health.proto"]).expect("compiles");
    let set = package.output("sekisho_descriptor_set.bin");
    let policy = Policy::builder().descriptor_set(&set).rule("health.v1.Health/Check", uncut()).build();
    let policy = policy.expect("a policy");
    for (path, expected) in [
        ("/orders.v1.Orders/Get", StreamEnd::Never),
        ("/orders.v1.Orders/Put", StreamEnd::AtExpiry),
        ("/health.v1.Health/Check", StreamEnd::Never),
    ] {
        assert_eq!(policy.method(path).expect(path).stream_end(), expected, "{path}");
    }
}

#[test]
fn the_descriptor_set_has_the_name_that_it_is_given() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    let builder = build::configure().descriptor_set_name("orders.v1");
    package.compile_with(builder, &["orders.proto"]).expect("compiles");
    Policy::from_descriptor_set(&package.output("orders.v1.bin")).expect("a policy");
}

#[test]
fn options_of_code_generation_are_passed_on() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    let builder = build::configure().tonic(|builder| builder.build_client(false));
    package.compile_with(builder, &["orders.proto"]).expect("compiles");
    let code = package.generated("orders.v1.rs");
    assert!(!code.contains("OrdersClient"), "{code}");
    assert!(code.contains("OrdersServer"), "{code}");
}

#[test]
fn a_proto_without_options_gets_explicit_rules() {
    let package = Package::new(&[("health.proto", HEALTH)]);
    let error = package.compile(&["health.proto"]).expect_err("no rule").to_string();
    assert!(error.contains("health.proto:5:3: health.v1.Health.Check: no access rule"), "{error}");
    let builder = build::configure().rule("health.v1.Health/Check", AccessRule::Public);
    package.compile_with(builder, &["health.proto"]).expect("compiles");
    let builder = build::configure().rule("health.v1.Health/Gone", AccessRule::Public);
    let error = package.compile_with(builder, &["health.proto"]).expect_err("no such method").to_string();
    assert!(error.contains("health.v1.Health/Gone: it has an explicit access rule, and no"), "{error}");
}

#[test]
fn messages_alone_need_no_rule() {
    let package =
        Package::new(&[("money.proto", "syntax = \"proto3\";\npackage money.v1;\nmessage Money {}\n")]);
    package.compile(&["money.proto"]).expect("compiles");
    assert!(package.generated("money.v1.rs").contains("pub struct Money"));
}

#[test]
fn a_copy_of_the_option_that_is_not_ours_stops_the_build() {
    let ours = sekisho_policy::ACCESS_PROTO;
    let renumbered = ours.replace("AccessRule access = 57205", "AccessRule access = 50001");
    assert_ne!(renumbered, ours);
    let package = Package::new(&[("orders.proto", ORDERS), ("sekisho/v1/access.proto", &renumbered)]);
    let error = package.compile(&["orders.proto"]).expect_err("a foreign option").to_string();
    assert!(error.contains("declared differently from sekisho/v1/access.proto"), "{error}");
    let place = format!("\n{}:", package.proto("sekisho/v1/access.proto").display());
    assert!(error.contains(&place), "{error}");

    // Its twin, an exact copy, is as good as the one that is built in.
    let package = Package::new(&[("orders.proto", ORDERS), ("sekisho/v1/access.proto", ours)]);
    package.compile(&["orders.proto"]).expect("compiles");
}
