//! From descriptors to methods with their rules, and to every fault that stands in the way.

mod set;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexSet;

use super::builder::GivenSet;
use super::nearest::nearest;
use super::option::AccessOptions;
use super::set::{THE_SET, decode};
use super::{DeclaredRule, Fault, FaultKind, Method, MethodSignature, Survey};
use set::SetReader;

/// Explicit rules by `package.Service/Method`.
pub(super) type ExplicitRules = BTreeMap<String, DeclaredRule>;

/// Reads one set after the other, and remembers all that is wrong.
#[derive(Debug, Default)]
pub(super) struct Reader {
    explicit: ExplicitRules,
    used: BTreeSet<String>,
    by_service: BTreeMap<String, Vec<Arc<Method>>>,
    undeclared: BTreeMap<String, MethodSignature>,
    /// Once each: a file may be in several sets.
    faults: IndexSet<Fault>,
    has_unread_set: bool,
    narrowed: Option<Narrowed>,
}

/// The services that alone are read.
#[derive(Debug)]
struct Narrowed {
    names: BTreeSet<String>,
    /// All that the sets have.
    found: BTreeSet<String>,
    has_methods: bool,
}

impl Reader {
    /// Of all services, or of those alone that are named.
    pub(super) fn new(explicit: ExplicitRules, services: Option<BTreeSet<String>>) -> Self {
        let narrowed = services.map(|names| Narrowed { names, found: BTreeSet::new(), has_methods: false });
        Self { explicit, narrowed, ..Self::default() }
    }

    pub(super) fn read(&mut self, given: &GivenSet) {
        match decode(&given.encoded)
            .and_then(|set| AccessOptions::find(&set.pool).map(|options| (set, options)))
        {
            Ok((set, options)) => SetReader::new(self, &options).read(&set, given),
            Err(faults) => {
                self.has_unread_set = true;
                let named = |fault: Fault| match fault.subject.as_str() {
                    THE_SET => Fault { subject: given.name.clone(), ..fault },
                    _ => fault,
                };
                self.faults.extend(faults.into_iter().map(named));
            }
        }
    }

    /// After the last set: all methods, and all faults. Each method without a rule is in both.
    pub(super) fn finish(mut self) -> Survey {
        // A method could be in the set that was not read, so nothing can be said of it.
        if !self.has_unread_set {
            let is_unused = |name: &&String| !self.used.contains(*name) && !self.is_left_out(name);
            let unused: Vec<String> = self.explicit.keys().filter(is_unused).cloned().collect();
            for name in &unused {
                self.fault_without_position(name, FaultKind::NoSuchMethod);
            }
            self.check_narrowed();
        }
        let mut methods: Vec<Arc<Method>> = self.by_service.into_values().flatten().collect();
        methods.sort_by(|one, other| one.path().cmp(other.path()));
        Survey {
            methods,
            undeclared: self.undeclared.into_values().collect(),
            faults: self.faults.into_iter().collect(),
        }
    }

    /// Whether the method is of a service that is not read on purpose.
    fn is_left_out(&self, method: &str) -> bool {
        let service = method.split_once('/').map(|(service, _)| service);
        let narrowed = self.narrowed.as_ref();
        service.zip(narrowed).is_some_and(|(service, narrowed)| !narrowed.names.contains(service))
    }

    /// A name that no set has.
    fn check_narrowed(&mut self) {
        let Some(narrowed) = &self.narrowed else { return };
        let unknown = narrowed.names.difference(&narrowed.found).map(|name| {
            let nearest = nearest(name, narrowed.found.iter().map(String::as_str));
            (name.clone(), FaultKind::NoServiceInAnySet { nearest })
        });
        let mut faults: Vec<(String, FaultKind)> = unknown.collect();
        if faults.is_empty() && !narrowed.has_methods {
            faults.push(("the services that are named".to_owned(), FaultKind::NoMethods));
        }
        for (subject, kind) in faults {
            self.fault_without_position(&subject, kind);
        }
    }

    pub(super) fn fault_without_position(&mut self, subject: &str, kind: FaultKind) {
        self.faults.insert(Fault { position: None, subject: subject.to_owned(), kind });
    }

    fn take_explicit(&mut self, method: &str) -> Option<DeclaredRule> {
        let rule = self.explicit.get(method).cloned();
        if rule.is_some() {
            self.used.insert(method.to_owned());
        }
        rule
    }

    /// Whether the service is new, or the same as in another set.
    fn add(&mut self, service: &str, methods: Vec<Arc<Method>>) -> bool {
        if let Some(before) = self.by_service.get(service) {
            return essence(before) == essence(&methods);
        }
        self.by_service.insert(service.to_owned(), methods);
        true
    }
}

/// What has to agree between two descriptions of a method: not positions, of which one of the sets may have been stripped.
#[derive(PartialEq)]
struct Essence<'a> {
    rule: &'a DeclaredRule,
    messages: [&'a str; 2],
    streams: [bool; 2],
}

/// That of the methods of a service, in whatever order.
fn essence(methods: &[Arc<Method>]) -> BTreeMap<&str, Essence<'_>> {
    let of = |method| (Method::name(method), Essence::of(method));
    methods.iter().map(AsRef::as_ref).map(of).collect()
}

impl<'a> Essence<'a> {
    fn of(method: &'a Method) -> Self {
        Self {
            rule: &method.rule,
            messages: [method.request(), method.response()],
            streams: [method.client_streaming(), method.server_streaming()],
        }
    }
}
