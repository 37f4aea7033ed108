//! The sources of a folder, within bounds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protox::file::File;
use walkdir::{DirEntry, WalkDir};

use crate::Position;
use crate::protos::error::{ProtoError, ProtoFault};
use crate::protos::readable;

const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 64 << 20;
const DEEPEST: usize = 64;

/// How many faults are told: who has more has named the wrong folder.
pub(super) const MOST_FAULTS: usize = 100;

/// The field number of `dependency` in `FileDescriptorProto`, with which the path of an import's position begins.
const DEPENDENCY: i32 = 3;

/// The files, by their paths below the folder, with `/` between their parts.
pub(super) type Sources = BTreeMap<String, Source>;

/// What a file says of others, and whether it has what a policy is about.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) imports: Vec<Import>,
    pub(super) has_services: bool,
}

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
    let Found { files, mut faults, .. } = find(folder)?;
    let mut sources = Sources::new();
    for file in files {
        match source(&file, &folder.join(&file)) {
            Ok(source) => drop(sources.insert(file, source)),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(sources) } else { Err(ProtoError { faults }) }
}

/// The paths of the files below the folder.
pub(super) fn below(folder: &Path) -> Result<Vec<String>, ProtoError> {
    let Found { files, faults, .. } = find(folder)?;
    if faults.is_empty() { Ok(files) } else { Err(ProtoError { faults }) }
}

/// What is in a folder.
#[derive(Default)]
struct Found {
    /// The paths below the folder of all files that are named as protos, sorted.
    files: Vec<String>,
    bytes: u64,
    /// What is no file and may hide one.
    faults: Vec<ProtoFault>,
    more_faults: usize,
}

fn find(folder: &Path) -> Result<Found, ProtoFault> {
    // What git keeps for itself. All else that begins with a full stop can be compiled as any other file can.
    let is_of_the_tree = |entry: &DirEntry| entry.depth() == 0 || entry.file_name() != ".git";
    if folder.is_file() {
        return Err(ProtoFault::of_path(folder, "it is no folder"));
    }
    let mut found = Found::default();
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_of_the_tree) {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        if entry.depth() > DEEPEST {
            return Err(ProtoFault::of_path(entry.path(), format_args!("more than {DEEPEST} folders deep")));
        }
        if is_proto(&entry) {
            found.add(folder, &entry)?;
        } else if let Some(fault) = hidden(&entry) {
            found.add_fault(fault);
        }
    }
    if found.more_faults > 0 {
        let more = format!("{} more links are not followed", found.more_faults);
        found.faults.push(ProtoFault::of_path(folder, more));
    }
    if found.files.is_empty() && found.faults.is_empty() {
        return Err(ProtoFault::of_path(folder, "there is no .proto file in this folder or below"));
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, folder: &Path, proto: &DirEntry) -> Result<(), ProtoFault> {
        self.bytes += proto.metadata().map_err(|error| unreadable(folder, error))?.len();
        self.files.push(relative(folder, proto.path())?);
        if self.files.len() <= MOST_FILES && self.bytes <= MOST_BYTES {
            return Ok(());
        }
        let limit = format!(
            "more than {MOST_FILES} .proto files, or more than {} MiB of them; name a folder further down",
            MOST_BYTES >> 20
        );
        Err(ProtoFault::of_path(folder, limit))
    }

    fn add_fault(&mut self, fault: ProtoFault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}

/// A proto that is not read, or what may have one: protoc would follow the link, and the services behind it would be missing
/// without a word.
fn hidden(entry: &DirEntry) -> Option<ProtoFault> {
    let kind = entry.file_type();
    if entry.depth() == 0 || kind.is_file() || kind.is_dir() {
        return None;
    }
    let is_link = kind.is_symlink();
    if is_link && entry.path().is_dir() {
        Some("it is a symbolic link to a folder, which is not followed; put the folder in its place, or take the link away")
    } else if is_link && has_proto_name(entry) {
        Some("it is a symbolic link, which is not followed; put the file in its place, or take the link away")
    } else if has_proto_name(entry) {
        Some("it is no regular file; take it away")
    } else {
        None
    }
    .map(|what| ProtoFault::of_path(entry.path(), what))
}

fn unreadable(folder: &Path, error: walkdir::Error) -> ProtoFault {
    let path = error.path().map_or_else(|| folder.to_owned(), Path::to_owned);
    match error.into_io_error() {
        Some(error) => ProtoFault::of_path(&path, error),
        None => ProtoFault::of_path(&path, "it cannot be read"),
    }
}

fn is_proto(entry: &DirEntry) -> bool {
    entry.file_type().is_file() && entry.depth() > 0 && has_proto_name(entry)
}

fn has_proto_name(entry: &DirEntry) -> bool {
    // `.proto` is such a name too, which `Path::extension` does not say.
    entry.file_name().as_encoded_bytes().ends_with(b".proto")
}

fn relative(folder: &Path, path: &Path) -> Result<String, ProtoFault> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(folder).ok().and_then(|path| path.iter().map(|part| part.to_str()).collect());
    parts.map(|parts| parts.join("/")).ok_or_else(|| ProtoFault::of_path(path, "its name is no UTF-8"))
}

fn source(file: &str, path: &Path) -> Result<Source, ProtoFault> {
    let parsed = readable::open(file, path).map_err(|error| {
        ProtoFault::of_compiler(&error, |_| Some(PathBuf::from(path).display().to_string()))
    })?;
    let has_services = !parsed.file_descriptor_proto().service.is_empty();
    Ok(Source { imports: with_places(&parsed), has_services })
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
