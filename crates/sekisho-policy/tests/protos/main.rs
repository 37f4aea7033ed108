//! Protos on disk, compiled.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "these are tests")]

mod bounds;
mod depth;
mod files;
mod folders;
mod misread;
mod public_imports;
mod shadows;

use std::fs;
use std::path::{Path, PathBuf};

use sekisho_policy::protos::{Compiled, ProtoError};
use sekisho_policy::{Policy, Survey};
use tempfile::TempDir;

const ORDERS: &str = r#"syntax = "proto3";
package orders.v1;
import "sekisho/v1/access.proto";
import "orders/v1/order.proto";
service Orders {
  rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
}
"#;
const ORDER: &str = "syntax = \"proto3\";\npackage orders.v1;\nmessage Order {}\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, source) in files {
        write(folder.path(), name, source);
    }
    folder
}

fn write(folder: &Path, name: &str, source: &str) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the file's folder");
    fs::write(&path, source).expect("the file");
    path
}

fn survey(compiled: &Compiled) -> Survey {
    Policy::builder().descriptor_set_services(compiled.descriptor_set(), compiled.services()).survey()
}

/// The methods that have a rule, and those that have none; there is no fault.
fn methods(compiled: &Compiled) -> (Vec<String>, Vec<String>) {
    let survey = survey(compiled);
    assert_eq!(survey.faults(), []);
    let ruled = survey.methods().iter().map(|method| method.path().to_owned()).collect();
    (ruled, survey.undeclared().iter().map(|method| method.path().to_owned()).collect())
}

/// What is wrong, without the way out, and with paths as they are below the folder.
fn faults(result: Result<Compiled, ProtoError>, folder: &Path) -> Vec<String> {
    let error = result.expect_err("a fault");
    let told = error.to_string();
    assert!(
        told.contains("`buf build -o api.binpb`") && told.contains("`--descriptors api.binpb`"),
        "{told}"
    );
    assert_eq!(format!("{error:?}"), told);
    let prefix = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
    error.faults().iter().map(|fault| fault.text().replace(&prefix, "")).collect()
}

/// By each way that reads sources: a file, a folder, a source in memory.
fn compile(source: &str) -> [Result<Compiled, Vec<String>>; 3] {
    let folder = folder(&[("t.proto", source)]);
    let told = |result: Result<Compiled, ProtoError>| match result {
        Ok(compiled) => Ok(compiled),
        error => Err(faults(error, folder.path())),
    };
    [
        told(Compiled::from_files(&[folder.path().join("t.proto")], &[folder.path()])),
        told(Compiled::from_folder(folder.path())),
        told(Compiled::from_source("t.proto", source)),
    ]
}
