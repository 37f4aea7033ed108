//! The command that writes the lock anew, as whoever ran the check can type it.

use clap::ArgMatches;

use crate::cli::policy::review::Services;
use crate::cli::policy::{command_line, source};
use sekisho_policy::lock::Lock;

/// What is longer is not read, and not copied by hand.
const LONGEST: usize = 400;

/// With what the check was told to read. `lock` is the whole lock, of which `--service` may have been a part: a lock is not
/// written over by a part of it.
pub(super) fn relock(flags: &ArgMatches, services: &Services, lock: &Lock) -> String {
    let is_part = lock.entries().iter().any(|entry| !services.has(entry.service()));
    let mut arguments = vec!["policy".to_owned(), "lock".to_owned()];
    arguments.extend(source::given(flags));
    if !is_part {
        arguments.extend(source::with_values(flags, "service"));
    }
    if flags.value_source("lock") != Some(clap::parser::ValueSource::DefaultValue) {
        arguments.extend(source::with_values(flags, "lock"));
    }
    let command = command_line(arguments);
    if command.len() <= LONGEST {
        return format!("`{command}`");
    }
    "`sekisho policy lock` with the same files".to_owned()
}
