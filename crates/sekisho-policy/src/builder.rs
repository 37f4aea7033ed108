//! Makes a policy of what it is given.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::fault::in_order;
use super::known_scopes::Numbering;
use super::reader::{ExplicitRules, Reader};
use super::set::THE_SET;
use super::{DeclaredRule, FaultKind, Method, Mode, Policy, PolicyError, Survey};

/// Gathers descriptor sets and explicit rules.
///
/// ```
/// use sekisho_policy::{AccessRule, Policy};
///
/// # fn build(health: &[u8], orders: &[u8]) -> Result<Policy, sekisho_policy::PolicyError> {
/// let policy = Policy::builder()
///     .descriptor_set(orders)
///     // A third party's service, without options: each of its methods is decided about here.
///     .descriptor_set(health)
///     .rule("grpc.health.v1.Health/Check", AccessRule::Public)
///     .rule("grpc.health.v1.Health/Watch", AccessRule::Authenticated)
///     .build()?;
/// # Ok(policy)
/// # }
/// ```
#[derive(Debug, Default)]
pub struct PolicyBuilder {
    sets: Vec<GivenSet>,
    explicit: ExplicitRules,
    repeated: Vec<String>,
    services: Option<BTreeSet<String>>,
    is_report_only: bool,
}

/// A set as it was given.
#[derive(Debug)]
pub(super) struct GivenSet {
    pub(super) encoded: Vec<u8>,
    pub(super) selection: Selection,
    /// What is told where it is at fault as a whole.
    pub(super) name: String,
}

impl GivenSet {
    fn new(encoded: &[u8], selection: Selection) -> Self {
        Self { encoded: encoded.to_owned(), selection, name: THE_SET.to_owned() }
    }
}

/// Which services of a descriptor set the policy knows.
#[derive(Debug)]
pub(super) enum Selection {
    /// Those of the files that buf does not mark as imported. Only buf marks any.
    NotImported,
    Named(BTreeSet<String>),
}

