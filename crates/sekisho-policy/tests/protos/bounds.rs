//! Folders that are none, and folders of strangers.

use super::*;

#[test]
fn a_folder_without_protos_is_a_fault_and_so_is_what_is_no_folder() {
    let empty = folder(&[("README.md", ""), (".hidden/a.proto", "syntax = \"proto3\";")]);
    let parent = empty.path().parent().expect("a parent");
    let name = empty.path().file_name().expect("a name").to_str().expect("text");
    assert_eq!(
        faults(Compiled::from_folder(empty.path()), parent),
        [format!("{name}: there is no .proto file in this folder or below")]
    );
    let gone = faults(Compiled::from_folder(empty.path().join("gone")), empty.path());
    assert!(gone[0].starts_with("gone: ") && gone.len() == 1, "{gone:?}");
    let file = write(empty.path(), "a.proto", "syntax = \"proto3\";");
    assert_eq!(faults(Compiled::from_folder(file), empty.path()), ["a.proto: it is no folder"]);
    Compiled::from_folder(empty.path()).expect("now there is a file");
}

#[test]
fn a_file_that_is_no_text_is_a_fault_at_its_path() {
    let folder = folder(&[("a.proto", "syntax = \"proto3\";")]);
    fs::write(folder.path().join("b.proto"), [0xff, 0xfe, 0x00]).expect("a file");
    let told = faults(Compiled::from_folder(folder.path()), folder.path());
    assert!(told.len() == 1 && told[0].starts_with("b.proto: "), "{told:?}");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_passed_over_wherever_they_lead() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret/orders/v1/order.proto", ORDER)]);
    let inside = folder(&[("orders/v1/orders.proto", ORDERS)]);
    symlink(outside.path().join("secret/orders/v1/order.proto"), inside.path().join("orders/v1/order.proto"))
        .unwrap();
    symlink(outside.path().join("secret"), inside.path().join("secret")).unwrap();
    symlink(inside.path(), inside.path().join("again")).unwrap();
    let told = faults(Compiled::from_folder(inside.path()), inside.path());
    assert_eq!(told, ["orders/v1/orders.proto:4:1: import 'orders/v1/order.proto' not found"]);
    // A file of the folder in its place; the folder itself may be named by a link.
    fs::remove_file(inside.path().join("orders/v1/order.proto")).unwrap();
    write(inside.path(), "orders/v1/order.proto", ORDER);
    symlink(inside.path(), outside.path().join("link")).unwrap();
    for path in [inside.path().to_owned(), outside.path().join("link")] {
        let compiled = Compiled::from_folder(path).expect("compiles");
        assert_eq!(compiled.services(), ["orders.v1.Orders"]);
    }
}

#[test]
fn more_than_a_person_writes_is_refused() {
    let deep = folder(&[(&format!("{}a.proto", "d/".repeat(64)), "syntax = \"proto3\";")]);
    let told = faults(Compiled::from_folder(deep.path()), deep.path());
    assert!(told.len() == 1 && told[0].ends_with(": more than 64 folders deep"), "{told:?}");
    let deep = folder(&[(&format!("{}a.proto", "d/".repeat(63)), "syntax = \"proto3\";")]);
    Compiled::from_folder(deep.path()).expect("compiles");

    let large = folder(&[]);
    let file = fs::File::create(large.path().join("large.proto")).unwrap();
    // Sparse: it takes no room.
    file.set_len((64 << 20) + 1).unwrap();
    let told = faults(Compiled::from_folder(large.path()), large.path());
    assert!(told.len() == 1 && told[0].contains("more than 64 MiB"), "{told:?}");
}

/// A call into each import would need more of the stack than a thread has.
#[test]
fn a_long_chain_of_imports_is_no_depth() {
    let chain = folder(&[]);
    for at in 0..3_000 {
        let source = format!("syntax = \"proto3\";\nimport \"f{}.proto\";\nmessage M{at} {{}}", at + 1);
        write(chain.path(), &format!("f{at}.proto"), &source);
    }
    let last = write(chain.path(), "f3000.proto", "syntax = \"proto3\";");
    let compiled = Compiled::from_folder(chain.path()).expect("compiles");
    assert_eq!(compiled.files_read().count(), 3_001);
    fs::write(last, "syntax = \"proto3\";\nimport \"f0.proto\";").unwrap();
    let told = faults(Compiled::from_folder(chain.path()), chain.path());
    assert!(told[0].starts_with("import cycle detected: f0.proto -> f1.proto -> "), "{told:?}");
    assert!(told[0].len() < 1_000, "{told:?}");
}
