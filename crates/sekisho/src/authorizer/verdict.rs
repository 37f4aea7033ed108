//! What was decided of a call.

use std::sync::Arc;

use super::{Caller, Denial, Grant, Issuer};
use crate::policy::Method;
use crate::scope::ScopePrefix;

/// A decision, and all there is to say of it.
#[derive(Debug)]
#[must_use = "a verdict that nobody looks at lets every call in"]
#[non_exhaustive]
pub struct Verdict {
    /// The method, if it is one.
    pub method: Option<Arc<Method>>,
    /// Who called, if a token was verified.
    pub caller: Option<Caller>,
    /// What the issuer writes before the scopes that it is to be asked for: the issuer by whose rules the token was
    /// judged, or the first where no token was.
    pub scope_prefix: ScopePrefix,
    /// May the handler run?
    pub result: Result<Grant, Denial>,
}

impl Verdict {
    pub(super) fn of_unknown_method() -> Self {
        let result = Err(Denial::UnknownMethod);
        Self { method: None, caller: None, scope_prefix: ScopePrefix::default(), result }
    }

    pub(super) fn of_public(method: &Arc<Method>) -> Self {
        let result = Ok(Grant::anonymous(Arc::clone(method)));
        Self { method: Some(Arc::clone(method)), caller: None, scope_prefix: ScopePrefix::default(), result }
    }

    /// Refused before anybody was known to call.
    pub(super) fn refused(method: &Arc<Method>, issuer: Option<&Issuer>, denial: impl Into<Denial>) -> Self {
        let prefix = issuer.map(|issuer| issuer.verifier().prefix_of_scopes().clone());
        Self {
            method: Some(Arc::clone(method)),
            caller: None,
            scope_prefix: prefix.unwrap_or_default(),
            result: Err(denial.into()),
        }
    }
}
