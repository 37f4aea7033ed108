//! What is compiled, and how.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use sekisho_policy::protos::Compiled;
use sekisho_policy::{DeclaredRule, Policy, PolicyBuilder};

use super::Error;
use super::generate::Generator;
use super::policy::Source;

type TonicOptions = Box<dyn FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder>;

/// Starts from what most builds want.
pub fn configure() -> Builder {
    Builder {
        policy: Policy::builder(),
        tonic: Box::new(|builder| builder),
        prost: tonic_prost_build::Config::new(),
        services: None,
        out_dir: None,
        descriptor_set: "sekisho_descriptor_set".to_owned(),
    }
}

/// How protos are compiled.
pub struct Builder {
    policy: PolicyBuilder,
    tonic: TonicOptions,
    prost: tonic_prost_build::Config,
    services: Option<Vec<String>>,
    out_dir: Option<PathBuf>,
    descriptor_set: String,
}

impl Builder {
    /// Decides about a method (`package.Service/Method`) of a `.proto` that cannot be given the option.
    /// The server's policy needs the same: [`PolicyBuilder::rule`].
    #[must_use]
    pub fn rule(mut self, method: impl Into<String>, rule: impl Into<DeclaredRule>) -> Self {
        self.policy = self.policy.rule(method, rule);
        self
    }

    /// The services (`package.Service`) that are judged and embedded, in place of all those of the files that are
    /// compiled, or of all those of a descriptor set. The server's policy then knows no other. A name that no service
    /// has is a fault. Code is generated for all of them.
    #[must_use]
    pub fn services(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.services = Some(names.into_iter().map(Into::into).collect());
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
    ///
    /// What speaks to protoc (`protoc_arg`) has no effect. `skip_protoc_run` is refused:
    /// [`Builder::compile_descriptor_set`] does what it is for. What `file_descriptor_set_path` writes has the services of
    /// imported files, too, whose methods have no rule: give the embedded set to the server and not that one.
    #[must_use]
    pub fn tonic(
        mut self,
        options: impl FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder + 'static,
    ) -> Self {
        self.tonic = Box::new(options);
        self
    }

    /// The configuration of prost that tonic's `compile_with_config` takes, for what tonic's builder has no setting.
    #[must_use]
    pub fn prost(mut self, config: tonic_prost_build::Config) -> Self {
        self.prost = config;
        self
    }

    /// Where to write, in place of cargo's `OUT_DIR`.
    #[must_use]
    pub fn out_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(directory.into());
        self
    }

    /// The name of the descriptor set for `tonic::include_file_descriptor_set!`, in place of
    /// `sekisho_descriptor_set`. Of several calls in one `build.rs` each needs a name of its own.
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
        compiled.files_read().for_each(watch);
        let services = self.services.clone().unwrap_or_else(|| compiled.services());
        let source = Source { encoded: compiled.descriptor_set(), services: Some(services) };
        self.write(source, |name| compiled.path_of(name).map(Path::to_owned))
    }

    /// Compiles a `google.protobuf.FileDescriptorSet` that `buf build` or `protoc --include_imports
    /// --include_source_info --descriptor_set_out` has written, for files that only those can compile.
    ///
    /// Every method of the set needs a rule. Those of files that buf marks as imported do not; where protoc has written
    /// the set, [`Builder::services`] says which services are meant.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), sekisho_build::Error> {
    /// sekisho_build::configure()
    ///     .services(["orders.v1.Orders"])
    ///     .compile_descriptor_set("proto/orders.binpb")
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error`]: no complete descriptor set; every method without a rule or with a bad one, with its place where the
    /// set has it.
    pub fn compile_descriptor_set(self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        watch(path);
        let encoded = fs::read(path).map_err(|error| Error::Read { path: path.to_owned(), error })?;
        self.compile_descriptor_set_bytes(&encoded)
    }

    /// Compiles an encoded descriptor set, as [`Builder::compile_descriptor_set`] does.
    ///
    /// # Errors
    /// As [`Builder::compile_descriptor_set`].
    pub fn compile_descriptor_set_bytes(self, encoded: &[u8]) -> Result<(), Error> {
        let services = self.services.clone();
        self.write(Source { encoded, services }, |_| None)
    }

    /// Nothing is written before all has been judged.
    fn write(self, source: Source<'_>, path_of: impl Fn(&str) -> Option<PathBuf>) -> Result<(), Error> {
        let complete = source.encoded;
        let embedded = source.judge(self.policy, path_of)?;
        let out_dir = match self.out_dir {
            Some(directory) => directory,
            None => std::env::var_os("OUT_DIR").map(PathBuf::from).ok_or(Error::NoOutDir)?,
        };
        let generator =
            Generator::new((self.tonic)(tonic_prost_build::configure().out_dir(&out_dir)), self.prost)?;
        // Not by `with_extension`, which would cut a name such as `orders.v1`.
        let path = out_dir.join(format!("{}.bin", self.descriptor_set));
        fs::write(&path, embedded).map_err(|error| Error::Write { path, error })?;
        generator.generate(complete)
    }
}

#[expect(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
fn watch(file: &Path) {
    println!("cargo:rerun-if-changed={}", file.display());
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("descriptor_set", &self.descriptor_set).finish_non_exhaustive()
    }
}
