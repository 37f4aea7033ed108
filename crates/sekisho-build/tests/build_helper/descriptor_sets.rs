//! Descriptor sets that protoc or buf has written, in place of sources.

use std::fs;

use prost_reflect::prost::encoding;
use sekisho_build::{self as build, Builder, Error};
use sekisho_policy::{AccessRule, Policy};

use crate::support::{ORDERS, Package};

fn set_of(source: &str) -> Vec<u8> {
    build::descriptor_set_of(source).expect("compiles")
}

fn compile(package: &Package, builder: Builder, set: &[u8]) -> Result<(), Error> {
    let path = package.root().join("set.binpb");
    fs::write(&path, set).expect("the set");
    builder.out_dir(package.out_dir()).compile_descriptor_set(path)
}

#[test]
fn a_set_is_compiled_as_its_sources_are() {
    let sources = Package::new(&[("test.proto", ORDERS)]);
    sources.compile(&["test.proto"]).expect("compiles");
    let set = Package::new(&[]);
    compile(&set, build::configure(), &set_of(ORDERS)).expect("compiles");
    assert_eq!(set.written(), sources.written());
    for name in sources.written() {
        assert_eq!(set.output(&name), sources.output(&name), "{name}");
    }
    let bytes = Package::new(&[]);
    let builder = build::configure().out_dir(bytes.out_dir());
    builder.compile_descriptor_set_bytes(&set_of(ORDERS)).expect("compiles");
    assert_eq!(bytes.output("orders.v1.rs"), set.output("orders.v1.rs"));
}

#[test]
fn every_method_of_a_set_needs_a_rule_but_those_of_services_that_are_not_named() {
    let foreign = format!("{ORDERS}service Foreign {{\n  rpc Get(Order) returns (Order);\n}}\n");
    let package = Package::new(&[]);
    let error = compile(&package, build::configure(), &set_of(&foreign)).expect_err("no rule").to_string();
    assert!(error.contains("test.proto:14:3: orders.v1.Foreign.Get: no access rule"), "{error}");
    assert!(package.written().is_empty());

    let builder = build::configure().services(["orders.v1.Orders"]);
    compile(&package, builder, &set_of(&foreign)).expect("compiles");
    let policy =
        Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin")).expect("a policy");
    assert!(policy.method("/orders.v1.Orders/Get").is_some());
    assert!(policy.method("/orders.v1.Foreign/Get").is_none());

    let builder = build::configure().rule("orders.v1.Foreign/Get", AccessRule::Public);
    compile(&package, builder, &set_of(&foreign)).expect("compiles");
    assert!(package.generated("orders.v1.rs").contains("ForeignServer"));
}

/// The only file of the set with further fields, of which the last of a kind counts.
fn with_fields(set: &[u8], more: &[u8]) -> Vec<u8> {
    let pool = prost_reflect::DescriptorPool::decode(set).expect("a set");
    let mut changed = Vec::new();
    for file in pool.files() {
        let mut file = file.encode_to_vec();
        file.extend_from_slice(more);
        encoding::bytes::encode(1, &file, &mut changed);
    }
    changed
}

/// `buf.alpha.image.v1.ImageFileExtension { bool is_import = 1; }`: the file is there only because another imports it.
#[test]
fn a_service_of_a_file_that_buf_marks_as_imported_is_the_servers_where_it_is_named() {
    let mut mark = Vec::new();
    encoding::bytes::encode(8042, &vec![8, 1], &mut mark);
    let set = with_fields(&set_of(ORDERS), &mark);
    let package = Package::new(&[]);
    let embedded = || Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin"));

    compile(&package, build::configure().services(["orders.v1.Orders"]), &set).expect("compiles");
    let policy = embedded().expect("what was judged is what the server reads");
    assert_eq!(policy.services().collect::<Vec<_>>(), ["orders.v1.Orders"]);
    assert_eq!(policy.methods().len(), 2);

    compile(&package, build::configure(), &set).expect("compiles");
    assert!(embedded().expect_err("no service").to_string().contains("there is no method in it"));
}

#[test]
fn a_file_of_an_edition_is_refused_in_plain_words_after_its_policy_is_read() {
    let mut edition = Vec::new();
    encoding::string::encode(12, &"editions".to_owned(), &mut edition);
    encoding::int32::encode(14, &1000, &mut edition);
    let package = Package::new(&[]);
    let set = with_fields(&set_of(ORDERS), &edition);
    let error = compile(&package, build::configure(), &set).expect_err("an edition");
    assert!(matches!(&error, Error::Edition(files) if files.contains(&"test.proto".to_owned())), "{error}");
    assert!(error.to_string().contains("prost generates no code for files of an edition"), "{error}");
    let bad = ORDERS.replace("{ all_of: \"orders:read\" }", "{}");
    let set = with_fields(&set_of(&bad), &edition);
    let error = compile(&package, build::configure(), &set).expect_err("a rule that says nothing");
    assert!(
        error.to_string().contains("orders.v1.Orders.Get: the access rule does not say who may call"),
        "{error}"
    );
    assert!(package.written().is_empty());
}

#[test]
fn what_is_no_complete_set_or_no_file_is_an_error() {
    let package = Package::new(&[]);
    let without_imports = {
        let pool = prost_reflect::DescriptorPool::decode(set_of(ORDERS).as_slice()).expect("a set");
        let mut set = Vec::new();
        let file = pool.get_file_by_name("test.proto").expect("test.proto").encode_to_vec();
        encoding::bytes::encode(1, &file, &mut set);
        set
    };
    for set in [b"no set".as_slice(), &without_imports] {
        let error = compile(&package, build::configure(), set).expect_err("no set").to_string();
        assert!(error.contains("no complete descriptor set: "), "{error}");
    }
    let missing = build::configure().out_dir(package.out_dir()).compile_descriptor_set("missing.binpb");
    assert!(missing.expect_err("no file").to_string().starts_with("missing.binpb: "));
    assert!(package.written().is_empty());
}
