//! One set: its services, and what is declared for their methods.

use std::sync::Arc;

use prost_reflect::{DynamicMessage, ExtensionDescriptor, MethodDescriptor, ServiceDescriptor};

use super::Reader;
use crate::builder::{GivenSet, Selection};
use crate::known_scopes::KnownRule;
use crate::method::is_name;
use crate::option::{AccessOptions, NUMBER, rule_of};
use crate::set::DecodedSet;
use crate::source::{Positions, Target};
use crate::{DeclaredRule, Fault, FaultKind, Method, MethodSignature, RuleOrigin};

/// Reads one set, and hands what it finds to the reader of all.
pub(super) struct SetReader<'a> {
    all: &'a mut Reader,
    options: &'a AccessOptions,
    positions: Positions,
}

/// What a service says for its methods.
enum ServiceDefault {
    None,
    Rule(DeclaredRule),
    /// It is at fault, which is told once, at the service.
    Faulty,
}

impl<'a> SetReader<'a> {
    pub(super) fn new(all: &'a mut Reader, options: &'a AccessOptions) -> Self {
        Self { all, options, positions: Positions::default() }
    }

    pub(super) fn read(&mut self, set: &DecodedSet, given: &GivenSet) {
        let mut services = self.select(set, &given.selection);
        let have_methods = |services: &[ServiceDescriptor]| services.iter().any(|s| s.methods().len() > 0);
        if let Some(narrowed) = &mut self.all.narrowed {
            services.retain(|service| narrowed.names.contains(service.full_name()));
            narrowed.found.extend(set.pool.services().map(|service| service.full_name().to_owned()));
            narrowed.has_methods |= have_methods(&services);
        } else if !have_methods(&services) {
            self.all.fault_without_position(&given.name, FaultKind::NoMethods);
        }
        for service in &services {
            self.read_service(service);
        }
    }

    /// The services of a set that the policy is to know.
    fn select(&mut self, set: &DecodedSet, selection: &Selection) -> Vec<ServiceDescriptor> {
        match selection {
            // A name is more than a mark.
            Selection::NotImported if self.all.narrowed.is_some() => set.pool.services().collect(),
            Selection::NotImported => {
                let is_import =
                    |service: &ServiceDescriptor| set.imported.contains(service.parent_file().name());
                set.pool.services().filter(|service| !is_import(service)).collect()
            }
            Selection::Named(names) => names.iter().filter_map(|name| self.service(set, name)).collect(),
        }
    }

    fn service(&mut self, set: &DecodedSet, name: &str) -> Option<ServiceDescriptor> {
        let service = set.pool.get_service_by_name(name);
        if service.is_none() {
            self.all.fault_without_position(name, FaultKind::NoSuchService);
        }
        service
    }

    fn read_service(&mut self, service: &ServiceDescriptor) {
        self.check_names(service);
        let default = self.default_of(service);
        let mut methods = Vec::new();
        for method in service.methods() {
            if let Some((rule, origin)) = self.rule_for(&method, &default) {
                let signature = self.signature(&method);
                let known_rule = KnownRule::default();
                methods.push(Arc::new(Method { signature, rule, known_rule, origin }));
            }
        }
        if !self.all.add(service.full_name(), methods) {
            self.fault(Target::Service(service), FaultKind::Conflict);
        }
    }

    fn check_names(&mut self, service: &ServiceDescriptor) {
        let name = |text: &str| FaultKind::Name { name: text.to_owned() };
        if !is_name(service.full_name()) {
            self.fault(Target::Service(service), name(service.full_name()));
        }
        for method in
            service.methods().filter(|method| method.name().contains('.') || !is_name(method.name()))
        {
            self.fault(Target::Method(&method), name(method.name()));
        }
        // A lock has a line a method, and its messages are written there.
        for method in service.methods() {
            for message in [method.input(), method.output()] {
                if !is_name(message.full_name()) {
                    self.fault(Target::Method(&method), name(message.full_name()));
                }
            }
        }
    }

    fn default_of(&mut self, service: &ServiceDescriptor) -> ServiceDefault {
        let default = declared(&service.options(), self.options.default_access.as_ref());
        let Some(default) = default else { return ServiceDefault::None };
        default.map_or_else(
            |kinds| {
                self.fault_each(Target::ServiceOption(service), kinds);
                ServiceDefault::Faulty
            },
            ServiceDefault::Rule,
        )
    }

    /// The method's own rule, the explicit one, or its service's default; none if it has a fault.
    fn rule_for(
        &mut self,
        method: &MethodDescriptor,
        default: &ServiceDefault,
    ) -> Option<(DeclaredRule, RuleOrigin)> {
        let own = declared(&method.options(), self.options.access.as_ref());
        let explicit =
            self.all.take_explicit(&format!("{}/{}", method.parent_service().full_name(), method.name()));
        if explicit.is_some() && (own.is_some() || !matches!(default, ServiceDefault::None)) {
            self.fault(Target::MethodOption(method), FaultKind::TwoRules);
        }
        match (own, explicit, default) {
            (Some(Ok(rule)), _, _) => Some((rule, RuleOrigin::MethodOption)),
            (Some(Err(kinds)), _, _) => {
                self.fault_each(Target::MethodOption(method), kinds);
                None
            }
            (None, Some(rule), _) => Some((rule, RuleOrigin::Explicit)),
            (None, None, ServiceDefault::Rule(rule)) => Some((rule.clone(), RuleOrigin::ServiceDefault)),
            (None, None, ServiceDefault::Faulty) => None,
            (None, None, ServiceDefault::None) => {
                self.fault(Target::MethodOption(method), FaultKind::NoRule);
                let signature = self.signature(method);
                self.all.undeclared.entry(signature.path.clone()).or_insert(signature);
                None
            }
        }
    }

    fn signature(&mut self, method: &MethodDescriptor) -> MethodSignature {
        let service = method.parent_service().full_name().to_owned();
        MethodSignature {
            path: format!("/{service}/{}", method.name()),
            service,
            name: method.name().to_owned(),
            request: method.input().full_name().to_owned(),
            response: method.output().full_name().to_owned(),
            client_streaming: method.is_client_streaming(),
            server_streaming: method.is_server_streaming(),
            position: self.positions.of(Target::Method(method)),
        }
    }

    fn fault_each(&mut self, target: Target<'_>, kinds: Vec<FaultKind>) {
        for kind in kinds {
            self.fault(target, kind);
        }
    }

    fn fault(&mut self, target: Target<'_>, kind: FaultKind) {
        let position = self.positions.of(target);
        self.all.faults.insert(Fault { position, subject: target.full_name().to_owned(), kind });
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
