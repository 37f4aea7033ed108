//! A folder with protos, and the binary that runs in it.

use std::path::Path;

use tokio::process::Command;

use crate::support::{Ended, end, sekisho};

/// Each kind of rule, call and place.
pub(crate) const SHOP: &str = r#"syntax = "proto3";
package shop.v1;

import "sekisho/v1/access.proto";

message Item {}

service Items {
  option (sekisho.v1.default_access) = { all_of: "items:read" };

  rpc Get(Item) returns (Item);
  rpc Watch(Item) returns (stream Item) { option (sekisho.v1.access) = { all_of: "items:read" stream_end: NEVER }; }
  rpc Put(Item) returns (Item) {
    option (sekisho.v1.access) = { any_of: [{ all_of: ["items:read", "items:write"] }, { all_of: "admin" }] };
  }
  rpc Import(stream Item) returns (Item) { option (sekisho.v1.access) = { all_of: "items:write" mode: REPORT_ONLY }; }
}

service Front {
  rpc Ping(Item) returns (Item) { option (sekisho.v1.access) = { public: true }; }
  rpc Hello(Item) returns (Item) { option (sekisho.v1.access) = { optional: true }; }
  rpc Chat(stream Item) returns (stream Item) { option (sekisho.v1.access) = { authenticated: true }; }
}
"#;

/// A folder, in which the binary runs.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// With `shop.proto`.
    pub(crate) fn shop() -> Self {
        Self::new(&[("shop.proto", SHOP)])
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = sekisho(arguments);
        command.current_dir(self.path());
        command
    }

    pub(crate) async fn run(&self, arguments: &str) -> Ended {
        end(self.command(arguments)).await
    }
}

/// The encoded descriptor set of protos, the first of which is asked for.
pub(crate) fn descriptor_set(source: &str) -> Vec<u8> {
    sekisho_policy::protos::Compiled::from_source("test.proto", source).unwrap().descriptor_set().to_owned()
}

/// What went to stdout, of a run that ended as asked.
#[track_caller]
pub(crate) fn as_asked(ended: &Ended) -> &str {
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    &ended.stdout
}
