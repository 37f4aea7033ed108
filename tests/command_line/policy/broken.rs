//! Descriptor sets that are not as they should be: each command says so, by its exit code and in one line a fault.
#![allow(clippy::expect_used, reason = "these are tests")]

mod sets;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Ended, run};
use sets::Files;

/// A folder with one set in it, and what there is of each command.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, contents).expect("a file that can be written");
        path
    }

    /// Each command, told to read this set. The lock is that of the program's own set.
    fn commands(&self, set: &Path) -> Vec<String> {
        let (set, lock) = (set.display(), self.path("access.lock").display().to_string());
        let new = self.path("new.lock").display().to_string();
        vec![
            format!("policy list --descriptors {set}"),
            format!("policy list --by scope --format json --descriptors {set}"),
            format!("policy lock --lock {new} --descriptors {set}"),
            format!("policy check --lock {lock} --descriptors {set}"),
            format!("policy diff {lock} {set}"),
            format!("policy explain api1.v1.Api1/GetStatus --scopes api1:read:status --descriptors {set}"),
        ]
    }

    async fn with_own_lock() -> Self {
        let folder = Self::new();
        let locked = run(&format!("policy lock --lock {}", folder.path("access.lock").display())).await;
        assert_eq!(locked.code, Some(0), "{}", locked.stderr);
        folder
    }
}

/// Nothing but faults, each on a line of its own, and nothing that a terminal obeys.
#[track_caller]
fn assert_not_judged(case: &str, command: &str, ended: &Ended) {
    assert_eq!(ended.code, Some(2), "{case}: {command}: {}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stderr.lines().any(|line| line.starts_with("error: ")),
        "{case}: {command}: {}",
        ended.stderr
    );
    for line in ended.stderr.lines() {
        assert!(line.starts_with("error: ") || line.starts_with("warning: "), "{case}: {command}: {line}");
        assert!(!line.contains(char::is_control) && line.len() < 1000, "{case}: {command}: {line:?}");
    }
}

#[tokio::test]
async fn what_is_no_set_is_a_fault_that_names_the_file() {
    let folder = Folder::with_own_lock().await;
    let own = Files::own();
    let whole = own.encoded();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("a text", b"syntax = \"proto3\";\n\x1b[2J".to_vec()),
        ("JSON", b"{\"file\": []}".to_vec()),
        ("bytes of no meaning", (0..=255).cycle().take(5000).collect()),
        ("the end is missing", whole[..whole.len() - 1].to_vec()),
        ("the half is missing", whole[..whole.len() / 2].to_vec()),
        ("a length past the end", b"\x0a\xff\xff\xff\xff\x0f".to_vec()),
        ("a length past any memory", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01".to_vec()),
        ("nested without an end", sets::nested(2_000)),
        ("imports are missing", own.without("sekisho/v1/access.proto").encoded()),
        ("a file is there twice, and differs", own.with_a_twin("api1/v1/api1.proto").encoded()),
        ("imports in a circle", own.with_import("sekisho/v1/access.proto", "api1/v1/api1.proto").encoded()),
        (
            "names with control characters",
            own.with_service("api1/v1/api1.proto", "Bad\x1b[2J\nerror: x").encoded(),
        ),
    ];
    for (case, contents) in cases {
        let set = folder.write("broken.binpb", &contents);
        for command in folder.commands(&set) {
            let ended = run(&command).await;
            assert_not_judged(case, &command, &ended);
            assert!(ended.stderr.contains("broken.binpb"), "{case}: {command}: {}", ended.stderr);
            assert!(!folder.path("new.lock").exists(), "{case}: what cannot be judged is not locked");
        }
    }
}

/// The decoder's reason stands behind the name of each message that the one at fault is in.
#[tokio::test]
async fn a_long_reason_is_told_to_its_end() {
    let folder = Folder::new();
    let set = folder.write("nested.binpb", &sets::nested(2_000));
    let ended = run(&format!("policy list --descriptors {}", set.display())).await;
    assert!(ended.one_error(2).contains("recursion limit reached"), "{}", ended.stderr);
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_a_fault() {
    let folder = Folder::with_own_lock().await;
    let huge = folder.path("huge.binpb");
    File::create(&huge).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    let mut cases = vec![huge, folder.path("absent.binpb")];
    if cfg!(unix) {
        cases.push(PathBuf::from("/dev/zero"));
    }
    for set in cases {
        for command in folder.commands(&set) {
            let ended = run(&command).await;
            assert_not_judged("unreadable", &command, &ended);
            assert!(ended.stderr.contains(&set.display().to_string()), "{command}: {}", ended.stderr);
        }
    }
}

/// The positive twins: what a set may lack, or have besides, and is judged nonetheless.
#[tokio::test]
async fn what_says_the_same_in_another_way_is_judged_the_same() {
    let folder = Folder::with_own_lock().await;
    let lock = fs::read_to_string(folder.path("access.lock")).expect("a lock");
    let own = Files::own();
    let cases = [
        ("as it is", own.encoded()),
        ("without the source's positions", own.without_positions().encoded()),
        ("of an edition", own.of_edition_2023().encoded()),
        ("files in another order", own.reversed().encoded()),
        ("a field that nobody knows", [own.encoded(), b"\xf2\x92\x04\x02hi".to_vec()].concat()),
    ];
    for (case, contents) in cases {
        let set = folder.write("set.binpb", &contents);
        for command in folder.commands(&set) {
            let ended = run(&command).await;
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{case}: {command}");
        }
        assert_eq!(fs::read_to_string(folder.path("new.lock")).expect("a lock"), lock, "{case}");
    }
}

/// Four thousand methods are no reason for less of an answer.
#[tokio::test]
async fn a_huge_set_is_judged_by_every_command() {
    let folder = Folder::new();
    let set = folder.write("huge.binpb", &sets::made(4_000));
    let (set, lock) = (set.display(), folder.path("access.lock").display().to_string());
    let listed = run(&format!("policy list --descriptors {set}")).await;
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""));
    assert_eq!(listed.stdout.lines().filter(|line| line.contains("made.v1.S")).count(), 4_000);
    let locked = run(&format!("policy lock --lock {lock} --descriptors {set}")).await;
    assert_eq!((locked.code, locked.stderr.as_str()), (Some(0), ""));
    let checked = run(&format!("policy check --lock {lock} --descriptors {set}")).await;
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""));
    let other = folder.write("other.binpb", &sets::made(3_999));
    let differs = run(&format!("policy diff {set} {}", other.display())).await;
    assert_eq!(differs.code, Some(0), "a method that is removed looses nothing: {}", differs.stderr);
    assert!(differs.stdout.contains("removed"), "{}", differs.stdout);
}
