//! protox, with the option's own `.proto` at hand.

use std::path::Path;

use protox::Compiler;
use protox::file::{
    ChainFileResolver, File, FileMetadata, FileResolver, GoogleFileResolver, IncludeFileResolver,
};

use super::Error;
use sekisho_policy::{ACCESS_PROTO, ACCESS_PROTO_NAME, Fault, FaultKind, PolicyBuilder};

/// Serves `sekisho/v1/access.proto` to whoever imports it and has no copy.
struct AccessResolver;

impl FileResolver for AccessResolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name != ACCESS_PROTO_NAME {
            return Err(protox::Error::file_not_found(name));
        }
        File::from_source(name, ACCESS_PROTO)
    }
}

/// Serves one source from memory.
struct SourceResolver {
    name: String,
    source: String,
}

impl FileResolver for SourceResolver {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name != self.name {
            return Err(protox::Error::file_not_found(name));
        }
        File::from_source(name, &self.source)
    }
}

/// Protos that compile, with all that they import.
pub(super) struct Compiled(Compiler);

impl Compiled {
    pub(super) fn from_files(
        protos: &[impl AsRef<Path>],
        includes: &[impl AsRef<Path>],
    ) -> Result<Self, Error> {
        let mut resolver = ChainFileResolver::new();
        for include in includes {
            resolver.add(IncludeFileResolver::new(include.as_ref().to_owned()));
        }
        Self::compile(resolver, protos).map_err(|error| Error::Proto(describe(&error, includes)))
    }

    pub(super) fn from_source(name: &str, source: &str) -> Result<Self, Error> {
        let mut resolver = ChainFileResolver::new();
        resolver.add(SourceResolver { name: name.to_owned(), source: source.to_owned() });
        Self::compile(resolver, &[name]).map_err(|error| Error::Proto(format!("{error:?}")))
    }

    fn compile(mut resolver: ChainFileResolver, protos: &[impl AsRef<Path>]) -> Result<Self, protox::Error> {
        resolver.add(AccessResolver);
        resolver.add(GoogleFileResolver::new());
        let mut compiler = Compiler::with_file_resolver(resolver);
        compiler.include_imports(true).include_source_info(true);
        compiler.open_files(protos)?;
        Ok(Self(compiler))
    }

    /// The encoded set. Only this way of encoding keeps custom options.
    pub(super) fn descriptor_set(&self) -> Vec<u8> {
        self.0.encode_file_descriptor_set()
    }

    /// What code is generated for: not the option, which is read by reflection, nor what prost-types has.
    pub(super) fn sources(&self) -> prost_types::FileDescriptorSet {
        let mut set = self.0.file_descriptor_set();
        set.file
            .retain(|file| file.name() != ACCESS_PROTO_NAME && !file.name().starts_with("google/protobuf/"));
        set
    }

    /// The files that were read from disk, those that are imported among them.
    pub(super) fn files_read(&self) -> impl Iterator<Item = &Path> {
        self.0.files().filter_map(FileMetadata::path)
    }

    /// Reads the policy just as the server will.
    pub(super) fn check(&self, policy: PolicyBuilder) -> Result<(), Error> {
        let Err(error) = policy.descriptor_set(&self.descriptor_set()).build() else { return Ok(()) };
        let is_fault = |fault: &&Fault| fault.kind != FaultKind::NoMethods;
        let faults: Vec<String> =
            error.faults().iter().filter(is_fault).map(|fault| self.in_file(fault)).collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Policy(faults)) }
    }

    /// Names the file as it was opened, so that an editor finds it.
    fn in_file(&self, fault: &Fault) -> String {
        let mut fault = fault.clone();
        if let Some(position) = &mut fault.position {
            let opened =
                self.0.files().find(|file| file.name() == position.file).and_then(|file| file.path());
            if let Some(path) = opened {
                position.file = path.display().to_string();
            }
        }
        fault.to_string()
    }
}

/// What the compiler says, which names a file as imports do, with the file as it was opened.
fn describe(error: &protox::Error, includes: &[impl AsRef<Path>]) -> String {
    // Its `Debug` is the one that has the place.
    let text = format!("{error:?}");
    let Some(name) = error.file() else { return text };
    let opened = includes.iter().map(|include| include.as_ref().join(name)).find(|path| path.is_file());
    match (opened, text.strip_prefix(name)) {
        (Some(path), Some(place)) if place.starts_with(':') => format!("{}{place}", path.display()),
        _ => text,
    }
}
