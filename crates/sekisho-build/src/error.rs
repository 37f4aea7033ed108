//! Why a build stops.

use std::fmt;
use std::path::PathBuf;

/// Why nothing was generated. A `build.rs` that returns it from `main` prints it as it is meant to be
/// read, since its `Debug` is its `Display`.
#[non_exhaustive]
pub enum Error {
    /// A `.proto` does not compile: what is wrong, after file, line and column where they are known.
    Proto(String),
    /// Methods without a rule, or with a bad one: a line each, with file, line, column and method.
    Policy(Vec<String>),
    /// Cargo did not say where to write, so this is no `build.rs`.
    NoOutDir,
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proto(error) => f.write_str(error),
            Self::Policy(faults) => {
                write!(f, "{} in the access policy:\n{}", count(faults.len()), faults.join("\n"))
            }
            Self::NoOutDir => {
                f.write_str("OUT_DIR is not set; call this from a build.rs, or name an out_dir")
            }
            Self::Write { path, error } => write!(f, "{}: {error}", path.display()),
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
