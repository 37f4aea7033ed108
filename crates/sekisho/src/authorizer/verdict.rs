//! What was decided of a call.

use std::sync::Arc;

use super::caller::Caller;
use super::issuer::Identity;
use super::trusted::Words;
use super::{Denial, Grant};
use crate::check::Check;
use crate::policy::{Method, Mode};
use crate::scope::ScopePrefix;
use crate::token::Claims;

/// A decision, and all there is to say of it.
///
/// What was found of a call and what comes of it are two things: where its method only reports, a call that would be
/// refused goes on. [`Verdict::result`] is what comes of it; [`Verdict::denial`] is what was found.
#[derive(Debug)]
#[must_use = "a verdict that nobody looks at lets every call in"]
#[non_exhaustive]
pub struct Verdict {
    result: Result<Grant, Denial>,
    refused: Refused,
    is_remembered: bool,
}

/// What is known of a call that was refused, or would be. What is of one that was allowed, its grant says. It is small, since
/// a verdict on any call is moved with it.
#[derive(Debug, Default)]
struct Refused {
    method: Option<Arc<Method>>,
    caller: Option<Caller>,
    /// Whom the caller is to ask for a token.
    asked: Option<Arc<Identity>>,
    /// Whether that one has judged it.
    is_judge: bool,
}

impl Verdict {
    pub(super) fn of_unknown_method() -> Self {
        Self { result: Err(Denial::UnknownMethod), refused: Refused::default(), is_remembered: false }
    }

    pub(super) fn allowed(grant: Grant) -> Self {
        Self { result: Ok(grant), refused: Refused::default(), is_remembered: false }
    }

    /// Refused by the rules of an issuer; before anybody was known to call, where there is no caller. The call goes on
    /// all the same where its method only reports: every refusal of a method that there is comes by here.
    pub(super) fn refused(
        method: &Arc<Method>,
        words: Words<'_>,
        caller: Option<Caller>,
        denial: impl Into<Denial>,
    ) -> Self {
        let denial = denial.into();
        let asked = words.asked.map(|issuer| Arc::clone(issuer.identity()));
        let refused = Refused { asked, is_judge: words.is_judge, ..Refused::default() };
        if method.mode() == Mode::ReportOnly {
            let result = Ok(Grant::reported(method, caller, denial));
            return Self { result, refused, is_remembered: false };
        }
        let refused = Refused { method: Some(Arc::clone(method)), caller, ..refused };
        Self { result: Err(denial), refused, is_remembered: false }
    }

    /// The same, by a token that was verified before.
    pub(super) fn remembered(self) -> Self {
        Self { is_remembered: true, ..self }
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

    /// Why the call is refused; or would be, if its method did not only report.
    pub fn denial(&self) -> Option<&Denial> {
        match &self.result {
            Ok(grant) => grant.would_deny(),
            Err(denial) => Some(denial),
        }
    }

    /// The last check that was made of the call: the one that it did not pass. Of a call that its rule allows it is
    /// [`Check::Rule`] where nobody was asked who calls, else [`Check::Scopes`].
    pub fn last_check(&self) -> Check {
        match (self.denial(), self.claims()) {
            (Some(denial), _) => match denial.check() {
                // Before an issuer was chosen, nothing but its name was read of the payload.
                Check::Issuer | Check::Payload if !self.refused.is_judge => Check::TrustedIssuer,
                check => check,
            },
            (None, Some(_)) => Check::Scopes,
            (None, None) => Check::Rule,
        }
    }

    /// Whether the token was verified before, so that its signature was not verified again.
    pub fn is_remembered(&self) -> bool {
        self.is_remembered
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

    /// The name that the operator gave to the issuer by whose rules the token was judged, where it has one. Of a token
    /// that was not verified it says no more than whom the token names. Among several issuers there is none for a call without
    /// a token, or with one that names none of them.
    pub fn issuer_name(&self) -> Option<&str> {
        let Refused { caller, asked, is_judge, .. } = &self.refused;
        let judge = match (&self.result, caller) {
            (Ok(grant), _) if !grant.is_anonymous() => return grant.issuer_name(),
            // Its own, where it was verified by rules that are others now.
            (_, Some(caller)) => Some(caller.issuer()),
            _ => asked.as_ref().filter(|_| *is_judge),
        };
        judge.and_then(|issuer| issuer.name())
    }

    /// What the issuer writes before the scopes that it is to be asked for, where a call was refused: the issuer by whose
    /// rules the token was judged, or the first where no token was.
    pub fn scope_prefix(&self) -> Option<&ScopePrefix> {
        let asked = self.refused.asked.as_ref().filter(|_| self.result.is_err());
        asked.map(|issuer| issuer.scope_prefix())
    }
}
