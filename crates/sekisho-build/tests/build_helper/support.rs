//! A package on disk.

use std::fs;
use std::path::{Path, PathBuf};

use sekisho_build::{self as build, Builder, Error};
use tempfile::TempDir;

pub(crate) const ORDERS: &str = r#"syntax = "proto3";
package orders.v1;
import "sekisho/v1/access.proto";
message Order {}
service Orders {
  rpc Get(Order) returns (Order) {
    option (sekisho.v1.access) = { all_of: "orders:read" };
  }
  rpc Put(Order) returns (Order) {
    option (sekisho.v1.access) = { all_of: ["orders:read", "orders:write"] };
  }
}
"#;

/// A package's directory, with `proto/` and an output directory.
pub(crate) struct Package(TempDir);

impl Package {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let package = Self(tempfile::tempdir().expect("a directory"));
        fs::create_dir(package.out_dir()).expect("the output directory");
        for (name, source) in files {
            let path = package.proto(name);
            fs::create_dir_all(path.parent().expect("proto/")).expect("the file's directory");
            fs::write(path, source).expect("the file");
        }
        package
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn include(&self) -> PathBuf {
        self.0.path().join("proto")
    }

    pub(crate) fn proto(&self, name: &str) -> PathBuf {
        self.include().join(name)
    }

    pub(crate) fn out_dir(&self) -> PathBuf {
        self.0.path().join("out")
    }

    pub(crate) fn compile_with(&self, builder: Builder, names: &[&str]) -> Result<(), Error> {
        let protos: Vec<PathBuf> = names.iter().map(|name| self.proto(name)).collect();
        builder.out_dir(self.out_dir()).compile(&protos, &[self.include()])
    }

    pub(crate) fn compile(&self, names: &[&str]) -> Result<(), Error> {
        self.compile_with(build::configure(), names)
    }

    /// What a file of the output directory holds.
    pub(crate) fn output(&self, name: &str) -> Vec<u8> {
        fs::read(self.out_dir().join(name)).expect(name)
    }

    pub(crate) fn generated(&self, name: &str) -> String {
        String::from_utf8(self.output(name)).expect("text")
    }

    /// The names of the files of the output directory.
    pub(crate) fn written(&self) -> Vec<String> {
        let entries = fs::read_dir(self.out_dir()).expect("the output directory");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    }
}
