//! From descriptors to methods with their rules, and to every fault that stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost_reflect::{DescriptorPool, ExtensionDescriptor, MethodDescriptor, ServiceDescriptor, Value};

use super::option::{AccessOptions, rule_of};
use super::source::{self, Target};
use super::{AccessRule, Fault, FaultKind, Method, RuleOrigin};

/// Explicit rules by `package.Service/Method`.
pub(super) type ExplicitRules = BTreeMap<String, AccessRule>;

/// Reads one set after the other, and remembers all that is wrong.
#[derive(Debug, Default)]
pub(super) struct Reader {
    explicit: ExplicitRules,
    used: BTreeSet<String>,
    pub(super) methods: BTreeMap<String, Arc<Method>>,
    pub(super) faults: Vec<Fault>,
}

impl Reader {
    pub(super) fn new(explicit: ExplicitRules) -> Self {
        Self { explicit, ..Self::default() }
    }

    pub(super) fn read(&mut self, encoded: &[u8]) {
        match decode(encoded) {
            Ok((pool, options)) => self.read_pool(&pool, &options),
            Err(kind) => self.fault_without_position("the descriptor set", kind),
        }
    }

    /// After the last set: explicit rules that no set had a method for.
    pub(super) fn finish(&mut self) {
        let unused: Vec<String> =
            self.explicit.keys().filter(|name| !self.used.contains(*name)).cloned().collect();
        for name in unused {
            self.fault_without_position(&name.replace('/', "."), FaultKind::NoSuchMethod);
        }
    }

    pub(super) fn fault_without_position(&mut self, subject: &str, kind: FaultKind) {
        self.faults.push(Fault { position: None, subject: subject.to_owned(), kind });
    }

    fn read_pool(&mut self, pool: &DescriptorPool, options: &AccessOptions) {
        for service in pool.services() {
            let default = self.default_of(&service, options.default_access.as_ref());
            for method in service.methods() {
                match self.rule_for(&method, options.access.as_ref(), default.as_ref()) {
                    Ok((rule, origin)) => self.add(&method, rule, origin),
                    Err(Some(fault)) => self.faults.push(fault),
                    // Its service's default is at fault, and that is told already.
                    Err(None) => {}
                }
            }
        }
    }

    /// The service's default: none, or one that is at fault (`Some(None)`), or a rule.
    #[expect(clippy::option_option, reason = "no default and a bad default are two things")]
    fn default_of(
        &mut self,
        service: &ServiceDescriptor,
        option: Option<&ExtensionDescriptor>,
    ) -> Option<Option<AccessRule>> {
        let option = option?;
        let options = service.options();
        if !options.has_extension(option) {
            return None;
        }
        match message_rule(&options.get_extension(option)) {
            Ok(rule) => Some(Some(rule)),
            Err(kind) => {
                let position = source::position(&service.parent_file(), Target::ServiceOption(service));
                self.faults.push(Fault { position, subject: service.full_name().to_owned(), kind });
                Some(None)
            }
        }
    }

    fn rule_for(
        &mut self,
        method: &MethodDescriptor,
        option: Option<&ExtensionDescriptor>,
        default: Option<&Option<AccessRule>>,
    ) -> Result<(AccessRule, RuleOrigin), Option<Fault>> {
        let fault = |target, kind| {
            let position = source::position(&method.parent_file(), target);
            Some(Fault { position, subject: method.full_name().to_owned(), kind })
        };
        let explicit = self.take_explicit(method);
        let options = method.options();
        if let Some(option) = option.filter(|option| options.has_extension(option)) {
            let rule = message_rule(&options.get_extension(option));
            let rule = rule.map_err(|kind| fault(Target::MethodOption(method), kind))?;
            return match explicit {
                Some(_) => Err(fault(Target::MethodOption(method), FaultKind::TwoRules)),
                None => Ok((rule, RuleOrigin::MethodOption)),
            };
        }
        match (explicit, default) {
            (Some(rule), None) => Ok((rule, RuleOrigin::Explicit)),
            (Some(_), Some(_)) => Err(fault(Target::Method(method), FaultKind::TwoRules)),
            (None, Some(Some(rule))) => Ok((rule.clone(), RuleOrigin::ServiceDefault)),
            (None, Some(None)) => Err(None),
            (None, None) => Err(fault(Target::Method(method), FaultKind::NoRule)),
        }
    }

    fn take_explicit(&mut self, method: &MethodDescriptor) -> Option<AccessRule> {
        let name = format!("{}/{}", method.parent_service().full_name(), method.name());
        let rule = self.explicit.get(&name).cloned();
        if rule.is_some() {
            self.used.insert(name);
        }
        rule
    }

    fn add(&mut self, method: &MethodDescriptor, rule: AccessRule, origin: RuleOrigin) {
        let service = method.parent_service().full_name().to_owned();
        let read = Method {
            path: format!("/{service}/{}", method.name()),
            name: method.name().to_owned(),
            service,
            rule,
            origin,
            client_streaming: method.is_client_streaming(),
            server_streaming: method.is_server_streaming(),
            position: source::position(&method.parent_file(), Target::Method(method)),
        };
        let before = self.methods.insert(read.path.clone(), Arc::new(read));
        if before.is_some_and(|before| differs(&before, &self.methods[before.path()])) {
            self.fault_without_position(method.full_name(), FaultKind::Conflict);
        }
    }
}

/// Positions may differ: one of the sets may have been stripped of them.
fn differs(one: &Method, other: &Method) -> bool {
    let essence = |method: &Method| (method.rule.clone(), method.client_streaming, method.server_streaming);
    essence(one) != essence(other)
}

fn decode(encoded: &[u8]) -> Result<(DescriptorPool, AccessOptions), FaultKind> {
    let undecodable =
        |error: prost_reflect::DescriptorError| FaultKind::Undecodable { reason: error.to_string() };
    let pool = DescriptorPool::decode(encoded).map_err(undecodable)?;
    let options = AccessOptions::find(&pool)?;
    Ok((pool, options))
}

fn message_rule(value: &Value) -> Result<AccessRule, FaultKind> {
    let unknown = || FaultKind::UnknownField { field: "a rule that is no message".to_owned() };
    rule_of(value.as_message().ok_or_else(unknown)?)
}
