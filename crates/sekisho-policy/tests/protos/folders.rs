//! All protos of a folder.

use sekisho_policy::ACCESS_PROTO;

use super::*;

const UNRULED: &str = "syntax = \"proto3\";\nmessage M {}\nservice S { rpc Get(M) returns (M); }\n";

#[test]
fn every_proto_below_a_folder_is_compiled() {
    let folder = folder(&[
        ("orders/v1/orders.proto", ORDERS),
        ("orders/v1/order.proto", ORDER),
        ("other.proto", UNRULED),
        ("README.md", "no proto"),
        (".git/broken.proto", "{"),
        (".internal/first.proto", "syntax = \"proto3\";\nmessage First {}"),
        ("orders/.second.proto", "syntax = \"proto3\";\nmessage Second {}"),
        ("node_modules/third.proto", "syntax = \"proto3\";\nmessage Third {}"),
    ]);
    let compiled = Compiled::from_folder(folder.path()).expect("compiles");
    assert_eq!(methods(&compiled), (vec!["/orders.v1.Orders/Get".to_owned()], vec!["/S/Get".to_owned()]));
    assert_eq!(compiled.files_read().count(), 6);
    assert_eq!(compiled.path_of("other.proto"), Some(&*folder.path().join("other.proto")));
    let survey = survey(&compiled);
    assert_eq!(survey.undeclared()[0].position().unwrap().to_string(), "other.proto:3:13");
}

#[test]
fn imports_may_begin_at_a_folder_further_down() {
    let access = |prefix: &str| (format!("{prefix}sekisho/v1/access.proto"), ACCESS_PROTO);
    let cases: [&[(&str, &str)]; 5] = [
        // A copy of the option's file, or none; at the folder or below it.
        &[("orders/v1/orders.proto", ORDERS), ("orders/v1/order.proto", ORDER)],
        &[("a/proto/orders/v1/orders.proto", ORDERS), ("a/proto/orders/v1/order.proto", ORDER)],
        // What is imported may stand elsewhere, if it is there once.
        &[("proto/orders/v1/orders.proto", ORDERS), ("third_party/orders/v1/order.proto", ORDER)],
        // What is nearer is meant.
        &[
            ("a/orders/v1/orders.proto", ORDERS),
            ("a/orders/v1/order.proto", ORDER),
            ("b/x.proto", "syntax = \"proto3\";"),
        ],
        &[
            ("orders/v1/orders.proto", ORDERS),
            ("orders/v1/order.proto", ORDER),
            ("google/protobuf/empty.proto", EMPTY),
        ],
    ];
    for files in cases {
        for copies in [&[][..], &[access("")], &[access("a/proto/")], &[access("a/"), access("b/")]] {
            let all = folder(files);
            for (name, source) in copies {
                write(all.path(), name, source);
            }
            let compiled = Compiled::from_folder(all.path()).expect("compiles");
            assert_eq!(methods(&compiled), (vec!["/orders.v1.Orders/Get".to_owned()], vec![]));
            let position = survey(&compiled).methods()[0].position().cloned().expect("a place");
            assert_eq!(compiled.path_of(&position.file), Some(&*all.path().join(files[0].0)), "{position}");
            // Of two copies none is known to be meant, and the one at hand is used.
            let copy = compiled.path_of("sekisho/v1/access.proto");
            let expected = (copies.len() == 1).then(|| all.path().join(&copies[0].0));
            assert_eq!(copy, expected.as_deref());
        }
    }
}

const EMPTY: &str = "syntax = \"proto3\";\npackage google.protobuf;\nmessage Empty {}";

#[test]
fn the_folders_own_copy_of_the_options_file_counts() {
    let foreign = ACCESS_PROTO.replace("57205", "57206");
    assert_ne!(foreign, ACCESS_PROTO);
    let folder = folder(&[
        ("p/orders/v1/orders.proto", ORDERS),
        ("p/orders/v1/order.proto", ORDER),
        ("p/sekisho/v1/access.proto", &foreign),
    ]);
    let compiled = Compiled::from_folder(folder.path()).expect("compiles");
    let told = survey(&compiled).faults()[0].to_string();
    assert!(told.contains("sekisho.v1.access: declared differently"), "{told}");
}

#[test]
fn a_folder_of_the_options_file_alone_compiles_and_has_no_service() {
    let folder = folder(&[("sekisho/v1/access.proto", ACCESS_PROTO)]);
    let compiled = Compiled::from_folder(folder.path()).expect("compiles");
    assert!(compiled.services().is_empty());
}

#[test]
fn all_files_that_are_none_and_all_imports_that_are_missing_are_told_at_once() {
    let broken =
        folder(&[("a.proto", "syntax = \"proto3\";\nmessage {}"), ("b/c.proto", "{"), ("d.proto", UNRULED)]);
    let told = faults(Compiled::from_folder(broken.path()), broken.path());
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("a.proto:2:9: ") && told[1].starts_with("b/c.proto:1:1: "), "{told:?}");

    let import = "syntax = \"proto3\";\nimport \"x/gone.proto\"; import \"google/protobuf/empty.proto\";";
    let missing =
        folder(&[("a.proto", import), ("b/c.proto", import), ("e/n.proto", EMPTY), ("f/n.proto", EMPTY)]);
    write(missing.path(), "n.proto/m.proto", "syntax = \"proto3\"; import \"n.proto\";");
    let told = faults(Compiled::from_folder(missing.path()), missing.path());
    assert_eq!(
        told,
        [
            "a.proto:2:1: import 'x/gone.proto' not found",
            "b/c.proto:2:1: import 'x/gone.proto' not found",
            // It could be one or the other.
            "n.proto/m.proto:1:20: import 'n.proto' not found",
        ]
    );
}

