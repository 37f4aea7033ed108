//! Folders that are none, and folders of strangers.

use super::*;

#[test]
fn a_folder_without_protos_is_a_fault_and_so_is_what_is_no_folder() {
    let empty = folder(&[("README.md", ""), (".git/a.proto", "syntax = \"proto3\";")]);
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
fn symbolic_links_that_could_hide_a_proto_are_faults_and_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = folder(&[("secret/orders/v1/order.proto", ORDER), ("notes.txt", "")]);
    let inside =
        folder(&[("orders/v1/orders.proto", ORDERS), ("orders/v1/order.proto", ORDER), ("docs/a.md", "")]);
    let at = |name: &str| inside.path().join(name);
    let harmless = [(outside.path().join("notes.txt"), "notes"), (outside.path().join("gone"), "gone")];
    for (target, link) in harmless {
        symlink(target, at(link)).unwrap();
    }
    let hidden = folder(&[]);
    symlink(outside.path().join("secret"), at(".git")).unwrap();
    symlink(inside.path(), hidden.path().join("link")).unwrap();
    // The folder itself may be named by a link.
    for path in [inside.path().to_owned(), hidden.path().join("link")] {
        let compiled = Compiled::from_folder(path).expect("compiles");
        assert_eq!(compiled.services(), ["orders.v1.Orders"]);
    }
    symlink(outside.path().join("secret/orders/v1/order.proto"), at("orders/v1/more.proto")).unwrap();
    symlink(outside.path().join("gone"), at("gone.proto")).unwrap();
    symlink(outside.path().join("secret"), at("secret")).unwrap();
    symlink(inside.path(), at("docs/again")).unwrap();
    let told = faults(Compiled::from_folder(inside.path()), inside.path());
    let of_file =
        "it is a symbolic link, which is not followed; put the file in its place, or take the link away";
    let of_folder = "it is a symbolic link to a folder, which is not followed; put the folder in its place, or take the link away";
    assert_eq!(
        told,
        [
            format!("docs/again: {of_folder}"),
            format!("gone.proto: {of_file}"),
            format!("orders/v1/more.proto: {of_file}"),
            format!("secret: {of_folder}"),
        ]
    );
}

#[cfg(unix)]
#[test]
fn of_many_links_some_are_told_and_all_counted() {
    let links = folder(&[("a.proto", "syntax = \"proto3\";")]);
    for at in 0..150 {
        std::os::unix::fs::symlink("a.proto", links.path().join(format!("l{at}.proto"))).unwrap();
    }
    let parent = links.path().parent().expect("a parent");
    let name = links.path().file_name().expect("a name").to_str().expect("text");
    let told = faults(Compiled::from_folder(links.path()), parent);
    assert_eq!((told.len(), &told[100]), (101, &format!("{name}: 50 more links are not followed")));
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
