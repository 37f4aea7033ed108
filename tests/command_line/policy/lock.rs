//! `sekisho policy lock`.

mod narrowed;
mod prune;

use super::review::{GET, Repository, SOURCE, ended, has};

const LOCK: &str = "\
# sekisho access.lock, version 1. Written by `sekisho policy lock`; review its diff, do not edit it.
orders.v1.Orders/Get (orders.v1.GetRequest) returns (orders.v1.Order) { all_of: [\"orders:read\"] }
orders.v1.Orders/Ping (google.protobuf.Empty) returns (google.protobuf.Empty) { public: true }
orders.v1.Orders/Put (orders.v1.PutRequest) returns (orders.v1.Order) { any_of: [{ all_of: [\"admin\"] }, { all_of: [\"orders:read\", \"orders:write\"] }] }
orders.v1.Orders/Watch (orders.v1.WatchRequest) returns (stream orders.v1.Order) { all_of: [\"orders:list\"] }
";

#[tokio::test]
async fn it_has_a_line_a_method_and_says_whether_anything_changed() {
    let repository = Repository::locked().await;
    assert_eq!(repository.read("access.lock"), LOCK);
    let lock = format!("lock {SOURCE}");
    assert_eq!(ended(&repository.run(&lock).await, 0, ""), "access.lock: unchanged, 4 methods\n");
    repository.change(GET, "{ authenticated: true }");
    let locked = repository.run(&lock).await;
    has(
        ended(&locked, 0, ""),
        &["looser orders.v1.Orders/Get\n", "access.lock: written, 4 methods: 1 looser, 3 equivalent\n"],
    );
    assert_eq!(
        repository.read("access.lock"),
        LOCK.replace(r#"{ all_of: ["orders:read"] }"#, "{ authenticated: true }")
    );
    repository.write("access.lock", repository.read("access.lock").replace('\n', "\r\n"));
    let locked = repository.run(&lock).await;
    assert_eq!(ended(&locked, 0, ""), "access.lock: written anew with the same meaning, 4 methods\n");
    assert!(!repository.read("access.lock").contains('\r'));
}

#[tokio::test]
async fn it_is_written_where_it_is_asked_for_or_printed() {
    let repository = Repository::locked().await;
    let printed = repository.run(&format!("lock {SOURCE} --lock -")).await;
    assert_eq!(ended(&printed, 0, ""), LOCK);
    assert!(!repository.has("-"));
    for format in ["json", "markdown"] {
        let printed = repository.run(&format!("lock {SOURCE} --lock - --format {format}")).await;
        assert_eq!(printed.one_error(2), "--lock -: it prints the lock as it is; leave --format out");
    }
    std::fs::create_dir(repository.path("policy")).unwrap();
    let written = repository.run(&format!("lock {SOURCE} --lock policy/orders.lock")).await;
    assert_eq!(ended(&written, 0, ""), "policy/orders.lock: written, 4 methods\n");
    assert_eq!(repository.read("policy/orders.lock"), LOCK);
}

#[tokio::test]
async fn a_policy_with_faults_is_not_written() {
    let repository = Repository::locked().await;
    repository.change(&format!("{{ option (sekisho.v1.access) = {GET}; }}"), ";");
    for target in ["access.lock", "new.lock", "-"] {
        let locked = repository.run(&format!("lock {SOURCE} --lock {target}")).await;
        has(locked.one_error(2), &["orders.v1.Orders/Get: no access rule"]);
    }
    assert_eq!(repository.read("access.lock"), LOCK);
    assert!(!repository.has("new.lock"));
}

#[tokio::test]
async fn what_is_no_lock_is_not_written_over() {
    let repository = Repository::locked().await;
    let later = LOCK.replace("version 1", "version 2");
    let notes = format!("# Notes\n{LOCK}");
    let no_lock = "it is no lock, and is not written over";
    for (text, fault) in [("[package]\n", no_lock), (&notes, no_lock), (&later, "has version 2")] {
        repository.write("access.lock", text);
        has(repository.run(&format!("lock {SOURCE}")).await.one_error(2), &["access.lock: ", fault]);
        assert_eq!(repository.read("access.lock"), text);
    }
    has(
        repository.run(&format!("lock {SOURCE} --lock proto")).await.one_error(2),
        &["proto: it is no regular file"],
    );
    repository.write("access.lock", "");
    assert_eq!(
        ended(&repository.run(&format!("lock {SOURCE}")).await, 0, ""),
        "access.lock: written, 4 methods\n"
    );
}

/// The protos resolve it.
#[tokio::test]
async fn a_conflict_is_resolved_by_writing_the_lock() {
    let repository = Repository::locked().await;
    repository.write("access.lock", format!("<<<<<<< HEAD\n{LOCK}=======\n{LOCK}>>>>>>> main\n"));
    let locked = repository.run(&format!("lock {SOURCE}")).await;
    assert_eq!((locked.code, locked.stdout.as_str()), (Some(0), "access.lock: written, 4 methods\n"));
    has(
        &locked.stderr,
        &["warning: the lock that stood there could not be read: access.lock: line 1: the conflict"],
    );
    assert_eq!(repository.read("access.lock"), LOCK);
}

#[tokio::test]
async fn a_document_says_what_was_written() {
    let repository = Repository::locked().await;
    repository.change(GET, "{ authenticated: true }");
    let locked = repository.run(&format!("lock {SOURCE} --format json")).await;
    let document: serde_json::Value = serde_json::from_str(ended(&locked, 0, "")).unwrap();
    assert_eq!((&document["version"], &document["command"]), (&1.into(), &"lock".into()));
    assert_eq!((&document["lock"], &document["methods"]), (&"access.lock".into(), &4.into()));
    assert_eq!((&document["written"], &document["changes"][0]["verdict"]), (&true.into(), &"looser".into()));
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let repository = Repository::locked().await;
    let path = |name: &str| repository.path(name);
    let mode = |name: &str| std::fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    repository.write("plain", "");
    assert_eq!(mode("access.lock"), mode("plain"));
    std::fs::set_permissions(path("access.lock"), std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("access.lock", path("link.lock")).unwrap();
    repository.change(GET, "{ authenticated: true }");
    ended(&repository.run(&format!("lock {SOURCE} --lock link.lock")).await, 0, "");
    assert_eq!(mode("access.lock"), 0o640);
    assert!(path("link.lock").is_symlink());
    assert!(repository.read("access.lock").contains("{ authenticated: true }"));
}

/// A file that a group writes to stays one, whatever the mask of whoever writes it.
#[cfg(unix)]
#[tokio::test]
async fn the_mask_of_the_process_takes_no_permission_from_a_file_that_is_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let repository = Repository::locked().await;
    let path = repository.path("access.lock");
    let mut rule = GET;
    for (mode, other) in [(0o664, "{ authenticated: true }"), (0o666, "{ optional: true }")] {
        repository.change(rule, other);
        rule = other;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let mut command = tokio::process::Command::new("sh");
        let program = env!("CARGO_BIN_EXE_sekisho");
        command.args(["-c", &format!("umask 022; exec '{program}' policy lock {SOURCE}")]);
        command.current_dir(repository.path("")).env_clear();
        has(ended(&crate::support::end(command).await, 0, ""), &["access.lock: written"]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
        has(&repository.read("access.lock"), &[other]);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_nowhere_is_not_replaced() {
    let repository = Repository::locked().await;
    std::os::unix::fs::symlink("none.lock", repository.path("link.lock")).unwrap();
    let locked = repository.run(&format!("lock {SOURCE} --lock link.lock")).await;
    has(
        locked.one_error(2),
        &["link.lock: it could not be written: it is a link to a file that is not there"],
    );
    assert!(repository.path("link.lock").is_symlink());
}

/// Nothing half-written is left, nor anything beside it.
#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_written_leaves_what_stood_there() {
    let repository = Repository::locked().await;
    let locked = repository.run(&format!("lock {SOURCE} --lock none/access.lock")).await;
    has(locked.one_error(2), &["none/access.lock: it could not be written"]);
    let mut names: Vec<_> =
        std::fs::read_dir(repository.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["access.lock", "base.lock", "proto"]);
}
