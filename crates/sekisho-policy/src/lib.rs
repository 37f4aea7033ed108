//! OAuth 2.0 scopes of gRPC methods, declared in the `.proto`: which rule guards which method, read from descriptors.
//! Evaluation is pure.
//!
//! To read the rules of an API, give [`Policy::from_descriptor_set`] what `buf build`, `protoc` or `sekisho-build`
//! wrote; [`Policy::builder`] takes several sets, and rules for services whose `.proto` has none:
//!
//! ```
//! use sekisho_build::descriptor_set_of;
//! use sekisho_policy::Policy;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::from_descriptor_set(&descriptor_set_of(r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     import "sekisho/v1/access.proto";
//!     message Order {}
//!     service Orders {
//!       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//!     }
//! "#)?)?;
//! let method = policy.method("/orders.v1.Orders/Get").ok_or("no such method")?;
//! assert!(method.rule().evaluate(&"orders:read".parse()?).is_ok());
//! assert!(method.rule().evaluate(&"orders".parse()?).is_err());
//! // Paths match exactly.
//! assert!(policy.method("/orders.v1.Orders/get").is_none());
//! # Ok(())
//! # }
//! ```
//!
//! A method without a rule is a fault, and all faults are told at once, each with its place:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let set = sekisho_build::descriptor_set_of(r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     message Order {}
//!     service Orders { rpc Get(Order) returns (Order); }
//! "#)?;
//! let fault = sekisho_policy::Policy::from_descriptor_set(&set).expect_err("a fault").to_string();
//! assert!(fault.contains("orders.v1.Orders.Get: no access rule"), "{fault}");
//! # Ok(())
//! # }
//! ```

pub mod scope;

mod declared;
mod fault;
mod known_scopes;
mod method;
mod option;
mod reader;
mod rule;
mod set;
mod source;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use declared::{DeclaredRule, Mode, StreamEnd};
pub use fault::{Fault, FaultKind, PolicyError, RegistrationError};
pub use known_scopes::KnownScopes;
pub use method::{Method, Position, RuleOrigin};
pub use rule::{AccessRule, Alternatives, InvalidRule, MissingScopes};

use known_scopes::Numbering;
use reader::{ExplicitRules, Reader};
use scope::ScopeSet;

/// The declaration of the options, as a source: `sekisho/v1/access.proto`.
pub const ACCESS_PROTO: &str = include_str!("../proto/sekisho/v1/access.proto");

/// The name by which [`ACCESS_PROTO`] is imported.
pub const ACCESS_PROTO_NAME: &str = "sekisho/v1/access.proto";

/// [`ACCESS_PROTO`] and what it imports, as an encoded `google.protobuf.FileDescriptorSet`.
pub const ACCESS_DESCRIPTOR_SET: &[u8] = include_bytes!("../proto/access.binpb");

/// Every method that may be called, with its rule. What is not in it is not there.
#[derive(Debug, Clone)]
pub struct Policy {
    /// By a fast hash: which paths are in it is not for callers to choose.
    by_path: HashMap<Box<str>, Arc<Method>, foldhash::fast::RandomState>,
    in_order: Vec<Arc<Method>>,
    numbering: Numbering,
}

impl Policy {
    /// Reads an encoded `google.protobuf.FileDescriptorSet` that includes its imports and keeps custom
    /// options (`buf build`, `protoc --include_imports --descriptor_set_out`, or `sekisho-build`).
    ///
    /// # Errors
    /// [`PolicyError`] with every fault, a method without a rule among them.
    pub fn from_descriptor_set(encoded: &[u8]) -> Result<Self, PolicyError> {
        Self::builder().descriptor_set(encoded).build()
    }

    /// A policy of several descriptor sets, or of services whose `.proto` has no options.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// The method at exactly this path: `/package.Service/Method`.
    pub fn method(&self, path: &str) -> Option<&Arc<Method>> {
        self.by_path.get(path)
    }

    /// What a token with these scopes has of those that the policy names, for [`Method::allows`].
    pub fn known_scopes(&self, granted: &ScopeSet) -> KnownScopes {
        self.numbering.known(granted)
    }

    /// All methods, by path.
    pub fn methods(&self) -> impl ExactSizeIterator<Item = &Arc<Method>> {
        self.in_order.iter()
    }

    /// The full names of all services, sorted.
    pub fn services(&self) -> impl ExactSizeIterator<Item = &str> {
        let names: BTreeSet<&str> = self.in_order.iter().map(|method| method.service()).collect();
        names.into_iter()
    }

    /// Compares with the services that a server has registered, both ways.
    ///
    /// # Errors
    /// [`RegistrationError`] with every difference.
    pub fn check_registered<'a>(
        &self,
        registered: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), RegistrationError> {
        let registered: BTreeSet<&str> = registered.into_iter().collect();
        let declared: BTreeSet<&str> = self.services().collect();
        let names = |of: &BTreeSet<&str>, less: &BTreeSet<&str>| {
            of.difference(less).map(|s| (*s).to_owned()).collect()
        };
        let not_declared: Vec<String> = names(&registered, &declared);
        let not_registered: Vec<String> = names(&declared, &registered);
        if not_declared.is_empty() && not_registered.is_empty() {
            return Ok(());
        }
        Err(RegistrationError { not_declared, not_registered })
    }
}

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
    sets: Vec<(Vec<u8>, Selection)>,
    explicit: ExplicitRules,
    repeated: Vec<String>,
    is_report_only: bool,
}

/// Which services of a descriptor set the policy knows.
#[derive(Debug)]
enum Selection {
    /// Those of the files that buf does not mark as imported. Only buf marks any.
    NotImported,
    Named(BTreeSet<String>),
}

impl PolicyBuilder {
    /// Adds the services of an encoded descriptor set: all of them, but those of files that buf marks as imported.
    #[must_use]
    pub fn descriptor_set(mut self, encoded: &[u8]) -> Self {
        self.sets.push((encoded.to_owned(), Selection::NotImported));
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
        self.sets.push((encoded.to_owned(), Selection::Named(names)));
        self
    }

    /// Decides about a method (`package.Service/Method`) whose `.proto` has no option for it, neither of
    /// its own nor by its service's default: one that has is a fault, for two places would say what it
    /// needs. An [`AccessRule`] is such a rule; [`AccessRule::with_stream_end`] makes one of it whose streams are not cut,
    /// and [`AccessRule::with_mode`] one whose refusals are only reported.
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
        let mut reader = Reader::new(self.explicit);
        for name in &self.repeated {
            reader.fault_without_position(name, FaultKind::Repeated);
        }
        for (set, selection) in &self.sets {
            reader.read(set, selection);
        }
        if self.sets.is_empty() {
            reader.fault_without_position("the policy", FaultKind::NoDescriptorSet);
        }
        let mut in_order = reader.finish().map_err(PolicyError::new)?;
        if self.is_report_only {
            in_order.iter_mut().for_each(report_only);
        }
        let numbering = Numbering::of(&mut in_order);
        let by_path = in_order.iter().map(|method| (method.path().into(), Arc::clone(method))).collect();
        Ok(Policy { by_path, in_order, numbering })
    }
}

/// After all is read, so that rules which differ between two sets are a fault as ever.
fn report_only(method: &mut Arc<Method>) {
    // It is nobody else's yet, so that it is not copied.
    let rule = &mut Arc::make_mut(method).rule;
    *rule = rule.clone().with_mode(Mode::ReportOnly);
}

#[cfg(test)]
mod tests;

/// Compiles the examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
