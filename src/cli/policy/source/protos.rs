//! `--proto` and `--include`: protos that are compiled here, with what they import.

use std::path::{Path, PathBuf};

use super::flags::Named;
use super::set::{Origin, Set};
use sekisho_policy::protos::{Compiled, ProtoError, files_below};

/// Of the files that are named a set, with the services of these files; of each folder one, with the services of all files
/// in it. Where `--include` says where imports begin, a folder stands for its files.
pub(super) fn compiled(named: &Named) -> Result<Vec<Set>, Vec<String>> {
    let (folders, mut files): (Vec<PathBuf>, Vec<PathBuf>) =
        named.protos.iter().cloned().partition(|proto| proto.is_dir());
    let mut results = Vec::new();
    if named.includes.is_empty() {
        results.extend(folders.iter().map(Compiled::from_folder));
    } else {
        for folder in &folders {
            match files_below(folder) {
                Ok(found) => files.extend(found),
                Err(error) => results.push(Err(error)),
            }
        }
    }
    if !files.is_empty() {
        results.push(of_files(&files, named));
    }
    let (mut sets, mut faults) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(compiled) => sets.push(set(&compiled)),
            Err(error) => faults.extend(error.faults().iter().map(|fault| format!("--proto: {fault}"))),
        }
    }
    if faults.is_empty() { Ok(sets) } else { Err(faults) }
}

fn of_files(files: &[PathBuf], named: &Named) -> Result<Compiled, ProtoError> {
    Compiled::from_files(files, &includes_or_usual(files, named))
}

/// Where imports begin. Without `--include` that is the current folder, as for protoc, and then that of each proto.
fn includes_or_usual(files: &[PathBuf], named: &Named) -> Vec<PathBuf> {
    if !named.includes.is_empty() {
        return named.includes.clone();
    }
    let mut folders = vec![PathBuf::from(".")];
    for folder in files.iter().filter_map(|file| file.parent()) {
        if folder != Path::new("") && !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

fn set(compiled: &Compiled) -> Set {
    Set {
        origin: Origin::Protos,
        encoded: compiled.descriptor_set().to_owned(),
        services: Some(compiled.services()),
    }
}
