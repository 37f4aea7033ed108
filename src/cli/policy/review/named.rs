//! The policy that the flags name, and which of its services are looked at.

use std::collections::BTreeSet;

use clap::ArgMatches;

use crate::cli::policy::source::Source;
use sekisho_policy::lock::{Entry, Lock};

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

    /// Those of which none of these locks has a method.
    pub(in crate::cli::policy) fn nowhere_in(&self, locks: [&Lock; 2]) -> Vec<&str> {
        let there: BTreeSet<&str> = locks.into_iter().flat_map(Lock::entries).map(Entry::service).collect();
        self.0.iter().map(String::as_str).filter(|service| !there.contains(service)).collect()
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

    /// Whether nothing is named, and these are this program's own APIs.
    pub(in crate::cli::policy) fn is_own(&self) -> bool {
        self.is_own
    }

    /// What these are called where they are told of.
    pub(in crate::cli::policy) fn name(&self) -> &'static str {
        if self.is_own { "this program's own protos" } else { "the protos" }
    }

    /// Whether these are this program's own APIs, and a lock has others alone: it was forgotten to name the protos.
    pub(in crate::cli::policy) fn are_forgotten(&self, lock: &Lock) -> bool {
        let own = self.services();
        let has_own = lock.entries().iter().any(|entry| own.contains(entry.service()));
        self.is_own && !has_own && !lock.entries().is_empty()
    }

    /// The services that there are.
    pub(in crate::cli::policy) fn services(&self) -> BTreeSet<&str> {
        self.lock.entries().iter().map(Entry::service).collect()
    }

    /// What is to be said of that.
    pub(in crate::cli::policy) fn hint(&self, lock: &Lock, name: &str) -> Option<String> {
        self.are_forgotten(lock).then(|| {
            format!(
                "no protos are named, so that this program's own APIs are read, and {name} has none of them; name yours by --proto, \
                 --descriptors or --server"
            )
        })
    }
}
