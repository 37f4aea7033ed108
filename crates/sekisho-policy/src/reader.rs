//! From descriptors to methods with their rules, and to every fault that stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FileDescriptor, MethodDescriptor, ServiceDescriptor,
};

use super::builder::Selection;
use super::known_scopes::KnownRule;
use super::method::is_name;
use super::option::{AccessOptions, NUMBER, rule_of};
use super::set::{DecodedSet, decode};
use super::source::{self, Target};
use super::{DeclaredRule, Fault, FaultKind, Method, RuleOrigin};

/// Explicit rules by `package.Service/Method`.
pub(super) type ExplicitRules = BTreeMap<String, DeclaredRule>;

/// Reads one set after the other, and remembers all that is wrong.
#[derive(Debug, Default)]
pub(super) struct Reader {
    explicit: ExplicitRules,
    used: BTreeSet<String>,
    by_service: BTreeMap<String, Vec<Arc<Method>>>,
    faults: Vec<Fault>,
    has_unread_set: bool,
}

/// What a service says for its methods.
enum ServiceDefault {
    None,
    Rule(DeclaredRule),
    /// It is at fault, which is told once, at the service.
    Faulty,
}

impl Reader {
    pub(super) fn new(explicit: ExplicitRules) -> Self {
        Self { explicit, ..Self::default() }
    }

    pub(super) fn read(&mut self, encoded: &[u8], selection: &Selection) {
        match decode(encoded).and_then(|set| AccessOptions::find(&set.pool).map(|options| (set, options))) {
            Ok((set, options)) => {
                let services = self.select(&set, selection);
                self.read_services(&services, &options);
            }
            Err(faults) => {
                self.has_unread_set = true;
                for fault in faults {
                    self.fault(fault);
                }
            }
        }
    }

