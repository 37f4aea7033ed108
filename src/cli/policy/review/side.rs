//! The policies that are compared: locks, descriptor sets and folders of protos, told by what is in them.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ArgMatches;

use super::files::parse_lock;
use crate::cli::policy::source::{Source, read_set};
use sekisho_policy::lock::{Entry, Lock};
use sekisho_policy::protos::Compiled;
use sekisho_policy::{Fault, FaultKind, Policy, PolicyBuilder};

/// How a folder without protos is told of.
const NO_PROTO: &str = "there is no .proto file in this folder or below";

/// The services that `--service` names; all, where it names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli::policy) struct Services(BTreeSet<String>);

impl Services {
    pub(in crate::cli::policy) fn by(flags: &ArgMatches) -> Self {
        Self(flags.get_many::<String>("service").into_iter().flatten().cloned().collect())
    }

    /// Whether none is named.
    pub(in crate::cli::policy) fn are_all(&self) -> bool {
        self.0.is_empty()
    }

    /// The part of a lock that is asked for.
    pub(in crate::cli::policy) fn of(&self, lock: Lock) -> Lock {
        lock.only(|entry| self.has(entry.service()))
    }

    /// Whether a service is asked for.
    pub(in crate::cli::policy) fn has(&self, service: &str) -> bool {
        self.are_all() || self.0.contains(service)
    }
}

/// What the flags name.
#[derive(Debug)]
pub(in crate::cli::policy) struct Protos {
    /// Of the services that are asked for.
    pub(in crate::cli::policy) lock: Lock,
    /// Nothing is named, and these are this program's own APIs.
    is_own: bool,
}

impl Protos {
    /// Services of the other side that have moved to a file which is only imported are among them.
    ///
    /// # Errors
    /// Every fault of the policy.
    pub(in crate::cli::policy) fn of(source: &Source, other: Option<&Lock>) -> Result<Self, Vec<String>> {
        let others = other.into_iter().flat_map(Lock::entries).map(Entry::service);
        let lock = Lock::of(&source.policy_with(others)?);
        let lock = if source.is_narrowed() { lock.part_of(source.whole().as_ref()) } else { lock };
        Ok(Self { lock, is_own: source.is_own() })
    }

    /// What is to be said where this program's own APIs are compared with a lock that has none of them: it was forgotten
    /// to name the protos.
    pub(in crate::cli::policy) fn hint(&self, lock: &Lock, name: &str) -> Option<String> {
        let own: BTreeSet<&str> = self.lock.entries().iter().map(Entry::service).collect();
        let has_own = lock.entries().iter().any(|entry| own.contains(entry.service()));
        (self.is_own && !has_own && !lock.entries().is_empty()).then(|| {
            format!(
                "no protos are named, so that this program's own APIs are read, and {name} has none of them; name yours by --proto, \
                 --descriptors or --server"
            )
        })
    }
}

/// What `--base` names: a lock, a folder with an `access.lock`, or else as [`side`].
///
/// # Errors
/// Every fault, each with the name that was given.
pub(in crate::cli::policy) fn base(path: &Path, services: &Services) -> Result<Lock, Vec<String>> {
    let inside = path.join("access.lock");
    let has_lock = inside.is_file();
    side(if has_lock { &inside } else { path }, services).map_err(|mut faults| {
        let is_empty = std::fs::metadata(path).map_or(true, |found| found.is_file() && found.len() == 0);
        // Protos that are there and cannot be judged are no reason to leave the base out.
        let has_protos = faults.iter().all(|fault| !fault.ends_with(NO_PROTO));
        if is_empty || path.is_dir() && !has_lock && !has_protos {
            faults.push(
                "--base: there is no lock; where the base has none yet, as in the pull request that adds access.lock, leave --base out"
                    .to_owned(),
            );
        }
        faults
    })
}

/// A lock, a descriptor set, or a folder of protos.
///
/// # Errors
/// Every fault, each with the name that was given.
pub(in crate::cli::policy) fn side(path: &Path, services: &Services) -> Result<Lock, Vec<String>> {
    if path.is_dir() {
        return folder(path, services);
    }
    let bytes = read_set(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
    if bytes.is_empty() {
        return Err(vec![format!("{}: it is empty", path.display())]);
    }
    if Lock::is_one(&bytes) {
        return parse_lock(path, bytes).map(|lock| services.of(lock));
    }
    // A text is no descriptor set, and what its decoder would say of it helps nobody.
    if bytes.iter().take(64).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        return Err(vec![format!(
            "{}: it is neither a lock nor a descriptor set; of protos name the folder",
            path.display()
        )]);
    }
    lock_of(path, Policy::builder().descriptor_set(&bytes), services)
}

fn folder(path: &Path, services: &Services) -> Result<Lock, Vec<String>> {
    let compiled = Compiled::from_folder(path)
        .map_err(|error| error.faults().iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let set = compiled.descriptor_set();
    lock_of(path, Policy::builder().descriptor_set_services(set, compiled.services()), services)
}

fn lock_of(path: &Path, builder: PolicyBuilder, services: &Services) -> Result<Lock, Vec<String>> {
    let survey = builder.survey();
    let undeclared = survey.undeclared().iter().filter(|method| services.has(method.service()));
    let no_rule = undeclared.map(|method| Fault {
        position: method.position().cloned(),
        subject: format!("{}.{}", method.service(), method.name()),
        kind: FaultKind::NoRule,
    });
    let faults: Vec<Fault> = survey.faults().iter().cloned().chain(no_rule).collect();
    if faults.is_empty() {
        let lock = Lock::of_methods(survey.methods().iter().map(AsRef::as_ref));
        return Ok(services.of(lock).part_of(Some(&survey)));
    }
    Err(faults.iter().map(|fault| format!("{}: {fault}", path.display())).collect())
}