impl PolicyBuilder {
    /// Adds the services of an encoded descriptor set: all of them, but those of files that buf marks as imported. protoc
    /// marks none: of what it writes with `--include_imports`, the services of imported files are among them. Where those
    /// are not meant, [`descriptor_set_services`](Self::descriptor_set_services) or [`only_services`](Self::only_services)
    /// names those that are.
    #[must_use]
    pub fn descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.sets.push(GivenSet::new(encoded, Selection::NotImported));
        self
    }

    /// Adds the services of an encoded descriptor set that are named by their full name: `package.Service`. The others
    /// need no rule: the policy does not know them, so that a call of theirs is refused as one of an unknown method.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use sekisho_policy::{AccessRule, Policy};
    ///
    /// # let set = sekisho_build::descriptor_set_of(r#"
    /// #     syntax = "proto3";
    /// #     package orders.v1;
    /// #     message Order {}
    /// #     service Orders { rpc Get(Order) returns (Order); }
    /// #     service Operations { rpc Cancel(Order) returns (Order); }
    /// # "#)?;
    /// // `set` has orders.v1.Orders, and orders.v1.Operations, which this server does not serve.
    /// let policy = Policy::builder()
    ///     .descriptor_set_services(&set, ["orders.v1.Orders"])
    ///     .rule("orders.v1.Orders/Get", AccessRule::Authenticated)
    ///     .build()?;
    /// assert!(policy.method("/orders.v1.Orders/Get").is_some());
    /// assert!(policy.method("/orders.v1.Operations/Cancel").is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A name that no service of the set has is a fault: [`FaultKind::NoSuchService`].
    #[must_use]
    pub fn descriptor_set_services(
        mut self,
        encoded: &[u8],
        services: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let names = services.into_iter().map(Into::into).collect();
        self.sets.push(GivenSet::new(encoded, Selection::Named(names)));
        self
    }

    /// Names the set that was added last, such as by the file that it was read from: where it cannot be read, or has no
    /// method, the fault is told of that name.
    ///
    /// ```
    /// # use sekisho_policy::Policy;
    /// let error = Policy::builder().descriptor_set(b"no set").named("api.binpb").build().expect_err("a fault");
    /// assert!(error.to_string().starts_with("api.binpb: no complete descriptor set: "));
    /// ```
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        if let Some(set) = self.sets.last_mut() {
            set.name = name.into();
        }
        self
    }

    /// Narrows all sets to the services that are named (`package.Service`), those of earlier calls among them. For what
    /// looks at some services of many, wherever they are: a service of a file that buf marks as imported may be named, too;
    /// faults of other services are not told; rules for their methods are passed over.
    ///
    /// A name that no set has is a fault, which tells the nearest ones: [`FaultKind::NoServiceInAnySet`].
    #[must_use]
    pub fn only_services(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.services.get_or_insert_default().extend(names.into_iter().map(Into::into));
        self
    }

    /// Decides about a method (`package.Service/Method`) whose `.proto` has no option for it, neither of
    /// its own nor by its service's default: one that has is a fault, for two places would say what it
    /// needs. An [`AccessRule`](crate::AccessRule) is such a rule;
    /// [`with_stream_end`](crate::AccessRule::with_stream_end) makes one of it whose streams are not cut, and
    /// [`with_mode`](crate::AccessRule::with_mode) one whose refusals are only reported.
    #[must_use]
    pub fn rule(mut self, method: impl Into<String>, rule: impl Into<DeclaredRule>) -> Self {
        let method = method.into();
        if self.explicit.insert(method.clone(), rule.into()).is_some() {
            self.repeated.push(method);
        }
        self
    }

    /// Makes every method [`Mode::ReportOnly`], whatever its rule says: none refuses a call any more. For a server that is to
    /// be seen with its rules before they count. Faults stay faults.
    #[must_use]
    pub fn dangerous_report_only(self) -> Self {
        Self { is_report_only: true, ..self }
    }

    /// The policy.
    ///
    /// # Errors
    /// [`PolicyError`] with every fault.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let Survey { methods: mut in_order, faults, .. } = self.read();
        if !faults.is_empty() {
            return Err(PolicyError::new(faults));
        }
        let numbering = Numbering::of(&mut in_order);
        let by_path = in_order.iter().map(|method| (method.path().into(), Arc::clone(method))).collect();
        Ok(Policy { by_path, in_order, numbering })
    }

    /// What can be told of the sets though they may not be in order: the methods that have a rule, those that have none,
    /// and what is wrong besides. No server can be guarded by it; [`PolicyBuilder::build`] makes what is for that.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let set = sekisho_build::descriptor_set_of(r#"
    /// #     syntax = "proto3";
    /// #     package orders.v1;
    /// #     import "sekisho/v1/access.proto";
    /// #     message Order {}
    /// #     service Orders {
    /// #       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
    /// #       rpc Put(Order) returns (Order);
    /// #     }
    /// # "#)?;
    /// use sekisho_policy::Policy;
    ///
    /// // Of orders.v1.Orders, Get has a rule and Put has none.
    /// let survey = Policy::builder().descriptor_set(&set).survey();
    /// assert_eq!(survey.methods()[0].path(), "/orders.v1.Orders/Get");
    /// assert_eq!(survey.undeclared()[0].path(), "/orders.v1.Orders/Put");
    /// assert!(survey.faults().is_empty());
    /// assert!(Policy::from_descriptor_set(&set).is_err());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn survey(self) -> Survey {
        let Survey { methods, undeclared, mut faults } = self.read();
        faults.retain(|fault| fault.kind != FaultKind::NoRule);
        Survey { methods, undeclared, faults: in_order(faults) }
    }

    /// All that is in the sets, with every fault; a method without a rule is one.
    fn read(self) -> Survey {
        let mut reader = Reader::new(self.explicit, self.services);
        for name in &self.repeated {
            reader.fault_without_position(name, FaultKind::Repeated);
        }
        for set in &self.sets {
            reader.read(set);
        }
        if self.sets.is_empty() {
            reader.fault_without_position("the policy", FaultKind::NoDescriptorSet);
        }
        let mut survey = reader.finish();
        if self.is_report_only {
            survey.methods.iter_mut().for_each(report_only);
        }
        survey
    }
}

/// After all is read, so that rules which differ between two sets are a fault as ever.
fn report_only(method: &mut Arc<Method>) {
    // It is nobody else's yet, so that it is not copied.
    let rule = &mut Arc::make_mut(method).rule;
    *rule = rule.clone().with_mode(Mode::ReportOnly);
}