    /// After the last set: every method by path, or every fault.
    pub(super) fn finish(mut self) -> Result<Vec<Arc<Method>>, Vec<Fault>> {
        // A method could be in the set that was not read, so nothing can be said of it.
        if !self.has_unread_set {
            let is_unused = |name: &&String| !self.used.contains(*name);
            let unused: Vec<String> = self.explicit.keys().filter(is_unused).cloned().collect();
            for name in &unused {
                self.fault_without_position(name, FaultKind::NoSuchMethod);
            }
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        let mut methods: Vec<Arc<Method>> = self.by_service.into_values().flatten().collect();
        methods.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(methods)
    }

    pub(super) fn fault_without_position(&mut self, subject: &str, kind: FaultKind) {
        self.fault(Fault { position: None, subject: subject.to_owned(), kind });
    }

    /// Once each: a file may be in several sets.
    fn fault(&mut self, fault: Fault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn fault_at(&mut self, file: &FileDescriptor, target: Target<'_>, subject: &str, kind: FaultKind) {
        self.fault(Fault { position: source::position(file, target), subject: subject.to_owned(), kind });
    }

    /// The services of a set that the policy is to know.
    fn select(&mut self, set: &DecodedSet, selection: &Selection) -> Vec<ServiceDescriptor> {
        match selection {
            Selection::NotImported => {
                let is_import =
                    |service: &ServiceDescriptor| set.imported.contains(service.parent_file().name());
                set.pool.services().filter(|service| !is_import(service)).collect()
            }
            Selection::Named(names) => {
                names.iter().filter_map(|name| self.service(&set.pool, name)).collect()
            }
        }
    }

    fn service(&mut self, pool: &DescriptorPool, name: &str) -> Option<ServiceDescriptor> {
        let service = pool.get_service_by_name(name);
        if service.is_none() {
            self.fault_without_position(name, FaultKind::NoSuchService);
        }
        service
    }

    fn read_services(&mut self, services: &[ServiceDescriptor], options: &AccessOptions) {
        if services.iter().all(|service| service.methods().len() == 0) {
            self.fault_without_position("the descriptor set", FaultKind::NoMethods);
        }
        for service in services {
            self.check_names(service);
            let default = self.default_of(service, options.default_access.as_ref());
            let mut methods = Vec::new();
            for method in service.methods() {
                if let Some((rule, origin)) = self.rule_for(&method, options.access.as_ref(), &default) {
                    methods.push(Arc::new(read_method(&method, rule, origin)));
                }
            }
            self.add(service, methods);
        }
    }

    fn check_names(&mut self, service: &ServiceDescriptor) {
        let name = |text: &str| FaultKind::Name { name: text.to_owned() };
        let (file, full_name) = (service.parent_file(), service.full_name());
        if !is_name(full_name) {
            self.fault_at(&file, Target::Service(service), full_name, name(full_name));
        }
        for method in
            service.methods().filter(|method| method.name().contains('.') || !is_name(method.name()))
        {
            self.fault_at(&file, Target::Method(&method), method.full_name(), name(method.name()));
        }
    }

    fn default_of(
        &mut self,
        service: &ServiceDescriptor,
        option: Option<&ExtensionDescriptor>,
    ) -> ServiceDefault {
        let Some(default) = declared(&service.options(), option) else { return ServiceDefault::None };
        default.map_or_else(
            |kinds| {
                for kind in kinds {
                    let target = Target::ServiceOption(service);
                    self.fault_at(&service.parent_file(), target, service.full_name(), kind);
                }
                ServiceDefault::Faulty
            },
            ServiceDefault::Rule,
        )
    }

    /// The method's own rule, the explicit one, or its service's default; none if it has a fault.
    fn rule_for(
        &mut self,
        method: &MethodDescriptor,
        option: Option<&ExtensionDescriptor>,
        default: &ServiceDefault,
    ) -> Option<(DeclaredRule, RuleOrigin)> {
        let own = declared(&method.options(), option);
        let explicit = self.take_explicit(method);
        if explicit.is_some() && (own.is_some() || !matches!(default, ServiceDefault::None)) {
            self.fault_of_method(method, FaultKind::TwoRules);
        }
        match (own, explicit, default) {
            (Some(Ok(rule)), _, _) => Some((rule, RuleOrigin::MethodOption)),
            (Some(Err(kinds)), _, _) => {
                for kind in kinds {
                    self.fault_of_method(method, kind);
                }
                None
            }
            (None, Some(rule), _) => Some((rule, RuleOrigin::Explicit)),
            (None, None, ServiceDefault::Rule(rule)) => Some((rule.clone(), RuleOrigin::ServiceDefault)),
            (None, None, ServiceDefault::Faulty) => None,
            (None, None, ServiceDefault::None) => {
                self.fault_of_method(method, FaultKind::NoRule);
                None
            }
        }
    }

    fn fault_of_method(&mut self, method: &MethodDescriptor, kind: FaultKind) {
        self.fault_at(&method.parent_file(), Target::MethodOption(method), method.full_name(), kind);
    }

    fn take_explicit(&mut self, method: &MethodDescriptor) -> Option<DeclaredRule> {
        let name = format!("{}/{}", method.parent_service().full_name(), method.name());
        let rule = self.explicit.get(&name).cloned();
        if rule.is_some() {
            self.used.insert(name);
        }
        rule
    }

    fn add(&mut self, service: &ServiceDescriptor, methods: Vec<Arc<Method>>) {
        let name = service.full_name();
        match self.by_service.get(name) {
            None => {
                self.by_service.insert(name.to_owned(), methods);
            }
            Some(before) if essence(before) == essence(&methods) => {}
            Some(_) => {
                self.fault_at(&service.parent_file(), Target::Service(service), name, FaultKind::Conflict);
            }
        }
    }
}

/// What an option says, if it is there.
fn declared(
    options: &DynamicMessage,
    option: Option<&ExtensionDescriptor>,
) -> Option<Result<DeclaredRule, Vec<FaultKind>>> {
    // In a set that does not declare the option, its bytes are there all the same.
    if option.is_none() && options.unknown_fields().any(|field| field.number() == NUMBER) {
        return Some(Err(vec![FaultKind::UnknownField { field: NUMBER.to_string() }]));
    }
    let option = option.filter(|option| options.has_extension(option))?;
    let value = options.get_extension(option);
    let not_a_message = || FaultKind::UnknownField { field: option.full_name().to_owned() };
    Some(value.as_message().ok_or_else(|| vec![not_a_message()]).and_then(rule_of))
}

fn read_method(method: &MethodDescriptor, rule: DeclaredRule, origin: RuleOrigin) -> Method {
    let service = method.parent_service().full_name().to_owned();
    Method {
        path: format!("/{service}/{}", method.name()),
        name: method.name().to_owned(),
        service,
        rule,
        known_rule: KnownRule::default(),
        origin,
        client_streaming: method.is_client_streaming(),
        server_streaming: method.is_server_streaming(),
        position: source::position(&method.parent_file(), Target::Method(method)),
    }
}

/// What has to agree between two descriptions of a service, in whatever order: not positions, of which one
/// of the sets may have been stripped.
fn essence(methods: &[Arc<Method>]) -> BTreeMap<&str, (&DeclaredRule, bool, bool)> {
    methods.iter().map(|m| (m.name(), (&m.rule, m.client_streaming, m.server_streaming))).collect()
}
