//! `--prune`: which lines of access.ack cover no change any more.

use std::path::PathBuf;

use crate::cli::policy::Asked;
use crate::cli::policy::review::{self, Files, Services, Standing};
use sekisho_policy::ack;
use sekisho_policy::lock::{Lock, changes, judge};

/// What becomes of access.ack.
#[derive(Debug)]
pub(super) struct Pruned {
    /// The lines that are taken out.
    pub(super) lines: Vec<String>,
    /// The file without them.
    pub(super) rest: String,
}

/// Where it is asked for.
///
/// # Errors
/// The base or access.ack cannot be read.
pub(super) fn pruned(
    asked: &Asked<'_>,
    files: &Files,
    standing: &Standing,
    policy: &Lock,
) -> Result<Option<Pruned>, Vec<String>> {
    if !asked.flags.get_flag("prune") {
        return Ok(None);
    }
    let base = match asked.flags.get_one::<PathBuf>("base") {
        Some(path) => review::base(path, &Services::by(asked.flags)),
        None => standing_base(standing),
    };
    let (base, (text, lines)) = match (base, files.read_ack()) {
        (Ok(base), Ok(read)) => (base, read),
        (base, read) => return Err([base.err(), read.err()].into_iter().flatten().flatten().collect()),
    };
    let changes = changes(&base, policy);
    let judgement = judge(&changes, &lines);
    let lines = judgement.idle().iter().map(ToString::to_string).collect();
    Ok(Some(Pruned { lines, rest: ack::without(&text, judgement.idle()) }))
}

fn standing_base(standing: &Standing) -> Result<Lock, Vec<String>> {
    match standing {
        Standing::Lock { lock, .. } => Ok(lock.clone()),
        Standing::None => {
            Err(vec!["--prune: there is no lock yet to compare with; name one by --base".to_owned()])
        }
        Standing::Faulty(faults) => Err(faults.clone()),
    }
}
