//! What was decided of a call.

use std::sync::Arc;

use super::caller::Caller;
use super::{Denial, Grant, Issuer};
use crate::policy::Method;
use crate::scope::ScopePrefix;
use crate::token::Claims;

/// A decision, and all there is to say of it.
#[derive(Debug)]
#[must_use = "a verdict that nobody looks at lets every call in"]
#[non_exhaustive]
pub struct Verdict {
    result: Result<Grant, Denial>,
    refused: Refused,
}

/// What is known of a call that was refused. What is of one that was allowed, its grant says.
#[derive(Debug, Default)]
struct Refused {
    method: Option<Arc<Method>>,
    caller: Option<Caller>,
    scope_prefix: Option<ScopePrefix>,
}

impl Verdict {
    pub(super) fn of_unknown_method() -> Self {
        Self { result: Err(Denial::UnknownMethod), refused: Refused::default() }
    }

    pub(super) fn allowed(grant: Grant) -> Self {
        Self { result: Ok(grant), refused: Refused::default() }
    }

    /// Refused by the rules of an issuer; before anybody was known to call, where there is no caller.
    pub(super) fn refused(
        method: &Arc<Method>,
        issuer: Option<&Issuer>,
        caller: Option<Caller>,
        denial: impl Into<Denial>,
    ) -> Self {
        let scope_prefix = issuer.map(|issuer| issuer.verifier().prefix_of_scopes().clone());
        let refused = Refused { method: Some(Arc::clone(method)), caller, scope_prefix };
        Self { result: Err(denial.into()), refused }
    }

    /// May the handler run?
    ///
    /// # Errors
    /// Why it may not.
    pub fn result(&self) -> Result<&Grant, &Denial> {
        self.result.as_ref()
    }

    /// The same, to be kept.
    ///
    /// # Errors
    /// Why the handler may not run.
    pub fn into_result(self) -> Result<Grant, Denial> {
        self.result
    }

    /// The method, if it is one.
    pub fn method(&self) -> Option<&Method> {
        match &self.result {
            Ok(grant) => Some(grant.method()),
            Err(_) => self.refused.method.as_deref(),
        }
    }

    /// The claims of the token, if one was verified.
    pub fn claims(&self) -> Option<&Claims> {
        match &self.result {
            Ok(grant) => grant.claims(),
            Err(_) => self.refused.caller.as_ref().map(|caller| caller.claims()),
        }
    }

    /// What the issuer writes before the scopes that it is to be asked for, where a call was refused: the issuer by whose
    /// rules the token was judged, or the first where no token was.
    pub fn scope_prefix(&self) -> Option<&ScopePrefix> {
        self.refused.scope_prefix.as_ref()
    }
}
