//! A policy that is named by a path: a lock, a descriptor set or a folder of protos, told by what is in it.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::files::parse_lock;
use super::named::Services;
use crate::cli::policy::source::{Rules, Subjects, is_text, read_set};
use sekisho_policy::lock::Lock;
use sekisho_policy::protos::Compiled;
use sekisho_policy::{Fault, FaultKind, MethodSignature, Policy, PolicyBuilder};

/// How a folder without protos is told of.
const NO_PROTO: &str = "there is no .proto file in this folder or below";

/// A policy that was named.
#[derive(Debug)]
pub(in crate::cli::policy) struct Given {
    /// Of the services that are asked for.
    pub(in crate::cli::policy) lock: Lock,
    /// How many of its methods have no rule of their own, but one of `--rules`.
    pub(in crate::cli::policy) ruled: usize,
}

/// How it is read.
#[derive(Debug)]
pub(in crate::cli::policy) struct Reading {
    /// Those that are looked at.
    pub(in crate::cli::policy) services: Services,
    /// For methods of descriptor sets and protos that have none. Where one has a rule, or is not there, they say nothing.
    pub(in crate::cli::policy) rules: Rules,
}

impl Reading {
    /// What `--base` names: a lock, a folder with an `access.lock`, or else as [`Self::side`].
    ///
    /// # Errors
    /// Every fault, each with the name that was given.
    pub(in crate::cli::policy) fn base(&self, path: &Path) -> Result<Given, Vec<String>> {
        let inside = path.join("access.lock");
        // Whatever it is: one that cannot be read is a fault, and no reason to read something else.
        let has_lock = inside.symlink_metadata().is_ok();
        if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return Err(vec![format!(
                "--base {}: there is no such file or folder; of a branch write the lock first (`git show BRANCH:access.lock \
                 >base.lock`); where the base has none yet, as in the pull request that adds access.lock, leave --base out",
                path.display()
            )]);
        }
        self.side(if has_lock { &inside } else { path }).map_err(|mut faults| {
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
    pub(in crate::cli::policy) fn side(&self, path: &Path) -> Result<Given, Vec<String>> {
        if path.is_dir() {
            let compiled = Compiled::from_folder(path)
                .map_err(|error| error.faults().iter().map(ToString::to_string).collect::<Vec<_>>())?;
            let set = Set { path, encoded: compiled.descriptor_set(), named: Some(compiled.services()) };
            return self.read(&set);
        }
        let bytes = read_set(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
        if bytes.is_empty() {
            return Err(vec![format!("{}: it is empty", path.display())]);
        }
        if Lock::is_one(&bytes) {
            let lock = self.services.of(parse_lock(path, bytes)?);
            return Ok(Given { lock, ruled: 0 });
        }
        if is_text(&bytes) {
            return Err(vec![format!(
                "{}: it is neither a lock nor a descriptor set; of protos name the folder",
                path.display()
            )]);
        }
        self.read(&Set { path, encoded: &bytes, named: None })
    }

    fn read(&self, set: &Set<'_>) -> Result<Given, Vec<String>> {
        let asked_for = |method: &&MethodSignature| self.services.has(method.service());
        let mut survey = set.builder().survey();
        let undeclared: HashSet<String> =
            survey.undeclared().iter().filter(asked_for).map(|method| name(method, '/')).collect();
        if !self.rules.are_none() && !undeclared.is_empty() {
            survey = self.rules.add_to(set.builder(), |method| undeclared.contains(method)).survey();
        }
        let no_rule: Vec<Fault> = survey.undeclared().iter().filter(asked_for).map(no_rule).collect();
        let ruled = undeclared.len().saturating_sub(no_rule.len());
        let faults = [survey.faults(), &no_rule].concat();
        if !faults.is_empty() {
            return Err(set.told(&faults));
        }
        let lock = Lock::of_methods(survey.methods().iter().map(AsRef::as_ref));
        Ok(Given { lock: self.services.of(lock).part_of(Some(&survey)), ruled })
    }
}

/// A descriptor set, and where it comes from.
struct Set<'a> {
    path: &'a Path,
    encoded: &'a [u8],
    /// The services that it was made for; all, where that is not told.
    named: Option<Vec<String>>,
}

impl Set<'_> {
    fn builder(&self) -> PolicyBuilder {
        match &self.named {
            Some(services) => {
                Policy::builder().descriptor_set_services(self.encoded, services.iter().cloned())
            }
            None => Policy::builder().descriptor_set(self.encoded),
        }
    }

    fn told(&self, faults: &[Fault]) -> Vec<String> {
        let subjects = Subjects::of(faults, [self.encoded]);
        faults.iter().map(|fault| format!("{}: {}", self.path.display(), subjects.tell(fault))).collect()
    }
}

fn no_rule(method: &MethodSignature) -> Fault {
    Fault { position: method.position().cloned(), subject: name(method, '.'), kind: FaultKind::NoRule }
}

fn name(method: &MethodSignature, between: char) -> String {
    format!("{}{between}{}", method.service(), method.name())
}
