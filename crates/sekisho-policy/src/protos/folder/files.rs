//! The sources of a folder, within bounds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use protox::file::File;
use walkdir::{DirEntry, WalkDir};

use crate::Position;
use crate::protos::error::{ProtoError, ProtoFault};
use crate::protos::readable::parse;

const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 64 << 20;
const DEEPEST: usize = 64;

/// The field number of `dependency` in `FileDescriptorProto`, with which the path of an import's position begins.
const DEPENDENCY: i32 = 3;

/// What each file imports, by the file's path below the folder, with `/` between its parts.
pub(super) type Sources = BTreeMap<String, Vec<Import>>;

/// An import as it is written.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) name: String,
    /// Line and column, counted from 1.
    pub(super) place: Option<(u32, u32)>,
}

impl Import {
    /// With the path of the file that it is in.
    pub(super) fn position(&self, path: &Path) -> Option<Position> {
        let (line, column) = self.place?;
        Some(Position { file: path.display().to_string(), line, column })
    }
}

/// Every file that is no proto is a fault.
pub(super) fn read(folder: &Path) -> Result<Sources, ProtoError> {
    let mut sources = Sources::new();
    let mut faults = Vec::new();
    for file in find(folder)? {
        match imports(&file, &folder.join(&file)) {
            Ok(imports) => drop(sources.insert(file, imports)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(sources) } else { Err(ProtoError { faults }) }
}

/// The paths below the folder of all files that are named as protos, sorted.
fn find(folder: &Path) -> Result<Vec<String>, ProtoFault> {
    let is_shown =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().as_encoded_bytes().starts_with(b".");
    if folder.is_file() {
        return Err(ProtoFault::of_path(folder, "it is no folder"));
    }
    let mut files = Vec::new();
    let mut bytes = 0;
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_shown) {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        if entry.depth() > DEEPEST {
            return Err(ProtoFault::of_path(entry.path(), format_args!("more than {DEEPEST} folders deep")));
        }
        if !is_proto(&entry) {
            continue;
        }
        bytes += entry.metadata().map_err(|error| unreadable(folder, error))?.len();
        files.push(below(folder, entry.path())?);
        if files.len() > MOST_FILES || bytes > MOST_BYTES {
            let limit = format_args!(
                "more than {MOST_FILES} .proto files, or more than {} MiB of them; name a folder further down",
                MOST_BYTES >> 20
            );
            return Err(ProtoFault::of_path(folder, limit));
        }
    }
    if files.is_empty() {
        return Err(ProtoFault::of_path(folder, "there is no .proto file in this folder or below"));
    }
    Ok(files)
}

fn unreadable(folder: &Path, error: walkdir::Error) -> ProtoFault {
    let path = error.path().map_or_else(|| folder.to_owned(), Path::to_owned);
    match error.into_io_error() {
        Some(error) => ProtoFault::of_path(&path, error),
        None => ProtoFault::of_path(&path, "it cannot be read"),
    }
}

/// Symbolic links are none.
fn is_proto(entry: &DirEntry) -> bool {
    entry.file_type().is_file()
        && entry.depth() > 0
        && entry.path().extension().is_some_and(|extension| extension == "proto")
}

fn below(folder: &Path, path: &Path) -> Result<String, ProtoFault> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(folder).ok().and_then(|path| path.iter().map(|part| part.to_str()).collect());
    parts.map(|parts| parts.join("/")).ok_or_else(|| ProtoFault::of_path(path, "its name is no UTF-8"))
}

fn imports(file: &str, path: &Path) -> Result<Vec<Import>, ProtoFault> {
    let source = fs::read_to_string(path).map_err(|error| ProtoFault::of_path(path, error))?;
    let parsed = parse(file, &source);
    let parsed = parsed.map_err(|error| {
        ProtoFault::of_compiler(&error, |_| Some(PathBuf::from(path).display().to_string()))
    })?;
    Ok(with_places(&parsed))
}

fn with_places(file: &File) -> Vec<Import> {
    let descriptor = file.file_descriptor_proto();
    let import = |name: &String| Import { name: name.clone(), place: None };
    let mut imports: Vec<Import> = descriptor.dependency.iter().map(import).collect();
    let info = descriptor.source_code_info.as_ref();
    for location in info.iter().flat_map(|info| &info.location) {
        if let ([DEPENDENCY, index], [line, column, ..]) = (&location.path[..], &location.span[..])
            && let Some(import) = usize::try_from(*index).ok().and_then(|index| imports.get_mut(index))
        {
            let from_one = |number: &i32| u32::try_from(*number).ok()?.checked_add(1);
            import.place = from_one(line).zip(from_one(column));
        }
    }
    imports
}
