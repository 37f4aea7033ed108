//! Where protox finds files.

use std::path::{Path, PathBuf};

use protox::Error;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use super::folder::Folder;
use super::readable;
use crate::{ACCESS_PROTO, ACCESS_PROTO_NAME};

/// Includes in their order, then the option's own file, then Google's.
pub(super) fn of_includes(includes: &[PathBuf]) -> ChainFileResolver {
    let mut resolver = ChainFileResolver::new();
    for include in includes {
        resolver.add(Include::new(include));
    }
    resolver.add(AccessProto);
    resolver.add(GoogleFileResolver::new());
    resolver
}

/// The files of a folder and no others, then the option's own file, then Google's.
pub(super) fn of_folder(folder: &Folder) -> ChainFileResolver {
    let mut resolver = ChainFileResolver::new();
    resolver.add(folder.clone());
    resolver.add(AccessProto);
    resolver.add(GoogleFileResolver::new());
    resolver
}

/// One source from memory, then the option's own file, then Google's.
pub(super) fn of_source(name: &str, source: &str) -> ChainFileResolver {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Source { name: name.to_owned(), source: source.to_owned() });
    resolver.add(AccessProto);
    resolver.add(GoogleFileResolver::new());
    resolver
}

/// Whether a file is found by this name wherever protos are compiled.
pub(super) fn is_at_hand(name: &str) -> bool {
    name == ACCESS_PROTO_NAME
        || name.starts_with("google/protobuf/") && GoogleFileResolver::new().open_file(name).is_ok()
}

/// An include directory.
struct Include {
    directory: PathBuf,
    inner: IncludeFileResolver,
}

impl Include {
    fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), inner: IncludeFileResolver::new(directory.to_owned()) }
    }
}

impl FileResolver for Include {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        readable::open(name, &self.directory.join(name))
    }
}

impl FileResolver for Folder {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.name_of(path).map(str::to_owned)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let path = self.path_of(name).ok_or_else(|| Error::file_not_found(name))?;
        readable::open(name, path)
    }
}

/// Serves `sekisho/v1/access.proto` to whoever imports it and has no copy.
struct AccessProto;

impl FileResolver for AccessProto {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        if name != ACCESS_PROTO_NAME {
            return Err(Error::file_not_found(name));
        }
        File::from_source(name, ACCESS_PROTO)
    }
}

struct Source {
    name: String,
    source: String,
}

impl FileResolver for Source {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        if name != self.name {
            return Err(Error::file_not_found(name));
        }
        readable::parse(name, &self.source)
    }
}
