//! protox, with the option's own `.proto` at hand.

use std::fmt;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use protox::Compiler;
use protox::file::{FileMetadata, FileResolver};

use super::bounded::Bounded;
use super::error::{ProtoError, ProtoFault};
use super::folder::Folder;
use super::misread::{LookedAt, Misreadings};
use super::public_imports::{Extended, FewPublicImports, Flattened, are_too_many, restore_imports};
use super::{resolver, shadow};

/// Protos that compile, with all that they import.
pub struct Compiled {
    set: Vec<u8>,
    services: Vec<String>,
    /// The files that were read from disk as they were opened, by the names that imports have for them.
    paths: IndexMap<String, PathBuf>,
}

impl Compiled {
    /// Compiles `protos`, which are found below `includes`, and all that they import. `sekisho/v1/access.proto` and
    /// Google's own files need not be there. `import`s find the first file of a name below the includes.
    ///
    /// # Errors
    /// [`ProtoError`]: each of `protos` that is not the file which its name finds; what protoc reads otherwise, such as `#`
    /// outside of strings and comments; more than 64 MiB in all, or more than 100 files that import one another in a chain; what
    /// the compiler says first.
    pub fn from_files(
        protos: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> Result<Self, ProtoError> {
        let includes: Vec<PathBuf> = includes.iter().map(|include| include.as_ref().to_owned()).collect();
        shadow::check(protos, &includes)?;
        Self::compile(|| resolver::of_includes(&includes), protos, |name| shadow::find(name, &includes))
    }

    /// Compiles every file below a folder whose name ends in `.proto`. It is the folder that imports begin at. Files that
    /// import each other by shorter names, such as those of a repository whose protos stand in `proto/`, are found as
    /// well: at the nearest folder above the file that imports.
    ///
    /// A copy of `sekisho/v1/access.proto` is used where there is one. A folder `.git` is
    /// passed over. Symbolic links are not followed: one that could hide a `.proto` file is a fault.
    ///
    /// # Errors
    /// [`ProtoError`]: no `.proto` file; every import that is not found, and every file that is no proto; every symbolic link
    /// whose name ends in `.proto` or that leads to a folder; every copy of one of Google's files that is not used and
    /// declares a service; more than 10,000 files, more than 64 MiB in all, or more than 64 folders within each other; what
    /// protoc reads otherwise; what the compiler says first.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, ProtoError> {
        let folder = Folder::read(folder.as_ref())?;
        Self::compile(
            || resolver::of_folder(&folder),
            folder.paths(),
            |name| folder.path_of(name).map(Path::to_owned),
        )
    }

    /// Compiles one source, which may import `sekisho/v1/access.proto` and Google's own files.
    ///
    /// # Errors
    /// [`ProtoError`]: what protoc reads otherwise; what the compiler says first.
    pub fn from_source(name: &str, source: &str) -> Result<Self, ProtoError> {
        Self::compile(|| resolver::of_source(name, source), &[name], |_| None)
    }

    /// `find` tells the path of a file that was changed before it was compiled, and does not know its path any more.
    fn compile<R: FileResolver + 'static>(
        resolver: impl Fn() -> R,
        protos: &[impl AsRef<Path>],
        find: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, ProtoError> {
        let opened = |name: &str| find(name).map(|path| path.display().to_string());
        let misreadings = Misreadings::default();
        let result = with_encoded(|| Bounded::new(LookedAt::new(resolver(), &misreadings)), protos)
            .map_err(|error| ProtoFault::of_compiler(&error, opened));
        let mut faults = misreadings.faults(opened);
        let (compiler, set) = match result {
            Ok(read) if faults.is_empty() => read,
            result => {
                faults.extend(result.err());
                return Err(ProtoError { faults });
            }
        };
        let path = |file: &FileMetadata| file.path().map(Path::to_owned).or_else(|| find(file.name()));
        let paths = compiler.files().filter_map(|file| Some((file.name().to_owned(), path(file)?))).collect();
        Ok(Self { set, services: services(&compiler), paths })
    }

    /// The encoded set: the files that were asked for and all that they import.
    pub fn descriptor_set(&self) -> &[u8] {
        &self.set
    }

    /// The full names of the services of the files that were asked for, not of those that are imported alone.
    pub fn services(&self) -> Vec<String> {
        self.services.clone()
    }

    /// The files that were read from disk, those that are imported among them.
    pub fn files_read(&self) -> impl Iterator<Item = &Path> {
        self.paths.values().map(PathBuf::as_path)
    }

    /// A file as it was opened, by the name that imports have for it: so an editor finds it.
    pub fn path_of(&self, name: &str) -> Option<&Path> {
        self.paths.get(name).map(PathBuf::as_path)
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("services", &self.services).finish_non_exhaustive()
    }
}

/// With the encoded set.
fn with_encoded<R: FileResolver + 'static>(
    resolver: impl Fn() -> R,
    protos: &[impl AsRef<Path>],
) -> Result<(Compiler, Vec<u8>), protox::Error> {
    match open(FewPublicImports::new(resolver()), protos) {
        Ok(compiler) => {
            let set = compiler.encode_file_descriptor_set();
            Ok((compiler, set))
        }
        // Of the two errors the first has a place in the source.
        Err(error) => with_all_public_imports(resolver(), protos)
            .map_err(|flattened| if are_too_many(&error) { flattened } else { error }),
    }
}

fn open(
    resolver: impl FileResolver + 'static,
    protos: &[impl AsRef<Path>],
) -> Result<Compiler, protox::Error> {
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(protos)?;
    Ok(compiler)
}

fn with_all_public_imports(
    resolver: impl FileResolver + 'static,
    protos: &[impl AsRef<Path>],
) -> Result<(Compiler, Vec<u8>), protox::Error> {
    let extended = Extended::default();
    let compiler = open(Flattened::new(resolver, Extended::clone(&extended)), protos)?;
    let set = compiler.encode_file_descriptor_set();
    let set = restore_imports(&set, &extended.borrow()).map_err(protox::Error::new)?;
    Ok((compiler, set))
}

fn services(compiler: &Compiler) -> Vec<String> {
    let pool = compiler.descriptor_pool();
    let asked_for = compiler.files().filter(|file| !file.is_import());
    let files = asked_for.filter_map(|file| pool.get_file_by_name(file.name()));
    let names = |file: prost_reflect::FileDescriptor| {
        file.services().map(|service| service.full_name().to_owned()).collect::<Vec<_>>()
    };
    files.flat_map(names).collect()
}
