//! Where protox finds files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::source;
use protox::Error;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};
use sekisho_policy::{ACCESS_PROTO, ACCESS_PROTO_NAME};

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

/// One source from memory, then the option's own file, then Google's.
pub(super) fn of_source(name: &str, source: &str) -> ChainFileResolver {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Source { name: name.to_owned(), source: source.to_owned() });
    resolver.add(AccessProto);
    resolver.add(GoogleFileResolver::new());
    resolver
}

/// An include directory. What protox cannot read is tried once more in other words.
struct Include {
    directory: PathBuf,
    inner: IncludeFileResolver,
}

impl Include {
    fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), inner: IncludeFileResolver::new(directory.to_owned()) }
    }

    fn in_other_words(&self, name: &str) -> Option<String> {
        source::readable(&fs::read_to_string(self.directory.join(name)).ok()?)
    }
}

impl FileResolver for Include {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        self.inner.open_file(name).or_else(|error| {
            let readable = if error.is_parse() { self.in_other_words(name) } else { None };
            readable.map_or(Err(error), |source| File::from_source(name, &source))
        })
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
        File::from_source(name, &self.source)
    }
}

/// How many imports, and how many public ones, a file has by its own source.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnImports {
    pub(super) all: usize,
    pub(super) public: usize,
}

/// The files that were given further public imports, by name.
pub(super) type Extended = Rc<RefCell<BTreeMap<String, OwnImports>>>;

/// `import public` counts through any number of files, and protox 0.10 follows the first alone. So a file is given as
/// its own the public imports of those that it imports publicly. It loses its text, and with it
/// the place of an import that is not found.
pub(super) struct PublicImports<R> {
    inner: R,
    extended: Extended,
}

impl<R: FileResolver> PublicImports<R> {
    pub(super) fn new(inner: R, extended: Extended) -> Self {
        Self { inner, extended }
    }

    /// What a file imports publicly by way of others. What cannot be opened is told when it is imported.
    fn reached(&self, file: &File) -> Vec<String> {
        let mut found: Vec<String> = public_imports(file);
        let mut at = 0;
        while let Some(name) = found.get(at) {
            if let Ok(imported) = self.inner.open_file(name) {
                let further = public_imports(&imported).into_iter();
                let new: Vec<String> = further.filter(|name| !found.contains(name)).collect();
                found.extend(new);
            }
            at += 1;
        }
        found
    }
}

impl<R: FileResolver> FileResolver for PublicImports<R> {
    fn resolve_path(&self, path: &Path) -> Option<String> {
        self.inner.resolve_path(path)
    }

    fn open_file(&self, name: &str) -> Result<File, Error> {
        let file = self.inner.open_file(name)?;
        let own = public_imports(&file);
        let further: Vec<String> =
            self.reached(&file).into_iter().filter(|found| !own.contains(found) && found != name).collect();
        if further.is_empty() {
            return Ok(file);
        }
        let mut descriptor = file.file_descriptor_proto().clone();
        let imports =
            OwnImports { all: descriptor.dependency.len(), public: descriptor.public_dependency.len() };
        self.extended.borrow_mut().insert(name.to_owned(), imports);
        for import in further {
            let known = descriptor.dependency.iter().position(|known| *known == import);
            let at = known.unwrap_or(descriptor.dependency.len());
            if known.is_none() {
                descriptor.dependency.push(import);
            }
            descriptor.public_dependency.extend(i32::try_from(at));
        }
        Ok(File::from_file_descriptor_proto(descriptor))
    }
}

fn public_imports(file: &File) -> Vec<String> {
    let descriptor = file.file_descriptor_proto();
    let indices = descriptor.public_dependency.iter().filter_map(|index| usize::try_from(*index).ok());
    indices.filter_map(|index| descriptor.dependency.get(index).cloned()).collect()
}
