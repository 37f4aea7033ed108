//! Faults, as they are told on the command line: a method by the name that every output has for it, and what else can be
//! done than to change a `.proto`.

use std::collections::{HashMap, HashSet};

use prost::Message;

use sekisho::policy::{Fault, FaultKind};

/// Who cannot change a `.proto` has another way. The library does not know of it.
const BY_RULES: &str = "; for a .proto that is not yours to change, give the rule by --rules FILE; where you do not serve it, name your \
                        services by --service";

/// What is read of a `google.protobuf.FileDescriptorSet`: the names of its methods.
#[derive(Clone, PartialEq, Message)]
struct Set {
    #[prost(message, repeated, tag = "1")]
    files: Vec<File>,
}

#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(string, tag = "2")]
    package: String,
    #[prost(message, repeated, tag = "6")]
    services: Vec<Service>,
}

#[derive(Clone, PartialEq, Message)]
struct Service {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    methods: Vec<Method>,
}

#[derive(Clone, PartialEq, Message)]
struct Method {
    #[prost(string, tag = "1")]
    name: String,
}

/// What the faults of some sets are about.
#[derive(Debug, Default)]
pub(in crate::cli::policy) struct Subjects {
    /// `package.Service/Method` by `package.Service.Method`, of those that a fault is about.
    methods: HashMap<String, String>,
}

impl Subjects {
    /// Those of the faults that are methods of the encoded sets. What cannot be decoded has none.
    pub(in crate::cli::policy) fn of<'s>(faults: &[Fault], sets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let subjects: HashSet<&str> = faults.iter().map(|fault| fault.subject.as_str()).collect();
        let mut methods = HashMap::new();
        if subjects.is_empty() {
            return Self { methods };
        }
        for set in sets.into_iter().filter_map(|set| Set::decode(set).ok()) {
            for (service, method) in set.files.iter().flat_map(File::methods) {
                let dotted = format!("{service}.{method}");
                if subjects.contains(dotted.as_str()) {
                    methods.insert(dotted, format!("{service}/{method}"));
                }
            }
        }
        Self { methods }
    }

    /// In one sentence.
    pub(in crate::cli::policy) fn tell(&self, fault: &Fault) -> String {
        let subject = self.methods.get(&fault.subject).unwrap_or(&fault.subject).clone();
        let hint = if fault.kind == FaultKind::NoRule { BY_RULES } else { "" };
        format!("{}{hint}", Fault { subject, ..fault.clone() })
    }
}

impl File {
    /// Each with the full name of its service.
    fn methods(&self) -> impl Iterator<Item = (String, &str)> {
        self.services.iter().flat_map(|service| {
            let full_name = match self.package.as_str() {
                "" => service.name.clone(),
                package => format!("{package}.{}", service.name),
            };
            service.methods.iter().map(move |method| (full_name.clone(), method.name.as_str()))
        })
    }
}
