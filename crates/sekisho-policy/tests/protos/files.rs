//! Files that are named.

use super::*;

#[test]
fn the_services_of_files_that_are_named_are_told_and_all_files_that_were_read() {
    let folder = folder(&[("proto/orders/v1/orders.proto", ORDERS), ("third/orders/v1/order.proto", ORDER)]);
    let at = |name: &str| folder.path().join(name);
    let compiled =
        Compiled::from_files(&[at("proto/orders/v1/orders.proto")], &[at("proto"), at("third")]).unwrap();
    assert_eq!(compiled.services(), ["orders.v1.Orders"]);
    assert_eq!(methods(&compiled), (vec!["/orders.v1.Orders/Get".to_owned()], vec![]));
    let read: Vec<_> = compiled.files_read().map(Path::to_owned).collect();
    assert_eq!(read, [at("third/orders/v1/order.proto"), at("proto/orders/v1/orders.proto")]);
    assert_eq!(compiled.path_of("orders/v1/order.proto"), Some(&*at("third/orders/v1/order.proto")));
    assert_eq!(compiled.path_of("sekisho/v1/access.proto"), None);
}

#[test]
fn what_does_not_compile_is_told_with_the_place_in_the_file_as_it_was_opened() {
    let compile = |source: &str| {
        let folder = folder(&[("orders.proto", source)]);
        let result = Compiled::from_files(&[folder.path().join("orders.proto")], &[folder.path()]);
        let error = result.as_ref().expect_err("a fault").clone();
        let position = error.faults()[0].position().cloned().expect("a place");
        assert_eq!(position.file, folder.path().join("orders.proto").display().to_string());
        let told = faults(result, folder.path());
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with(&format!("orders.proto:{}:{}: ", position.line, position.column)),
            "{told:?}"
        );
        (position.line, position.column, error.faults()[0].remedy())
    };
    assert_eq!(compile("syntax = \"proto3\";\nmessage {}"), (2, 9, None));
    assert_eq!(compile("syntax = \"proto3\";\n  import \"gone.proto\";"), (2, 3, None));
    assert_eq!(compile("syntax = \"proto3\";\nmessage M { Gone gone = 1; }"), (2, 13, None));
    let remedy = |source: &str| compile(source).2.expect("a remedy");
    let imported = ORDERS.replace("import \"orders/v1/order.proto\";", "message Order {}");
    assert!(remedy(&imported.replace("all_of:", "every:")).starts_with("A rule is one of"));
    let not_imported = imported.replace("import \"sekisho/v1/access.proto\";", "");
    assert!(remedy(&not_imported).contains("`import \"sekisho/v1/access.proto\";`"));
    assert!(remedy("edition = \"2023\";").contains("from a descriptor set that buf or protoc has written"));
    // The file without a fault.
    Compiled::from_source("orders.proto", &imported).expect("compiles");
}
