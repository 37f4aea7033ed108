//! The code is tonic's own, whatever its settings. `examples/corpus.rs` compares with a run of protoc.

use std::fs;
use std::path::PathBuf;

use sekisho_build::{self as build, Error};

use crate::support::{ORDERS, Package};

type Settings = fn(tonic_prost_build::Builder) -> tonic_prost_build::Builder;

/// Messages of Google's in every kind of field.
const WELL_KNOWN: &str = r#"syntax = "proto3";
package known.v1;
import "google/protobuf/any.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "sekisho/v1/access.proto";
// An event, `at` its time.
message Event {
  google.protobuf.Timestamp at = 1;
  optional google.protobuf.Timestamp until = 2;
  repeated google.protobuf.Any details = 3;
  map<string, google.protobuf.Value> fields = 4;
  oneof cause {
    google.protobuf.Struct tree = 5;
    google.protobuf.StringValue text = 6;
  }
  bytes blob = 7;
  Event parent = 8;
}
service Events {
  option (sekisho.v1.default_access) = { all_of: "events" };
  // Reads one.
  rpc Get(google.protobuf.Empty) returns (Event);
  rpc Follow(google.protobuf.StringValue) returns (stream google.protobuf.Any);
}
"#;

const SETTINGS: [Settings; 10] = [
    |builder| builder,
    |builder| {
        builder.compile_well_known_types(true).extern_path(".google.protobuf.Any", "::prost_types::Any")
    },
    |builder| builder.with_extended_rust_types(true),
    |builder| builder.bytes(".").btree_map(".").boxed(".known.v1.Event.parent"),
    |builder| {
        builder.type_attribute(".", "#[derive(serde::Serialize)]").field_attribute("at", "#[serde(skip)]")
    },
    |builder| builder.extern_path(".known.v1.Event", "crate::Event"),
    |builder| builder.include_file("all.rs"),
    |builder| builder.build_client(false).build_transport(false).generate_default_stubs(true),
    |builder| builder.build_client(false).build_server(false),
    |builder| builder.disable_comments([".known.v1.Events"]).skip_debug(["."]).use_arc_self(true),
];

/// What plain tonic makes of a set that a compiler has written.
fn plainly(settings: Settings, set: PathBuf, out_dir: PathBuf) {
    let builder = settings(tonic_prost_build::configure().out_dir(out_dir));
    let builder = builder.file_descriptor_set_path(set).skip_protoc_run();
    builder.compile_protos::<&str>(&[], &[]).expect("compiles");
}

#[test]
fn every_setting_has_the_effect_that_it_has_for_tonic() {
    let source = Package::new(&[("known.proto", WELL_KNOWN)]);
    let set = source.root().join("set.binpb");
    let wanted = set.clone();
    let builder = build::configure().tonic(move |builder| builder.file_descriptor_set_path(wanted));
    source.compile_with(builder, &["known.proto"]).expect("compiles");
    for (number, settings) in SETTINGS.into_iter().enumerate() {
        let ours = Package::new(&[("known.proto", WELL_KNOWN)]);
        ours.compile_with(build::configure().tonic(settings), &["known.proto"]).expect("compiles");
        let plain = Package::new(&[]);
        plainly(settings, set.clone(), plain.out_dir());
        let mut written = ours.written();
        written.retain(|name| name != "sekisho_descriptor_set.bin");
        assert_eq!(written, plain.written(), "settings {number}");
        for name in written {
            assert_eq!(ours.generated(&name), plain.generated(&name), "settings {number}: {name}");
        }
    }
}

#[test]
fn code_for_messages_of_google_is_of_prost_types_or_generated() {
    let package = Package::new(&[("known.proto", WELL_KNOWN)]);
    package.compile(&["known.proto"]).expect("compiles");
    let code = package.generated("known.v1.rs");
    assert!(code.contains("pub at: ::core::option::Option<::prost_types::Timestamp>"), "{code}");
    assert!(code.contains("/// An event, `at` its time."), "{code}");
    // tonic's own attribute, which its `compile_fds` forgets.
    assert!(code.contains("#[allow(clippy::all)]"), "{code}");
    assert!(!package.written().contains(&"google.protobuf.rs".to_owned()));

    let builder = build::configure().tonic(|builder| builder.compile_well_known_types(true));
    package.compile_with(builder, &["known.proto"]).expect("compiles");
    assert!(package.generated("google.protobuf.rs").contains("pub struct Timestamp"));
    let code = package.generated("known.v1.rs");
    assert!(code.contains("super::super::google::protobuf::Timestamp"), "{code}");
}

#[test]
fn the_complete_set_is_written_where_tonic_would_write_it() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    for name in ["set.bin", "with space and \"quotes\"", "back\\slash", "関所.bin"] {
        let path = package.out_dir().join(name);
        let builder = build::configure().tonic(move |builder| builder.file_descriptor_set_path(path));
        package.compile_with(builder, &["orders.proto"]).expect("compiles");
        assert!(package.output(name).len() > 1000, "{name}");
    }
    let path = package.out_dir().join("a\nb");
    let builder = build::configure().tonic(move |builder| builder.file_descriptor_set_path(path));
    let error = package.compile_with(builder, &["orders.proto"]).expect_err("no plain text").to_string();
    assert!(error.contains("file_descriptor_set_path"), "{error}");
}

#[test]
fn a_set_that_tonic_would_read_is_not_written_over() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    let path = package.root().join("hers.binpb");
    fs::write(&path, "hers").expect("a file");
    let given = path.clone();
    let builder =
        build::configure().tonic(move |builder| builder.file_descriptor_set_path(given).skip_protoc_run());
    let error = package.compile_with(builder, &["orders.proto"]).expect_err("a set of hers");
    assert!(
        matches!(error, Error::Setting(_)) && error.to_string().contains("compile_descriptor_set"),
        "{error}"
    );
    assert_eq!(fs::read(&path).expect("still there"), b"hers");

    let mut config = tonic_prost_build::Config::new();
    config.file_descriptor_set_path(&path);
    let error = package.compile_with(build::configure().prost(config), &["orders.proto"]).expect_err("hers");
    assert!(error.to_string().contains("file_descriptor_set_path of a prost_build::Config"), "{error}");
    assert_eq!(fs::read(path).expect("still there"), b"hers");
    assert!(package.written().is_empty());
}

#[test]
fn the_configuration_of_prost_counts() {
    let package = Package::new(&[("orders.proto", ORDERS)]);
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    package.compile_with(build::configure().prost(config), &["orders.proto"]).expect("compiles");
    assert!(package.generated("orders.v1.rs").contains("impl ::prost::Name for Order"));
    package.compile(&["orders.proto"]).expect("compiles");
    assert!(!package.generated("orders.v1.rs").contains("::prost::Name"));
}

#[test]
fn several_calls_write_beside_each_other() {
    let package =
        Package::new(&[("orders.proto", ORDERS), ("other.proto", &ORDERS.replace("orders.v1", "other.v1"))]);
    package.compile(&["orders.proto"]).expect("compiles");
    package
        .compile_with(build::configure().descriptor_set_name("other"), &["other.proto"])
        .expect("compiles");
    let written = ["orders.v1.rs", "other.bin", "other.v1.rs", "sekisho.v1.rs", "sekisho_descriptor_set.bin"];
    assert_eq!(package.written(), written);
}
