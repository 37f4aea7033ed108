//! The acknowledgements that the base has already. They were given to earlier changes, and cover none of those that are
//! compared now.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};

use super::files::read;
use crate::cli::text::one_line;
use sekisho_policy::ack::Acknowledgements;

/// `--base-ack`.
pub(in crate::cli::policy) fn base_ack_argument() -> Arg {
    Arg::new("base-ack")
        .long("base-ack")
        .value_name("FILE")
        .help("The base's access.ack, whose lines cover nothing any more [default: that of --base, where it is a folder with an access.lock]")
        .requires("base")
        .value_parser(clap::value_parser!(PathBuf))
}

/// The base's file.
#[derive(Debug)]
pub(in crate::cli::policy) struct BaseAck {
    /// As it was named.
    pub(in crate::cli::policy) name: String,
    text: String,
}

impl BaseAck {
    /// The one that the flags name, if they name one; `ack` is that of the change.
    ///
    /// # Errors
    /// It cannot be read, or it is `ack` itself.
    pub(super) fn by(flags: &ArgMatches, ack: &Path) -> Result<Option<Self>, String> {
        let Some(path) = path(flags, ack)? else { return Ok(None) };
        let bytes = read(&path, Acknowledgements::MAX_SIZE)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(Self { name: one_line(&path.display().to_string()), text }))
    }

    /// The lines, of which those cover nothing that stand here.
    pub(super) fn since(&self, lines: Acknowledgements) -> Acknowledgements {
        lines.since(&self.text)
    }
}

/// A file beside a lock that is named is not taken: it may be that of the change itself, all of whose lines would then
/// cover nothing.
fn path(flags: &ArgMatches, ack: &Path) -> Result<Option<PathBuf>, String> {
    if let Some(named) = flags.get_one::<PathBuf>("base-ack") {
        if is_same_file(named, ack) {
            let path = named.display();
            return Err(format!("--base-ack: {path} is the file of --ack itself; name the base's"));
        }
        return Ok(Some(named.clone()));
    }
    let base = flags.get_one::<PathBuf>("base").filter(|base| base.join("access.lock").is_file());
    let inside = base.map(|base| base.join("access.ack"));
    // A link that leads nowhere is there, and cannot be read.
    Ok(inside.filter(|path| path.symlink_metadata().is_ok() && !is_same_file(path, ack)))
}

/// Whether both are there, and are one file.
pub(in crate::cli::policy) fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
