//! `sekisho policy proto`: the option's own file.

use sekisho::policy::{ACCESS_PROTO, ACCESS_PROTO_NAME};

use super::support::{Folder, as_asked};

#[tokio::test]
async fn without_a_folder_the_file_is_printed() {
    assert_eq!(as_asked(&Folder::new(&[]).run("policy proto").await), ACCESS_PROTO);
}

#[tokio::test]
async fn the_file_is_written_once_and_an_older_one_replaced() {
    let folder = Folder::new(&[]);
    let path = format!("third party/proto/{ACCESS_PROTO_NAME}");
    let older = ACCESS_PROTO.replace("StreamEnd stream_end = 7;", "").replace('\n', "\r\n");
    assert_ne!(older, ACCESS_PROTO);
    for (standing, done) in [(None, "Written"), (Some(ACCESS_PROTO), "Unchanged"), (Some(&older), "Replaced")]
    {
        if let Some(text) = standing {
            folder.write(&path, text);
        }
        let mut command = folder.command("policy proto --out");
        let ended = crate::support::end({
            command.arg("third party/proto");
            command
        })
        .await;
        assert_eq!(as_asked(&ended), format!("{done}: {path}\n"));
        assert_eq!(std::fs::read_to_string(folder.path().join(&path)).unwrap(), ACCESS_PROTO, "{done}");
        let beside = std::fs::read_dir(folder.path().join("third party/proto/sekisho/v1")).unwrap();
        assert_eq!(beside.count(), 1, "{done}");
    }
}

#[tokio::test]
async fn a_file_of_others_is_left_alone() {
    let foreign = ACCESS_PROTO.replace("package sekisho.v1;", "package acme.v1;");
    let other_option = ACCESS_PROTO.replace("AccessRule access = 57205;", "AccessRule access = 50000;");
    for text in ["", "syntax = \"proto3\";\n// package sekisho.v1;\n", &foreign, &other_option] {
        let folder = Folder::new(&[(ACCESS_PROTO_NAME, text)]);
        let ended = folder.run("policy proto --out .").await;
        assert_eq!(
            ended.one_error(2),
            "--out: ./sekisho/v1/access.proto: it is there, and is no sekisho/v1/access.proto of Sekisho; nothing is written"
        );
        assert_eq!(std::fs::read_to_string(folder.path().join(ACCESS_PROTO_NAME)).unwrap(), text);
    }
}

/// Whoever has set up a link wants the file elsewhere: it is not replaced by one here.
#[cfg(unix)]
#[tokio::test]
async fn a_link_to_nowhere_is_left_alone() {
    let folder = Folder::new(&[("sekisho/v1/beside", "")]);
    let link = folder.path().join(ACCESS_PROTO_NAME);
    std::os::unix::fs::symlink("nowhere.proto", &link).unwrap();
    let ended = folder.run("policy proto --out .").await;
    let expected =
        "--out: ./sekisho/v1/access.proto: it is a link to a file that is not there; nothing is written";
    assert_eq!(ended.one_error(2), expected);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(link.parent().unwrap()).unwrap().count(), 2);
    // Once the file is there, the link leads to it.
    folder.write("sekisho/v1/nowhere.proto", ACCESS_PROTO.replace("StreamEnd stream_end = 7;", ""));
    as_asked(&folder.run("policy proto --out .").await);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&link).unwrap(), ACCESS_PROTO);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let folder = Folder::new(&[("sekisho", "a file")]);
    let error = folder.run("policy proto --out .").await;
    assert!(error.one_error(2).starts_with("--out: ./sekisho/v1/access.proto: "), "{}", error.stderr);
    let out_of_nothing = folder.run("policy proto --out").await;
    assert_eq!(out_of_nothing.code, Some(2), "{}", out_of_nothing.stderr);
}

/// What is written is what others compile by.
#[tokio::test]
async fn protos_compile_by_the_file_that_was_written() {
    let folder = Folder::shop();
    as_asked(&folder.run("policy proto --out .").await);
    let listed = folder.run("policy list --proto shop.proto --include .").await;
    assert!(as_asked(&listed).contains("shop.v1.Items/Get"));
}
