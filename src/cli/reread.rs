//! The configuration of a running server, read again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use super::bounded_file::Reading;
use super::command::{Command, Stop, read_command};
use super::options;
use crate::config::ServeSettings;

/// What `sekisho serve` was started with, so that its files can be read again: the same flags and variables, which
/// nobody can change from outside.
#[derive(Clone)]
pub struct Reread {
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
}

impl Reread {
    /// Of all variables, those that `serve` asks for: no secret of another command is kept.
    pub(super) fn new(arguments: Vec<OsString>, mut environment: BTreeMap<OsString, OsString>) -> Self {
        let options = options::serve();
        let wanted: Vec<_> = options.iter().filter_map(|option| option.variable).collect();
        environment.retain(|name, _| wanted.iter().any(|wanted| name == wanted));
        Self { arguments, environment }
    }

    /// The settings, as the files say now. They are judged as at the start. A `--config`, `--env-file` or `--ca-file` that
    /// is no regular file cannot be read a second time.
    ///
    /// This reads files: call it where waiting for a disk holds up nobody.
    ///
    /// # Errors
    /// Every fault of the configuration; nothing of it may then be used.
    pub fn serve(&self) -> Result<ServeSettings, Vec<String>> {
        match read_command(self.arguments.clone(), self.environment.clone(), Reading::Again) {
            Ok(Command::Serve(settings, _)) => Ok(settings),
            Ok(_) => Err(vec!["the arguments are not those of `sekisho serve`".to_owned()]),
            Err(Stop::Faults(faults)) => Err(faults),
            Err(Stop::Clap(error)) => Err(vec![error.to_string()]),
        }
    }
}

#[cfg(test)]
impl Reread {
    pub(super) fn holds(&self, variable: &str) -> bool {
        self.environment.contains_key(std::ffi::OsStr::new(variable))
    }
}

/// Without values, which may be anybody's.
impl fmt::Debug for Reread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reread")
    }
}
