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
//!
//! What a change of a rule means to callers, [`compare`] says. A rule is written and read as its option's text
//! (`Display` and `FromStr` of [`DeclaredRule`]), and has one form among all that mean the same
//! ([`DeclaredRule::canonical`]).

#[cfg(feature = "lock")]
#[cfg_attr(docsrs, doc(cfg(feature = "lock")))]
pub mod ack;
pub mod compare;
#[cfg(feature = "lock")]
#[cfg_attr(docsrs, doc(cfg(feature = "lock")))]
pub mod lock;
#[cfg(feature = "protos")]
#[cfg_attr(docsrs, doc(cfg(feature = "protos")))]
pub mod protos;
pub mod rules;
pub mod scope;

mod builder;
mod canonical;
mod declared;
mod fault;
mod known_scopes;
mod line_faults;
#[cfg(feature = "lock")]
mod lines;
mod method;
mod nearest;
mod option;
mod reader;
mod rule;
mod set;
mod source;
mod subsets;
mod survey;
mod written;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub use builder::PolicyBuilder;
pub use declared::{DeclaredRule, Mode, StreamEnd};
pub use fault::{Fault, FaultKind, PolicyError, RegistrationError};
pub use known_scopes::KnownScopes;
pub use line_faults::LineFault;
pub use method::{Method, MethodSignature, Position, RuleOrigin};
pub use rule::{AccessRule, Alternatives, InvalidRule, MissingScopes};
pub use survey::Survey;
pub use written::{RuleTextError, RuleTextFault};

use known_scopes::Numbering;
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

#[cfg(test)]
mod tests;

/// Compiles the examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
