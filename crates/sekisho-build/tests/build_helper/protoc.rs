//! What protoc takes and protox does not.

use sekisho_build as build;
use sekisho_policy::Policy;

use crate::support::{ORDERS, Package};

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = format!("\u{feff}{ORDERS}");
    let money = "\u{feff}syntax = \"proto3\";\npackage money.v1;\nmessage Money {}\n";
    let marked =
        marked.replace("message Order {}", "import \"money.proto\"; message Order { money.v1.Money m = 1; }");
    let package = Package::new(&[("orders.proto", &marked), ("money.proto", money)]);
    package.compile(&["orders.proto"]).expect("compiles");
    let policy =
        Policy::from_descriptor_set(&package.output("sekisho_descriptor_set.bin")).expect("a policy");
    assert!(policy.method("/orders.v1.Orders/Get").is_some());

    // Its faults are told as of any other.
    let option = "    option (sekisho.v1.access) = { all_of: \"orders:read\" };\n";
    let package = Package::new(&[("orders.proto", &marked.replace(option, "")), ("money.proto", money)]);
    let error = package.compile(&["orders.proto"]).expect_err("no rule").to_string();
    let place =
        format!("\n{}:6:3: orders.v1.Orders.Get: no access rule", package.proto("orders.proto").display());
    assert!(error.contains(&place), "{error}");
    let package = Package::new(&[
        ("orders.proto", &marked.replace("message Order", "mesage Order")),
        ("money.proto", money),
    ]);
    let error = package.compile(&["orders.proto"]).expect_err("a mistake").to_string();
    let place = format!("{}:4:23: ", package.proto("orders.proto").display());
    assert!(error.starts_with(&place), "{error}");
}

/// `orders.proto` imports `first.proto`, which reaches `last.proto` by `import public` through as many files.
fn chain(last: &str, public: &str) -> Package {
    let orders = ORDERS
        .replace("message Order {}", "import \"first.proto\";\nmessage Order { chain.v1.Last last = 1; }");
    let link = |next: &str| {
        format!(
            "syntax = \"proto3\";\npackage chain.v1;\nimport {public} \"{next}\";\nmessage Of{} {{}}\n",
            &next[..4]
        )
    };
    Package::new(&[
        ("orders.proto", &orders),
        ("first.proto", &link("second.proto")),
        ("second.proto", &link("third.proto")),
        ("third.proto", &link("last.proto")),
        ("last.proto", last),
    ])
}

const LAST: &str = "syntax = \"proto3\";\npackage chain.v1;\nmessage Last {}\n";

#[test]
fn imports_are_public_through_any_number_of_files() {
    let package = chain(LAST, "public");
    let set_path = package.out_dir().join("complete.binpb");
    let builder = build::configure().tonic(move |builder| builder.file_descriptor_set_path(set_path));
    package.compile_with(builder, &["orders.proto"]).expect("compiles");
    assert!(package.generated("chain.v1.rs").contains("pub struct Last"));
    for set in ["sekisho_descriptor_set.bin", "complete.binpb"] {
        let set = package.output(set);
        let policy = Policy::from_descriptor_set(&set).expect("a policy");
        assert!(policy.method("/orders.v1.Orders/Get").is_some());
        // The files import what they say, and no more.
        let set: prost_types::FileDescriptorSet =
            prost_reflect::prost::Message::decode(set.as_slice()).expect("a set");
        let first = set.file.iter().find(|file| file.name() == "first.proto").expect("first.proto");
        assert_eq!((first.dependency.len(), first.public_dependency.as_slice()), (1, [0].as_slice()));
    }
}

