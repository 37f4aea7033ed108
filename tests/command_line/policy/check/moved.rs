//! Services that move to another file.

use crate::policy::support::Folder;

/// A service that has moved to a file which is only imported is served as before.
#[tokio::test]
async fn a_service_that_moves_to_an_imported_file_stays_in_the_policy() {
    let other = |rule: &str| {
        format!(
            "syntax = \"proto3\"; package p.v1; import \"sekisho/v1/access.proto\"; message M {{}}\n{}",
            service("S", rule)
        )
    };
    let service_t = service("T", "all_of: \"t\"");
    let folder = Folder::new(&[]);
    folder.write("proto/p.proto", format!("{}\n{service_t}", other("all_of: \"admin\"")));
    let named = "--proto proto/p.proto --include proto";
    assert_eq!(folder.run(&format!("policy lock {named}")).await.code, Some(0));
    folder.write("base.lock", std::fs::read(folder.path().join("access.lock")).unwrap());

    let importing = format!(
        "syntax = \"proto3\"; package p.v1; import \"sekisho/v1/access.proto\"; import \"o.proto\";\n{service_t}"
    );
    folder.write("proto/p.proto", importing);
    folder.write("proto/o.proto", other("all_of: \"admin\""));
    let moved = folder.run(&format!("policy check {named} --base base.lock")).await;
    assert_eq!(moved.code, Some(0), "{}{}", moved.stdout, moved.stderr);
    let written = folder.run(&format!("policy lock {named}")).await;
    assert_eq!(written.stdout, "access.lock: unchanged, 2 methods\n");

    folder.write("proto/o.proto", other("public: true"));
    let loosened = folder.run(&format!("policy check {named} --base base.lock")).await;
    assert_eq!(loosened.code, Some(1), "{}", loosened.stdout);
    assert!(
        loosened.stdout.contains("a caller without a token can now call `p.v1.S/Get`"),
        "{}",
        loosened.stdout
    );

    // One that is at fault is not taken for one that is gone.
    folder.write("proto/o.proto", other("public: true optional: true"));
    let faulty = folder.run(&format!("policy check {named} --base base.lock")).await;
    assert!(faulty.one_error(2).contains("p.v1.S/Get"), "{}", faulty.stderr);

    // One that is gone is gone.
    folder.write("proto/o.proto", "syntax = \"proto3\"; package p.v1; message M {}");
    let removed = folder.run(&format!("policy check {named} --base base.lock")).await;
    assert_eq!(removed.code, Some(1), "the lock has it still");
    assert!(removed.stdout.contains("removed p.v1.S/Get"), "{}", removed.stdout);
}

fn service(name: &str, rule: &str) -> String {
    format!("service {name} {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {{ {rule} }}; }} }}")
}
