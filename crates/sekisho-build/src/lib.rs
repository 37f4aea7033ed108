//! The build helper: one line in a `build.rs` compiles the protos beside the option's own, embeds the
//! descriptors with their options, and refuses a method without a rule.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), sekisho_build::Error> {
//!     sekisho_build::configure().compile(&["proto/orders/v1/orders.proto"], &["proto"])
//! }
//! ```
//!
//! ```ignore
//! // lib.rs or main.rs
//! pub mod orders {
//!     tonic::include_proto!("orders.v1");
//!     pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
//! }
//! ```
//!
//! No `protoc` is needed, and `sekisho/v1/access.proto` can be imported without a copy of it.

mod compiler;
mod error;

use std::path::{Path, PathBuf};

pub use error::Error;

use compiler::Compiled;
use sekisho_policy::{AccessRule, Policy, PolicyBuilder};

type TonicOptions = Box<dyn FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder>;

/// Starts from what most builds want.
pub fn configure() -> Builder {
    Builder {
        policy: Policy::builder(),
        tonic: Box::new(|builder| builder),
        out_dir: None,
        descriptor_set: "sekisho_descriptor_set".to_owned(),
    }
}

/// How protos are compiled.
pub struct Builder {
    policy: PolicyBuilder,
    tonic: TonicOptions,
    out_dir: Option<PathBuf>,
    descriptor_set: String,
}

impl Builder {
    /// Decides about a method (`package.Service/Method`) of a `.proto` that cannot be given the option.
    /// The server's policy needs the same: [`PolicyBuilder::rule`].
    #[must_use]
    pub fn rule(mut self, method: impl Into<String>, rule: AccessRule) -> Self {
        self.policy = self.policy.rule(method, rule);
        self
    }

    /// Options of code generation, as `tonic_prost_build` has them. The last call counts.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), sekisho_build::Error> {
    /// sekisho_build::configure()
    ///     .tonic(|builder| builder.build_client(false))
    ///     .compile(&["proto/orders/v1/orders.proto"], &["proto"])
    /// # }
    /// ```
    #[must_use]
    pub fn tonic(
        mut self,
        options: impl FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder + 'static,
    ) -> Self {
        self.tonic = Box::new(options);
        self
    }

    /// Where to write, in place of cargo's `OUT_DIR`.
    #[must_use]
    pub fn out_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(directory.into());
        self
    }

    /// The name of the descriptor set for `tonic::include_file_descriptor_set!`, in place of
    /// `sekisho_descriptor_set`.
    #[must_use]
    pub fn descriptor_set_name(mut self, name: impl Into<String>) -> Self {
        self.descriptor_set = name.into();
        self
    }

    /// Compiles `protos`, which are found below `includes`, and all that they import.
    ///
    /// # Errors
    /// [`Error`]: a fault of a `.proto`, with its place; every method without a rule or with a bad one.
    pub fn compile(self, protos: &[impl AsRef<Path>], includes: &[impl AsRef<Path>]) -> Result<(), Error> {
        let compiled = Compiled::from_files(protos, includes)?;
        // Before the faults, so that mending them makes cargo look again.
        watch(compiled.files_read());
        compiled.check(self.policy)?;
        let out_dir = match self.out_dir {
            Some(directory) => directory,
            None => std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(Error::NoOutDir)?,
        };
        // Not by `with_extension`, which would cut a name such as `orders.v1`.
        let path = out_dir.join(format!("{}.bin", self.descriptor_set));
        std::fs::write(&path, compiled.descriptor_set()).map_err(|error| Error::Write { path, error })?;
        let generator = (self.tonic)(tonic_prost_build::configure().out_dir(out_dir));
        generator.compile_fds(compiled.sources()).map_err(Error::Generate)
    }
}

#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn watch<'a>(files: impl Iterator<Item = &'a Path>) {
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder").field("descriptor_set", &self.descriptor_set).finish_non_exhaustive()
    }
}

/// The encoded descriptor set of one `.proto` source, which may import `sekisho/v1/access.proto`. It is for tests:
/// nothing is generated, and the rules are not judged, since a test may want a bad one.
///
/// # Errors
/// [`Error::Proto`]: what the compiler says of the source.
pub fn descriptor_set_of(source: &str) -> Result<Vec<u8>, Error> {
    Compiled::from_source("test.proto", source).map(|compiled| compiled.descriptor_set())
}

/// Compiles the examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