#[test]
fn names_that_cannot_be_told_apart_are_faults() {
    let import = |name: &str| format!("syntax = \"proto3\";\nimport \"{name}\";");
    let two = folder(&[
        ("a/x.proto", EMPTY),
        ("a/y.proto", &import("x.proto")),
        ("b/x.proto", "syntax = \"proto3\";"),
        ("b/y.proto", &import("x.proto")),
    ]);
    assert_eq!(
        faults(Compiled::from_folder(two.path()), two.path()),
        ["b/x.proto: it is imported as `x.proto`, as `a/x.proto` is; name the folder of one of them"]
    );
    let names =
        folder(&[("a/x.proto", EMPTY), ("a/y.proto", &import("x.proto")), ("z.proto", &import("a/x.proto"))]);
    assert_eq!(
        faults(Compiled::from_folder(names.path()), names.path()),
        ["z.proto:2:1: `a/x.proto` is imported as `a/x.proto`, and elsewhere as `x.proto`; \
          name the folder that imports begin at"]
    );
}

#[test]
fn a_circle_of_imports_is_told() {
    let import = |name: &str| format!("syntax = \"proto3\";\nimport \"{name}\";");
    let circle = folder(&[
        ("a.proto", &import("b.proto")),
        ("b.proto", &import("c.proto")),
        ("c.proto", &import("b.proto")),
    ]);
    let told = faults(Compiled::from_folder(circle.path()), circle.path());
    assert_eq!(told, ["import cycle detected: b.proto -> c.proto -> b.proto"]);
}

#[test]
fn no_copy_that_declares_a_service_is_left_out_without_a_word() {
    let with_service = EMPTY.to_owned() + " service S { rpc Get(Empty) returns (Empty); }";
    let files = |names: &[&str]| {
        let files: Vec<_> = names.iter().map(|name| (*name, &*with_service)).collect();
        folder(&files)
    };
    let what = "it declares a service, and is one of several files named `google/protobuf/empty.proto`; keep one of them";
    let two = ["a/google/protobuf/empty.proto", "b/google/protobuf/empty.proto"];
    let told = |folder: &TempDir| faults(Compiled::from_folder(folder.path()), folder.path());
    assert_eq!(told(&files(&two)), two.map(|name| format!("{name}: {what}")));
    // The one at the folder is used.
    let three = files(&["google/protobuf/empty.proto", two[0]]);
    assert_eq!(told(&three), [format!("{}: {what}", two[0])]);
    // Also where it is imported.
    write(three.path(), "x.proto", "syntax = \"proto3\"; import \"google/protobuf/empty.proto\";");
    assert_eq!(told(&three), [format!("{}: {what}", two[0])]);
    write(three.path(), two[0], EMPTY);
    let compiled = Compiled::from_folder(three.path()).expect("compiles");
    assert_eq!(compiled.services(), ["google.protobuf.S"]);
    let compiled = Compiled::from_folder(files(&two[..1]).path()).expect("compiles");
    assert_eq!(compiled.services(), ["google.protobuf.S"]);
}

/// Of a name that has nothing before its end.
#[test]
fn a_file_is_read_whatever_stands_before_the_end_of_its_name() {
    let service = |name: &str| ORDERS.replace("orders/v1/order.proto", "order.proto").replace("Orders", name);
    let folder = folder(&[
        ("order.proto", ORDER),
        (".proto", &service("One")),
        ("a/.proto", &service("Two")),
        (".hidden.proto", &service("Three")),
        ("a.b.proto", &service("Four")),
        ("proto", "no proto"),
        ("b.proto.txt", "no proto"),
    ]);
    let compiled = Compiled::from_folder(folder.path()).expect("compiles");
    let all = ["Four", "One", "Three", "Two"].map(|name| format!("/orders.v1.{name}/Get"));
    let mut ruled = methods(&compiled).0;
    ruled.sort();
    assert_eq!(ruled, all);
}

#[test]
fn a_file_that_nobody_imports_leaves_others_their_names() {
    let file = |package: &str| format!("syntax = \"proto3\";\npackage {package};\nmessage M {{}}\n");
    for below in ["proto", "x"] {
        let folder = folder(&[
            (&format!("{below}/a.proto"), "syntax = \"proto3\";\nimport \"b.proto\";"),
            (&format!("{below}/b.proto"), &file("t2")),
            (&format!("{below}/service.proto"), &file("t3")),
            ("service.proto", &file("t4")),
        ]);
        let compiled = Compiled::from_folder(folder.path()).expect(below);
        assert_eq!(compiled.files_read().count(), 4);
        assert!(
            compiled.path_of("service.proto").is_some_and(|path| path == folder.path().join("service.proto"))
        );
    }
}
