//! protox, with the option's own `.proto` at hand.

use std::path::{Path, PathBuf};

use protox::Compiler;
use protox::file::{FileMetadata, FileResolver};

use super::Error;
use super::resolver::{self, Extended, PublicImports};
use super::set::DescriptorSet;

/// Protos that compile, with all that they import.
pub(super) struct Compiled {
    compiler: Compiler,
    includes: Vec<PathBuf>,
    set: Vec<u8>,
}

impl Compiled {
    pub(super) fn from_files(
        protos: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> Result<Self, Error> {
        let includes: Vec<PathBuf> = includes.iter().map(|include| include.as_ref().to_owned()).collect();
        Self::compile(|| resolver::of_includes(&includes), protos)
            .map(|(compiler, set)| Self { compiler, includes: includes.clone(), set })
            .map_err(|error| Error::Proto(describe(&error, &includes)))
    }

    pub(super) fn from_source(name: &str, source: &str) -> Result<Self, Error> {
        Self::compile(|| resolver::of_source(name, source), &[name])
            .map(|(compiler, set)| Self { compiler, includes: Vec::new(), set })
            .map_err(|error| Error::Proto(format!("{error:?}")))
    }

    fn compile<R: FileResolver + 'static>(
        resolver: impl Fn() -> R,
        protos: &[impl AsRef<Path>],
    ) -> Result<(Compiler, Vec<u8>), protox::Error> {
        match open(resolver(), protos) {
            Ok(compiler) => {
                let set = compiler.encode_file_descriptor_set();
                Ok((compiler, set))
            }
            // Of the two errors the first has a place in the source.
            Err(error) => with_public_imports(resolver(), protos).map_err(|_| error),
        }
    }

    /// The encoded set: the files that were asked for and all that they import. Only this way of encoding keeps options.
    pub(super) fn descriptor_set(&self) -> &[u8] {
        &self.set
    }

    /// The full names of the services of the files that were asked for, not of those that are imported alone.
    pub(super) fn services(&self) -> Vec<String> {
        let pool = self.compiler.descriptor_pool();
        let asked_for = self.compiler.files().filter(|file| !file.is_import());
        let files = asked_for.filter_map(|file| pool.get_file_by_name(file.name()));
        files
            .flat_map(|file| {
                file.services().map(|service| service.full_name().to_owned()).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The files that were read from disk, those that are imported among them.
    pub(super) fn files_read(&self) -> impl Iterator<Item = PathBuf> {
        self.compiler.files().filter_map(|file| self.opened(file))
    }

    /// A file as it was opened, by the name that imports have for it: so an editor finds it.
    pub(super) fn path_of(&self, name: &str) -> Option<PathBuf> {
        self.compiler.files().find(|file| file.name() == name).and_then(|file| self.opened(file))
    }

    /// A file that was changed before it was compiled does not know its path any more.
    fn opened(&self, file: &FileMetadata) -> Option<PathBuf> {
        file.path().map(Path::to_owned).or_else(|| find(&self.includes, file.name()))
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

fn with_public_imports(
    resolver: impl FileResolver + 'static,
    protos: &[impl AsRef<Path>],
) -> Result<(Compiler, Vec<u8>), protox::Error> {
    let extended = Extended::default();
    let compiler = open(PublicImports::new(resolver, Extended::clone(&extended)), protos)?;
    let encoded = compiler.encode_file_descriptor_set();
    let mut set = DescriptorSet::decode(&encoded).map_err(protox::Error::new)?;
    set.restore_imports(&extended.borrow());
    Ok((compiler, set.encode()))
}

fn find(includes: &[PathBuf], name: &str) -> Option<PathBuf> {
    includes.iter().map(|include| include.join(name)).find(|path| path.is_file())
}

/// What the compiler says, which names a file as imports do, with the file as it was opened.
fn describe(error: &protox::Error, includes: &[PathBuf]) -> String {
    // Its `Debug` is the one that has the place.
    let text = format!("{error:?}");
    let Some(name) = error.file() else { return text };
    match (find(includes, name), text.strip_prefix(name)) {
        (Some(path), Some(place)) if place.starts_with(':') => format!("{}{place}", path.display()),
        _ => text,
    }
}
