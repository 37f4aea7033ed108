//! Protos that are not what a server runs with, and files with more faults than anyone reads.

use super::support::{Folder, as_asked};

fn proto(rule: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage t.v1;\nimport \"sekisho/v1/access.proto\";\nmessage M {{}}\n\
         service S {{ rpc Get(M) returns (M) {{ option (sekisho.v1.access) = {rule}; }} }}\n"
    )
}

#[tokio::test]
async fn a_rule_that_protoc_reads_otherwise_is_not_judged() {
    let misread = proto("{ all_of: \"a\" # and\nall_of: \"admin\" }");
    let folder =
        Folder::new(&[("bad/t.proto", &misread), ("good/t.proto", &proto("{ all_of: [\"a\", \"admin\"] }"))]);
    let place =
        "bad/t.proto:5:81: a `#` outside of strings and comments: protoc leaves out all that comes after it";
    for command in [
        "list --proto bad/t.proto",
        "lock --proto bad/t.proto",
        "explain t.v1.S/Get --scopes a --proto bad/t.proto",
        "diff good bad",
    ] {
        let ended = folder.run(&format!("policy {command}")).await;
        assert!(ended.one_error(2).contains(place), "{command}: {}", ended.stderr);
    }
    as_asked(&folder.run("policy lock --proto good/t.proto").await);
    as_asked(&folder.run("policy check --proto good/t.proto").await);
    let ended = folder.run("policy check --proto bad/t.proto").await;
    assert!(ended.one_error(2).contains(place), "{}", ended.stderr);
}

#[tokio::test]
async fn a_file_that_is_named_is_the_one_that_is_judged() {
    let old = format!("\u{feff}{}", proto("{ all_of: \"admin\" }"));
    let new = proto("{ public: true }");
    let folder = Folder::new(&[
        ("proto/t.proto", &new),
        ("vendor/t.proto", &old),
        ("google/protobuf/empty.proto", &new),
    ]);
    let shadowed = folder.run("policy list --proto proto/t.proto --include vendor --include proto").await;
    assert_eq!(
        shadowed.one_error(2),
        "--proto: proto/t.proto: it is shadowed by vendor/t.proto, which is what `t.proto` finds; put the folder first \
         that imports of this file begin at"
    );
    // Looked up by its name, which a file that comes with the program has too.
    let at_hand = folder.run("policy list --proto google/protobuf/empty.proto --include proto").await;
    let said = "--proto: google/protobuf/empty.proto: it is shadowed by the copy of google/protobuf/empty.proto that ";
    assert!(at_hand.one_error(2).starts_with(said), "{}", at_hand.stderr);
    for arguments in [
        "--proto proto/t.proto --include proto --include vendor",
        "--proto google/protobuf/empty.proto --include .",
        // No such file but below an include.
        "--proto t.proto --include proto --include vendor",
    ] {
        let listed = folder.run(&format!("policy list {arguments}")).await;
        assert!(as_asked(&listed).contains("public"), "{arguments}: {}", listed.stdout);
    }
}

#[tokio::test]
async fn of_many_faults_some_are_shown_and_all_are_counted() {
    let methods: Vec<String> = (0..1_500).map(|at| format!("rpc M{at}(M) returns (M);\n")).collect();
    let methods = methods.concat();
    let source = format!("syntax = \"proto3\";\npackage t.v1;\nmessage M {{}}\nservice S {{ {methods} }}\n");
    let folder = Folder::new(&[
        ("t.proto", &source),
        ("rules", &"x\n".repeat(5_000)),
        ("access.lock", &format!("# sekisho access.lock, version 1\n{}", "x\n".repeat(5_000))),
        ("access.ack", &"x\n".repeat(5_000)),
    ]);
    let ended = folder.run("policy check --proto t.proto").await;
    let lines: Vec<&str> = ended.stderr.lines().collect();
    assert_eq!((ended.code, lines.len()), (Some(2), 1_001));
    // Of the protos and of the lock, which tells a hundred and counts the others.
    assert_eq!(lines[1_000], "error: 601 more are not shown");
    let ended = folder.run("policy list --rules rules").await;
    assert_eq!(
        (ended.stderr.lines().count(), ended.stderr.lines().last()),
        (101, Some("error: --rules rules: 4900 more faults"))
    );
    folder.write("t.proto", proto("{ public: true }"));
    let ended = folder.run("policy check --proto t.proto --base access.lock").await;
    assert_eq!(ended.code, Some(2));
    for file in ["access.lock", "access.ack"] {
        assert!(ended.stderr.contains(&format!("error: {file}: 4900 more faults\n")), "{}", ended.stderr);
    }
}
