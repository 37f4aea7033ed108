//! What the commands of `sekisho policy` read: each source where it is in order, and where it is not.

use super::support::{Folder, SHOP, as_asked, descriptor_set};
use crate::support::Ended;

const OTHER: &str = r#"syntax = "proto3";
package other.v1;
import "sekisho/v1/access.proto";
message M {}
service Other { rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "other" }; } }
"#;

/// A service whose `.proto` has no options.
const BARE: &str = r#"syntax = "proto3";
package bare.v1;
message M {}
service Bare {
  rpc Get(M) returns (M);
  rpc Watch(M) returns (stream M);
}
"#;

/// The methods that are listed.
#[track_caller]
fn methods(ended: &Ended) -> Vec<&str> {
    as_asked(ended).lines().skip(1).filter_map(|line| line.split("  ").next()).collect()
}

#[tokio::test]
async fn a_descriptor_set_is_read() {
    let folder = Folder::new(&[("broken.binpb", "no descriptor set"), ("empty.binpb", "")]);
    folder.write("other.binpb", descriptor_set(OTHER));
    let whole = descriptor_set(OTHER);
    folder.write("cut.binpb", &whole[..whole.len() - 1]);
    folder.write("messages.binpb", descriptor_set("syntax = \"proto3\"; message M {}"));
    assert_eq!(methods(&folder.run("policy list --descriptors other.binpb").await), ["other.v1.Other/Get"]);
    for (file, said) in [
        ("nowhere.binpb", "--descriptors nowhere.binpb: No such file or directory (os error 2)"),
        (".", "--descriptors .: Is a directory (os error 21)"),
        (
            "broken.binpb",
            "--descriptors broken.binpb: it is a text and no descriptor set; name protos by --proto",
        ),
        ("cut.binpb", "--descriptors cut.binpb: the descriptor set: no complete descriptor set: "),
        ("empty.binpb", "--descriptors empty.binpb: the descriptor set: there is no method in it"),
        ("messages.binpb", "--descriptors messages.binpb: the descriptor set: there is no method in it"),
    ] {
        let ended = folder.run(&format!("policy list --descriptors {file}")).await;
        assert!(ended.one_error(2).starts_with(said), "{file}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn a_fault_tells_which_of_several_sets_has_it() {
    let folder = Folder::new(&[("a.binpb", "none"), ("b.binpb", "none"), ("empty.binpb", "")]);
    folder.write("other.binpb", descriptor_set(OTHER));
    let sets =
        "--descriptors a.binpb --descriptors other.binpb --descriptors empty.binpb --descriptors b.binpb";
    let ended = folder.run(&format!("policy list {sets}")).await;
    assert_eq!(ended.code, Some(2));
    let files: Vec<&str> = ended.stderr.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!(files, ["--descriptors a.binpb", "--descriptors b.binpb", "--descriptors empty.binpb"]);
    assert!(ended.stdout.contains("other.v1.Other/Get"), "what could be read is listed: {}", ended.stdout);
}

/// The file is large and takes no room on the disk.
#[tokio::test]
async fn a_set_that_is_too_large_is_not_read() {
    const LARGEST: u64 = 256 * 1024 * 1024;
    let folder = Folder::new(&[]);
    folder.write("large.binpb", descriptor_set(OTHER));
    let file = std::fs::File::options().write(true).open(folder.path().join("large.binpb")).unwrap();
    file.set_len(LARGEST + 1).unwrap();
    let ended = folder.run("policy list --descriptors large.binpb").await;
    assert_eq!(ended.one_error(2), "--descriptors large.binpb: it is larger than 268435456 bytes");
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let folder = Folder::new(&[]);
    let ended = folder
        .run("policy list --descriptors a.binpb --descriptors b.binpb --proto c.proto --rules d --scopes \\")
        .await;
    let subjects: Vec<&str> = ended.stderr.lines().filter_map(|line| line.split(": ").nth(1)).collect();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{}", ended.stderr);
    for subject in ["--scopes", "--descriptors a.binpb", "--descriptors b.binpb", "--proto", "--rules d"] {
        assert!(subjects.iter().any(|found| found.starts_with(subject)), "{subject}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn several_sets_are_one_policy() {
    let folder = Folder::shop();
    folder.write("other.binpb", descriptor_set(OTHER));
    folder.write("shop.binpb", descriptor_set(SHOP));
    let both =
        folder.run("policy list --descriptors other.binpb --proto shop.proto --descriptors shop.binpb").await;
    let found = methods(&both);
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(found.contains(&"other.v1.Other/Get") && found.contains(&"shop.v1.Items/Put"));
    folder.write("shop.proto", SHOP.replace("admin", "root"));
    let conflict = folder.run("policy list --proto shop.proto --descriptors shop.binpb").await;
    assert_eq!(conflict.code, Some(2));
    assert!(conflict.stderr.contains("shop.v1.Items: it is in two descriptor sets"), "{}", conflict.stderr);
}

#[tokio::test]
async fn protos_are_compiled_with_their_imports() {
    let folder = Folder::new(&[
        ("proto/other/v1/other.proto", &OTHER.replace("message M {}", "import \"types/m.proto\";")),
        (
            "types/types/m.proto",
            "syntax = \"proto3\"; package other.v1; message M {} service Hidden { rpc Get(M) returns (M); }",
        ),
        ("bare.proto", BARE),
        ("messages.proto", "syntax = \"proto3\"; message M {}"),
        ("broken.proto", "syntax = \"proto3\";\nmessage {}"),
        (
            "edition.proto",
            "edition = \"2023\"; package e.v1; import \"sekisho/v1/access.proto\"; message M {} service E { rpc Get(M) returns (M) { option (sekisho.v1.access) = { public: true }; } }",
        ),
    ]);
    for arguments in [
        "--proto proto/other/v1/other.proto --include proto --include types",
        "--include types --include proto --proto proto/other/v1/other.proto",
    ] {
        // What is there as an import alone is no part of the API.
        assert_eq!(methods(&folder.run(&format!("policy list {arguments}")).await), ["other.v1.Other/Get"]);
    }
    for (arguments, said) in [
        ("--proto nowhere.proto --include .", "nowhere.proto"),
        ("--proto proto/other/v1/other.proto --include proto", "types/m.proto"),
        ("--proto broken.proto", "broken.proto:2:9"),
        ("--proto messages.proto", "there is no method in it"),
        ("--proto edition.proto", "edition"),
    ] {
        let ended = folder.run(&format!("policy list {arguments}")).await;
        assert!(ended.one_error(2).contains(said), "{arguments}: {}", ended.stderr);
    }
    let alone = folder.run("policy list --include .").await;
    assert_eq!((alone.code, alone.stdout.as_str()), (Some(2), ""));
}

/// Several values of one flag, as a shell makes them of `*.proto`; the file is found without `--include`.
#[tokio::test]
async fn protos_need_no_include_where_they_import_nothing_of_others() {
    let folder = Folder::new(&[("a/other.proto", OTHER), ("b/shop.proto", SHOP)]);
    let found = folder.run("policy list --proto a/other.proto b/shop.proto --service other.v1.Other").await;
    assert_eq!(methods(&found), ["other.v1.Other/Get"]);
    let outside = Folder::new(&[]);
    let path = folder.path().join("b/shop.proto");
    let found = outside.run(&format!("policy list --proto {} --service shop.v1.Front", path.display())).await;
    assert_eq!(methods(&found).len(), 3);
    assert!(
        !found.stdout.contains(&*folder.path().to_string_lossy()),
        "no path of a machine: {}",
        found.stdout
    );
}

#[tokio::test]
async fn services_are_narrowed_by_their_names() {
    let folder = Folder::shop();
    let list = "policy list --proto shop.proto --service shop.v1.Front";
    assert_eq!(methods(&folder.run(list).await).len(), 3);
    assert_eq!(methods(&folder.run(&format!("{list} --service shop.v1.Items")).await).len(), 7);
    let nowhere = folder.run("policy list --proto shop.proto --service shop.v1.Item").await;
    assert_eq!(
        nowhere.one_error(2),
        "shop.v1.Item: no descriptor set has a service of this name; did you mean shop.v1.Items?"
    );
}

#[tokio::test]
async fn rules_decide_about_methods_whose_proto_has_none() {
    let folder = Folder::new(&[
        ("bare.proto", BARE),
        (
            "rules",
            "# For a proto of others.\nbare.v1.Bare/Get { all_of: \"bare:read\" }\n\nbare.v1.Bare/Watch { public: true }\n",
        ),
        ("get", "bare.v1.Bare/Get { authenticated: true }\n"),
        ("unknown", "bare.v1.Bare/Gone { public: true }\n"),
        (
            "broken",
            "bare.v1.Bare/Get { all_of: \"a\" }\nbare.v1.Bare/Watch\nbare.v1.Bare/Get { none: true }\n",
        ),
    ]);
    let listed = folder.run("policy list --proto bare.proto --rules rules").await;
    assert_eq!(
        as_asked(&listed),
        r#"METHOD              RULE                       FROM      KIND           PLACE
bare.v1.Bare/Get    { all_of: ["bare:read"] }  explicit  unary          bare.proto:5
bare.v1.Bare/Watch  { public: true }           explicit  server stream  bare.proto:6
"#
    );
    for (arguments, faults) in [
        ("--rules nowhere", &["--rules nowhere: No such file or directory (os error 2)"][..]),
        ("--rules unknown", &["bare.v1.Bare/Gone: it has an explicit access rule, and no service"]),
        ("--rules get --rules rules", &["bare.v1.Bare/Get: it has two explicit access rules"]),
        ("--rules broken", &["--rules broken: line 2: ", "--rules broken: line 3: "]),
    ] {
        let ended = folder.run(&format!("policy list --proto bare.proto {arguments}")).await;
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.stderr);
        for fault in faults {
            let line = format!("error: {fault}");
            assert!(
                ended.stderr.lines().any(|found| found.starts_with(&line)),
                "{arguments}: {}",
                ended.stderr
            );
        }
    }
}

/// A file that nobody has named is read as well.
#[tokio::test]
async fn a_folder_stands_for_all_its_protos() {
    let service = |package: &str, import: &str| {
        format!(
            "syntax = \"proto3\";\npackage {package};\nimport \"{import}\";\nimport \"sekisho/v1/access.proto\";\n\
             service S {{ rpc Get(m.M) returns (m.M) {{ option (sekisho.v1.access) = {{ public: true }}; }} }}\n"
        )
    };
    let folder = Folder::new(&[
        ("proto/a/a.proto", &service("a", "m/m.proto")),
        ("proto/b.proto", &service("b", "m/m.proto")),
        ("proto/m/m.proto", "syntax = \"proto3\";\npackage m;\nmessage M {}\n"),
        ("others/c.proto", &service("c", "elsewhere/m.proto")),
        ("third/elsewhere/m.proto", "syntax = \"proto3\";\npackage m;\nmessage M {}\n"),
        ("empty/README.md", ""),
    ]);
    for (arguments, expected) in [
        ("--proto proto", &["a.S/Get", "b.S/Get"][..]),
        ("--proto ./proto/", &["a.S/Get", "b.S/Get"]),
        ("--proto proto --include proto", &["a.S/Get", "b.S/Get"]),
        ("--proto proto/a --include proto", &["a.S/Get"]),
        ("--proto others --include others --include third", &["c.S/Get"]),
        ("--proto proto/b.proto proto/a --include proto", &["a.S/Get", "b.S/Get"]),
    ] {
        let listed = folder.run(&format!("policy list {arguments}")).await;
        assert_eq!(methods(&listed), expected, "{arguments}");
    }
    for (arguments, expected) in [
        ("--proto others", "--proto: others/c.proto:3:1: import 'elsewhere/m.proto' not found"),
        ("--proto empty", "--proto: empty: there is no .proto file in this folder or below"),
        ("--proto empty --include empty", "--proto: empty: there is no .proto file in this folder or below"),
        (
            "--proto gone.proto",
            "--proto: file 'gone.proto' is not in any include path. There is no such file, or",
        ),
    ] {
        let ended = folder.run(&format!("policy list {arguments}")).await;
        assert!(ended.one_error(2).starts_with(expected), "{arguments}: {}", ended.stderr);
    }
}
