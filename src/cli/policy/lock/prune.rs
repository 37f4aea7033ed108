//! `--prune`: which lines of access.ack cover no change any more.

use std::path::PathBuf;

use crate::cli::policy::Asked;
use crate::cli::policy::review::{Acknowledged, Files, Reading, Services, Standing};
use crate::cli::policy::source::Rules;
use sekisho_policy::ack::{self, Acknowledgement};
use sekisho_policy::lock::{Lock, changes, judge};

/// What becomes of access.ack.
#[derive(Debug)]
pub(super) struct Pruned {
    /// The lines that are taken out.
    pub(super) lines: Vec<String>,
    /// The file without them.
    pub(super) rest: String,
    /// Whether what they were compared with was named.
    pub(super) is_base_named: bool,
}

/// Of a prune without `--base`.
pub(super) const NOTE: &str = "Without --base, the acknowledgements were compared with the lock that stood there: run once more, this takes out \
                               the lines of your own change too, so name the target branch's policy by --base.";

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
    // What is wrong with the rules is told by who reads the protos.
    let (rules, _) = Rules::by(asked.flags);
    let reading = Reading { services: Services::by(asked.flags), rules };
    let named = asked.flags.get_one::<PathBuf>("base");
    let base = match named {
        Some(path) => reading.base(path).map(|base| base.lock),
        None => standing_base(standing),
    };
    let (base, Acknowledged { text, lines, .. }) = match (base, files.read_ack(asked.flags)) {
        (Ok(base), Ok(read)) => (base, read),
        (base, read) => return Err([base.err(), read.err()].into_iter().flatten().flatten().collect()),
    };
    let changes = changes(&base, policy);
    let judgement = judge(&changes, &lines);
    // Of methods of other services it is not known what becomes of them.
    let idle = judgement.idle().iter().filter(|line| reading.services.has(line.service()));
    let idle: Vec<&Acknowledgement> = idle.copied().collect();
    let lines = idle.iter().map(ToString::to_string).collect();
    Ok(Some(Pruned { lines, rest: ack::without(&text, &idle), is_base_named: named.is_some() }))
}

fn standing_base(standing: &Standing) -> Result<Lock, Vec<String>> {
    match standing {
        Standing::Lock { lock, .. } => Ok(lock.clone()),
        Standing::None => {
            Err(vec!["--prune: there is no lock yet to compare with; name one by --base".to_owned()])
        }
        Standing::Faulty { faults, .. } => Err(faults.clone()),
    }
}
