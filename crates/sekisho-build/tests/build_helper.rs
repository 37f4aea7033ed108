//! The build helper as a `build.rs` calls it: files on disk, an output directory, and what cargo prints.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sekisho_build::{self as build, Builder, Error};
use sekisho_policy::{AccessRule, Policy};
use tempfile::TempDir;

const ORDERS: &str = r#"syntax = "proto3";
package orders.v1;
import "sekisho/v1/access.proto";
message Order {}
service Orders {
  rpc Get(Order) returns (Order) {
    option (sekisho.v1.access) = { all_of: "orders:read" };
  }
  rpc Put(Order) returns (Order) {
    option (sekisho.v1.access) = { all_of: ["orders:read", "orders:write"] };
  }
}
"#;

/// A package's directory, with `proto/` and an output directory.
struct Package(TempDir);

impl Package {
    fn new(files: &[(&str, &str)]) -> Self {
        let package = Self(tempfile::tempdir().expect("a directory"));
        fs::create_dir(package.out_dir()).expect("the output directory");
        for (name, source) in files {
            let path = package.proto(name);
            fs::create_dir_all(path.parent().expect("proto/")).expect("the file's directory");
            fs::write(path, source).expect("the file");
        }
        package
    }

    fn include(&self) -> PathBuf {
        self.0.path().join("proto")
    }

    fn proto(&self, name: &str) -> PathBuf {
        self.include().join(name)
    }

    fn out_dir(&self) -> PathBuf {
        self.0.path().join("out")
    }

    fn compile_with(&self, builder: Builder, names: &[&str]) -> Result<(), Error> {
        let protos: Vec<PathBuf> = names.iter().map(|name| self.proto(name)).collect();
        builder.out_dir(self.out_dir()).compile(&protos, &[self.include()])
    }

    fn compile(&self, names: &[&str]) -> Result<(), Error> {
        self.compile_with(build::configure(), names)
    }

    /// What a file of the output directory holds.
    fn output(&self, name: &str) -> Vec<u8> {
        fs::read(self.out_dir().join(name)).expect(name)
    }

    fn generated(&self, name: &str) -> String {
        String::from_utf8(self.output(name)).expect("text")
    }

    fn wrote_nothing(&self) -> bool {
        fs::read_dir(self.out_dir()).expect("the output directory").next().is_none()
    }
}

#[test]
fn code_and_descriptors_are_written_and_the_policy_is_in_them() {
    let package = Package::new(&[("orders/v1/orders.proto", ORDERS)]);
    package.compile(&["orders/v1/orders.proto"]).expect("compiles");

    let code = package.generated("orders.v1.rs");
    assert!(code.contains("pub struct OrdersClient"), "{code}");
    assert!(code.contains("pub struct OrdersServer"), "{code}");
    let mut written: Vec<_> =
        fs::read_dir(package.out_dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    written.sort();
    // No code for the option, which is read by reflection.
    assert_eq!(written, ["orders.v1.rs", "sekisho_descriptor_set.bin"]);

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
    assert!(package.wrote_nothing());
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
            "7:5: orders.v1.Orders.Get: the access rule says nothing; write one of `public: true`, `authenticated: true`, `all_of`, `any_of`",
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
            "9:30: other.v1.Other.Empty: a set of scopes is empty; a method that needs none says `authenticated: true` or `public: true`",
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
    let missing = "syntax = \"proto3\";\nimport \"missing.proto\";\n";
    let package = Package::new(&[
        ("bad/syntax.proto", syntax),
        ("option.proto", &option),
        ("import.proto", import),
        ("missing_import.proto", missing),
    ]);
    let cases = [
        ("bad/syntax.proto", "bad/syntax.proto", ":3:17: "),
        ("import.proto", "bad/syntax.proto", ":3:17: "),
        ("option.proto", "option.proto", ":7:5: "),
        ("missing_import.proto", "missing_import.proto", ":2:1: import 'missing.proto' not found"),
    ];
    for (compiled, at_fault, place) in cases {
        let error = package.compile(&[compiled]).expect_err(compiled);
        let expected = format!("{}{place}", package.proto(at_fault).display());
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert_eq!(format!("{error:?}"), error.to_string());
    }
    assert!(package.wrote_nothing());
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
    let health = "syntax = \"proto3\";\npackage health.v1;\nmessage M {}\n\
                  service Health {\n  rpc Check(M) returns (M);\n}\n";
    let package = Package::new(&[("health.proto", health)]);
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

/// What a build script does in the directory that it is started in. A process of its own for the tests
/// below, since both its environment and its output are cargo's.
#[test]
#[ignore = "the tests below run it"]
fn build_script() {
    build::configure().compile(&["proto/orders.proto"], &["proto"]).unwrap();
}

fn run_build_script(package: &Package, out_dir: Option<&Path>) -> Output {
    let mut script = Command::new(std::env::current_exe().expect("this test"));
    script.args(["--exact", "build_script", "--ignored", "--nocapture"]).current_dir(package.0.path());
    script.env_remove("OUT_DIR").env_remove("RUST_BACKTRACE");
    if let Some(out_dir) = out_dir {
        script.env("OUT_DIR", out_dir);
    }
    script.output().expect("the build script runs")
}

#[test]
fn cargo_is_told_of_every_file_that_was_read_from_disk() {
    let imports = ORDERS
        .replace("message Order {}", "import \"money.proto\";\nmessage Order { money.v1.Money m = 1; }");
    let money = "syntax = \"proto3\";\npackage money.v1;\nmessage Money {}\n";
    let package =
        Package::new(&[("orders.proto", &imports), ("money.proto", money), ("unread.proto", money)]);
    let output = run_build_script(&package, Some(&package.out_dir()));
    let stdout = String::from_utf8(output.stdout).expect("text");
    let told =
        stdout.lines().filter_map(|line| line.split_once("cargo:rerun-if-changed=").map(|(_, file)| file));
    let mut told: Vec<&str> = told.collect();
    told.sort_unstable();
    assert_eq!(told, ["proto/money.proto", "proto/orders.proto"], "{stdout}");
    // And without an `out_dir`, cargo's own is written to.
    Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin")).expect("a policy");
}

#[test]
fn without_an_output_directory_it_says_what_to_do() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    let output = run_build_script(&package, None);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success());
    assert!(stderr.contains("OUT_DIR is not set; call this from a build.rs, or name an out_dir"), "{stderr}");
}