#[test]
fn imports_that_are_not_public_end_at_their_file() {
    let package = chain(LAST, "");
    let error = package.compile(&["orders.proto"]).expect_err("not imported").to_string();
    let place = format!("{}:5:", package.proto("orders.proto").display());
    assert!(error.starts_with(&place) && error.contains("chain.v1.Last"), "{error}");
    // A mistake among public imports has its place, too: in the last file, and in one that imports further.
    let package = chain(&LAST.replace("{}", "{ Gone gone = 1; }"), "public");
    let error = package.compile(&["orders.proto"]).expect_err("a mistake").to_string();
    let place = format!("{}:3:16: ", package.proto("last.proto").display());
    assert!(error.starts_with(&place) && error.contains("Gone"), "{error}");
    let package = chain(LAST, "public");
    let second =
        "syntax = \"proto3\";\npackage chain.v1;\nimport public \"third.proto\";\nimport \"gone.proto\";\n";
    std::fs::write(package.proto("second.proto"), second).expect("the file");
    let error = package.compile(&["orders.proto"]).expect_err("a mistake").to_string();
    let place = format!("{}:4:1: ", package.proto("second.proto").display());
    assert!(error.starts_with(&place) && error.contains("gone.proto"), "{error}");
}

#[test]
fn every_error_of_the_compiler_says_that_a_descriptor_set_is_taken_too() {
    let edition = ORDERS.replace("syntax = \"proto3\";", "edition = \"2023\";");
    let package = Package::new(&[
        ("edition.proto", &edition),
        ("missing.proto", "syntax = \"proto3\";\nimport \"gone.proto\";\n"),
    ]);
    for name in ["edition.proto", "missing.proto", "gone.proto"] {
        let error = package.compile(&[name]).expect_err(name).to_string();
        let last = error.lines().last().expect("a line");
        assert!(
            last.starts_with("If protoc or buf compiles these files, ")
                && last.contains("`compile_descriptor_set`"),
            "{error}"
        );
    }
    // An error of the policy is no fault of the compiler.
    let bad = ORDERS.replace("{ all_of: \"orders:read\" }", "{}");
    let package = Package::new(&[("orders.proto", &bad)]);
    let error = package.compile(&["orders.proto"]).expect_err("a rule that says nothing").to_string();
    assert!(!error.contains("compile_descriptor_set"), "{error}");
}

#[test]
fn a_mistaken_option_is_told_with_what_to_write() {
    let first_line = "import \"sekisho/v1/access.proto\";";
    for (right, wrong, remedy) in [
        ("{ all_of: \"orders:read\" }", "{ allof: \"orders:read\" }", "`{ all_of: \"SCOPE\" }`"),
        ("{ all_of: \"orders:read\" }", "\"orders:read\"", "`{ all_of: \"SCOPE\" }`"),
        ("(sekisho.v1.access)", "(sekisho.v1.acess)", "`sekisho.v1.access`"),
        (first_line, "", "`import \"sekisho/v1/access.proto\";`"),
    ] {
        let proto = ORDERS.replace(right, wrong);
        assert_ne!(proto, ORDERS, "{right}");
        let error = Package::new(&[("orders.proto", &proto)])
            .compile(&["orders.proto"])
            .expect_err(wrong)
            .to_string();
        assert!(error.contains(remedy), "{error}");
    }
}

/// What `sekisho-policy` exports as a descriptor is what its source says. Two compilers agree on it: buf has made it.
#[test]
fn the_options_own_descriptor_is_that_of_its_source() {
    let package = Package::new(&[("sekisho/v1/access.proto", sekisho_policy::ACCESS_PROTO)]);
    let path = package.out_dir().join("complete.binpb");
    let builder = build::configure().tonic(move |builder| builder.file_descriptor_set_path(path));
    package.compile_with(builder, &[sekisho_policy::ACCESS_PROTO_NAME]).expect("compiles");
    let of_source = access_proto(&package.output("complete.binpb"));
    assert_eq!(access_proto(sekisho_policy::ACCESS_DESCRIPTOR_SET), of_source);
    assert_eq!(of_source.extension.len(), 2);
}

fn access_proto(set: &[u8]) -> prost_types::FileDescriptorProto {
    let set: prost_types::FileDescriptorSet = prost_reflect::prost::Message::decode(set).expect("a set");
    let file = set.file.into_iter().find(|file| file.name() == sekisho_policy::ACCESS_PROTO_NAME);
    prost_types::FileDescriptorProto { source_code_info: None, ..file.expect("access.proto") }
}
