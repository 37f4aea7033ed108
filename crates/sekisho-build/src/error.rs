//! Why a build stops.

use std::fmt;
use std::path::PathBuf;

use sekisho_policy::protos::ProtoError;

/// Why nothing was generated. A `build.rs` that returns it from `main` prints it as it is meant to be
/// read, since its `Debug` is its `Display`.
#[non_exhaustive]
pub enum Error {
    /// A `.proto` does not compile: what is wrong, after file, line and column where they are known.
    Proto(String),
    /// Methods without a rule, or with a bad one: a line each, with file, line, column and method.
    Policy(Vec<String>),
    /// Files of an edition, for which no code can be generated: their names.
    Edition(Vec<String>),
    /// A setting of code generation that cannot be followed, and what to do instead.
    Setting(String),
    /// Cargo did not say where to write, so this is no `build.rs`.
    NoOutDir,
    /// The descriptor set cannot be read.
    Read {
        /// Where from.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The descriptor set cannot be written.
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The code generator failed.
    Generate(std::io::Error),
}

/// The way out where protox is at fault and not the file.
const DESCRIPTOR_SET: &str = "If protoc or buf compiles these files, let one of them write a descriptor set, and call \
                              `compile_descriptor_set` in place of `compile`.";

/// What does not compile, with what to write where an option of ours is mistaken.
impl From<ProtoError> for Error {
    fn from(error: ProtoError) -> Self {
        let lines = error.faults().iter().flat_map(|fault| [Some(fault.text()), fault.remedy()]);
        Self::Proto(lines.flatten().collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proto(error) => write!(f, "{error}\n{DESCRIPTOR_SET}"),
            Self::Policy(faults) => {
                write!(f, "{} in the access policy:\n{}", count(faults.len()), faults.join("\n"))
            }
            Self::Edition(files) => write!(
                f,
                "{}: prost generates no code for files of an edition; write `syntax = \"proto3\";`",
                files.join(", ")
            ),
            Self::Setting(instead) => write!(f, "a setting of code generation cannot be followed: {instead}"),
            Self::NoOutDir => {
                f.write_str("OUT_DIR is not set; call this from a build.rs, or name an out_dir")
            }
            Self::Read { path, error } | Self::Write { path, error } => {
                write!(f, "{}: {error}", path.display())
            }
            Self::Generate(error) => write!(f, "the code could not be generated: {error}"),
        }
    }
}

fn count(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
