//! What is compared: the lock, the protos, the base, and what was agreed to.

use std::path::{Path, PathBuf};

use super::relock::relock;
use super::{Base, Findings, warnings};
use crate::cli::policy::Asked;
use crate::cli::policy::review::{Acknowledged, Files, Protos, Reading, Services};
use crate::cli::policy::source::{Rules, Source};
use crate::cli::text::one_line;
use sekisho_policy::lock::{Lock, changes};

/// All of it.
pub(super) struct Read {
    lock_name: String,
    lock: Lock,
    protos: Protos,
    base: Option<BaseRead>,
    /// The command that writes the lock anew.
    relock: String,
    /// What to do where they differ.
    remedy: String,
    /// What is to be warned of what was read.
    warnings: Vec<String>,
}

/// What is compared with the target branch's policy. Services that only the base has are looked for in files that are only
/// imported, so that the protos may have more of them here.
struct BaseRead {
    before: Lock,
    protos: Lock,
    base: Base,
}

impl Read {
    /// Reads it. What is wrong is added to the faults; then there is nothing to compare.
    pub(super) fn all(
        asked: &Asked<'_>,
        source: Result<Source, Vec<String>>,
        faults: &mut Vec<String>,
    ) -> Option<Self> {
        // What is wrong with the rules is told by who reads the protos.
        let (rules, _) = Rules::by(asked.flags);
        let reading = Reading { services: Services::by(asked.flags), rules };
        let files = Files::by(asked.flags);
        let lock_name = name(&files.lock);
        let source = or_faults(source, faults);
        let lock = or_faults(files.read_lock(), faults);
        let base = base(asked, &files, &reading, faults);
        let whole = lock.as_ref().map(|(_, lock)| lock);
        let protos = source.as_ref().and_then(|source| or_faults(Protos::of(source, whole), faults))?;
        let (text, lock) = lock?;
        let mut warnings: Vec<String> = protos.hint(&lock, &lock_name).into_iter().collect();
        warnings.extend(warnings::of_form(&lock_name, &text, &lock));
        let base = base.and_then(|(before, base, of_base)| {
            warnings.extend(of_base);
            let protos = or_faults(Protos::of(source.as_ref()?, Some(&before)), faults)?.lock;
            Some(BaseRead { before, protos, base })
        });
        let relock = relock(asked.flags, &reading.services, &lock);
        let remedy = remedy(&protos, &lock, &lock_name, &relock);
        let lock = reading.services.of(lock);
        Some(Self { lock_name, lock, protos, base, relock, remedy, warnings })
    }

    /// What is found, and what is to be warned of.
    pub(super) fn compare(self) -> (Findings, Vec<String>) {
        let Self { lock_name, lock, protos, base, relock, remedy, mut warnings } = self;
        let base =
            base.map(|BaseRead { before, protos, base }| Base { changes: changes(&before, &protos), ..base });
        let from_lock = changes(&lock, &protos.lock);
        warnings.extend(warnings::of_messages(&from_lock, &relock));
        warnings.extend(base.iter().flat_map(warnings::of_idle_lines));
        let differences = from_lock.into_iter().filter(|change| !change.keeps_rule()).collect();
        let (lock, methods) = (lock_name, protos.lock.entries().len());
        (Findings { lock, protos: protos.name(), methods, remedy, differences, base }, warnings)
    }
}

/// The target branch's policy, if one is named, with what was agreed to since; and what is to be warned of.
fn base(
    asked: &Asked<'_>,
    files: &Files,
    reading: &Reading,
    faults: &mut Vec<String>,
) -> Option<(Lock, Base, Vec<String>)> {
    let path = asked.flags.get_one::<PathBuf>("base")?;
    let given = or_faults(reading.base(path), faults);
    let Acknowledged { lines, base: earlier_ack, .. } = or_faults(files.read_ack(asked.flags), faults)?;
    let acknowledgements = lines.only(|line| reading.services.has(line.service()));
    let base =
        Base { name: name(path), ack: name(files.ack()), earlier_ack, changes: Vec::new(), acknowledgements };
    let given = given?;
    let warnings = [warnings::of_rules(&base.name, given.ruled), warnings::of_itself(path, &files.lock)];
    Some((given.lock, base, warnings.into_iter().flatten().collect()))
}

fn remedy(protos: &Protos, lock: &Lock, lock_name: &str, relock: &str) -> String {
    if protos.are_forgotten(lock) {
        "name your protos by --proto, --descriptors or --server".to_owned()
    } else {
        format!("run {relock}, and have the diff of {lock_name} reviewed")
    }
}

fn or_faults<T>(result: Result<T, Vec<String>>, faults: &mut Vec<String>) -> Option<T> {
    result.map_err(|more| faults.extend(more)).ok()
}

fn name(path: &Path) -> String {
    one_line(&path.display().to_string())
}
