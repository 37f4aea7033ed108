//! What cargo is told, and what it tells.

use std::path::Path;
use std::process::{Command, Output};

use sekisho_build as build;
use sekisho_policy::Policy;

use crate::support::{ORDERS, Package};

/// What a build script does in the directory that it is started in. A process of its own for the tests
/// below, since both its environment and its output are cargo's.
#[test]
#[ignore = "the tests below run it"]
fn build_script() {
    build::configure().compile(&["proto/orders.proto"], &["proto"]).unwrap();
}

fn run_build_script(package: &Package, out_dir: Option<&Path>) -> Output {
    let mut script = Command::new(std::env::current_exe().expect("this test"));
    script
        .args(["--exact", "build_script::build_script", "--ignored", "--nocapture"])
        .current_dir(package.root());
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
