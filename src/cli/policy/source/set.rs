//! One descriptor set, and what it was made of.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use super::faults::Subjects;
use super::is_text;
use sekisho::policy::{Fault, FaultKind, Policy, PolicyBuilder};

/// How a file is told of that is something else.
const NO_SET: &str = "it is a text and no descriptor set; name protos by --proto";

/// A descriptor set.
#[derive(Debug, Clone)]
pub(super) struct Set {
    pub(super) origin: Origin,
    pub(super) encoded: Vec<u8>,
    /// The services that it was read for; all but those of imported files, where that is not told.
    pub(super) services: Option<Vec<String>>,
}

/// What a set was made of, for what is said of it.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// The program itself.
    Own,
    Descriptors(PathBuf),
    Protos,
    Server(String),
}

impl Origin {
    /// What is written before a fault. One of a proto begins with its place, where it has one.
    fn before(&self, fault: &Fault) -> String {
        match self {
            Self::Own => String::new(),
            Self::Descriptors(path) => format!("--descriptors {}: ", path.display()),
            Self::Protos if fault.position.is_some() => String::new(),
            Self::Protos => "--proto: ".to_owned(),
            Self::Server(target) => format!("--server {target}: "),
        }
    }
}

impl Set {
    /// The same policy, with this set besides.
    pub(super) fn add_to(&self, builder: PolicyBuilder) -> PolicyBuilder {
        match &self.services {
            Some(services) => builder.descriptor_set_services(&self.encoded, services.iter().cloned()),
            None => builder.descriptor_set(&self.encoded),
        }
    }

    /// Those of these services that it has, be it in a file that is only imported.
    pub(super) fn services_among(&self, names: &BTreeSet<&str>) -> Vec<String> {
        let survey = Policy::builder().descriptor_set_services(&self.encoded, names.iter().copied()).survey();
        // By what is absent: a service with a faulty rule is there, and has to be told of.
        let is_absent = |fault: &&Fault| fault.kind == FaultKind::NoSuchService;
        let absent: HashSet<&str> =
            survey.faults().iter().filter(is_absent).map(|fault| fault.subject.as_str()).collect();
        names.iter().filter(|name| !absent.contains(**name)).map(|name| (*name).to_owned()).collect()
    }

    /// Whether it is read for any service.
    pub(super) fn has_services(&self) -> bool {
        self.services.as_ref().is_none_or(|services| !services.is_empty())
    }

    /// Whether it cannot be read because it is something else.
    fn is_no_set(&self, fault: &Fault) -> bool {
        matches!(fault.kind, FaultKind::Undecodable { .. }) && is_text(&self.encoded)
    }

    /// What is wrong with it alone.
    fn faults(&self) -> HashSet<Fault> {
        self.add_to(Policy::builder()).survey().faults().iter().cloned().collect()
    }
}

/// What is wrong with these sets as one policy, a text each. What is wrong with one of them alone tells which it is.
pub(super) fn told(sets: &[Set], faults: &[Fault]) -> Vec<String> {
    if faults.is_empty() {
        return Vec::new();
    }
    let subjects = Subjects::of(faults, sets.iter().map(|set| set.encoded.as_slice()));
    let alone: Vec<_> = sets.iter().map(|set| (set, set.faults())).collect();
    let of_fault = |fault: &Fault| {
        let origins = alone.iter().filter(|(_, faults)| faults.contains(fault));
        let text = subjects.tell(fault);
        let of_set = |set: &Set| if set.is_no_set(fault) { NO_SET } else { text.as_str() };
        let told: Vec<_> =
            origins.map(|(set, _)| format!("{}{}", set.origin.before(fault), of_set(set))).collect();
        if told.is_empty() { vec![text] } else { told }
    };
    faults.iter().flat_map(of_fault).collect()
}
