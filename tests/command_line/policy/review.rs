//! A repository whose policy is under review.

use std::path::PathBuf;

use super::support::Folder;
use crate::support::Ended;

const PROTO: &str = "proto/orders.proto";

/// What the commands read.
pub(crate) const SOURCE: &str = "--proto proto/orders.proto --include proto";

/// The rule of `Orders/Get`, as it stands there.
pub(crate) const GET: &str = r#"{ all_of: "orders:read" }"#;

const ORDERS: &str = r#"syntax = "proto3";
package orders.v1;
import "sekisho/v1/access.proto";
import "google/protobuf/empty.proto";

message GetRequest {}
message PutRequest {}
message WatchRequest {}
message Order {}

service Orders {
  rpc Get(GetRequest) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
  rpc Put(PutRequest) returns (Order) {
    option (sekisho.v1.access) = { any_of: [{ all_of: ["orders:write", "orders:read"] }, { all_of: "admin" }] };
  }
  rpc Watch(WatchRequest) returns (stream Order) { option (sekisho.v1.access) = { all_of: ["orders:list"] }; }
  rpc Ping(google.protobuf.Empty) returns (google.protobuf.Empty) { option (sekisho.v1.access) = { public: true }; }
}
"#;

/// The folder: `proto/orders.proto`; `access.lock` says what it said first, and so does `base.lock`.
pub(crate) struct Repository(Folder);

impl Repository {
    pub(crate) async fn locked() -> Self {
        let repository = Self(Folder::new(&[(PROTO, ORDERS)]));
        repository.lock().await;
        repository.write("base.lock", repository.read("access.lock"));
        repository
    }

    /// With this in place of that in the proto.
    pub(crate) fn change(&self, from: &str, to: &str) {
        let text = self.read(PROTO);
        assert!(text.contains(from), "{from}: {text}");
        self.write(PROTO, text.replace(from, to));
    }

    /// With a second service, whose only method is this one.
    pub(crate) fn add_service(&self, method: &str) {
        let text = self.read(PROTO);
        self.write(PROTO, format!("{text}message Item {{}}\nservice Items {{ {method} }}\n"));
    }

    /// With another method.
    pub(crate) fn add(&self, method: &str) {
        self.change("service Orders {", &format!("service Orders {{\n  {method}"));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        self.0.write(name, contents);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) async fn run(&self, command: &str) -> Ended {
        self.0.run(&format!("policy {command}")).await
    }

    /// Writes the lock.
    pub(crate) async fn lock(&self) {
        let locked = self.run(&format!("lock {SOURCE}")).await;
        assert_eq!((locked.code, locked.stderr.as_str()), (Some(0), ""), "{}", locked.stdout);
    }

    /// Writes the lock over one with a conflict, which is a warning.
    pub(crate) async fn lock_after_conflict(&self) {
        let locked = self.run(&format!("lock {SOURCE}")).await;
        assert_eq!(locked.code, Some(0), "{}", locked.stderr);
    }

    /// `check`, with these flags besides.
    pub(crate) async fn check(&self, flags: &str) -> Ended {
        self.run(&format!("check {SOURCE} {flags}")).await
    }

    /// The lock is written, as after a change that is to be reviewed, and checked against the base.
    pub(crate) async fn check_change(&self, flags: &str) -> Ended {
        self.lock().await;
        self.check(&format!("--base base.lock {flags}")).await
    }

    /// What `check` prints to be put into `access.ack`, for the only change that fails.
    pub(crate) async fn line_to_acknowledge(&self) -> String {
        let checked = self.check_change("").await;
        let lines: Vec<&str> = checked.stdout.lines().filter(|line| line.ends_with(" REASON")).collect();
        let [line] = lines[..] else { panic!("one line: {}", checked.stdout) };
        line.trim().to_owned()
    }
}

/// Exit code and what stands on stderr; and stdout for what it has.
#[track_caller]
pub(crate) fn ended<'e>(ended: &'e Ended, code: i32, stderr: &str) -> &'e str {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(code), stderr), "{}", ended.stdout);
    &ended.stdout
}

/// Each of the texts stands there.
#[track_caller]
pub(crate) fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}
