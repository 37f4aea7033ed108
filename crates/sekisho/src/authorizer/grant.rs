//! The proof that a call was authorized.

use std::sync::Arc;
use std::time::SystemTime;

use super::Denial;
#[cfg(feature = "server")]
use super::Issuer;
use super::caller::Caller;
#[cfg(feature = "server")]
use super::trusted::Trust;
use crate::policy::{Method, Mode, StreamEnd};
use crate::scope::ScopeSet;
use crate::token::{ClaimValue, Claims};

/// A call that may be made, by whom and by which rule. Only the authorizer makes one, so a handler that
/// holds a grant was not reached around it; a test gets one from an authorizer with its own key and clock.
///
/// Cheap to clone: all clones are the one grant of one call.
#[derive(Debug, Clone)]
pub struct Grant(Arc<Granted>);

#[derive(Debug)]
struct Granted {
    method: Arc<Method>,
    caller: Option<Caller>,
    would_deny: Option<Box<Denial>>,
}

impl Grant {
    pub(super) fn verified(method: &Arc<Method>, caller: Caller) -> Self {
        Self::new(method, Some(caller), None)
    }

    pub(super) fn anonymous(method: &Arc<Method>) -> Self {
        Self::new(method, None, None)
    }

    /// Of a call that goes on since its method only reports.
    pub(super) fn reported(method: &Arc<Method>, caller: Option<Caller>, denial: Denial) -> Self {
        Self::new(method, caller, Some(Box::new(denial)))
    }

    fn new(method: &Arc<Method>, caller: Option<Caller>, would_deny: Option<Box<Denial>>) -> Self {
        Self(Arc::new(Granted { method: Arc::clone(method), caller, would_deny }))
    }

    /// Whether the two are of one call.
    #[cfg(feature = "server")]
    pub(crate) fn is_of_the_call_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What the issuer of its token is now: itself, or one of other rules that its tokens name alike.
    #[cfg(feature = "server")]
    pub(super) fn issuer_among<'t>(&self, trust: &'t Trust) -> Option<&'t Issuer> {
        let caller = self.0.caller.as_ref()?;
        trust.issuer(caller.issuer()).or_else(|| trust.issuer_of(caller.claims().issuer()))
    }

    #[cfg(feature = "server")]
    pub(super) fn is_withdrawn(&self, trust: &Trust) -> bool {
        let caller = self.0.caller.as_ref();
        caller.is_some_and(|caller| {
            self.issuer_among(trust).is_none_or(|issuer| caller.is_withdrawn(issuer.identity()))
        })
    }

    /// The method, with the rule that was matched.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Whether nobody was verified: the method is public; or it is optional, and no token was sent; or it only reports, and
    /// no valid token was sent, which [`Grant::would_deny`] tells.
    pub fn is_anonymous(&self) -> bool {
        self.0.caller.is_none()
    }

    /// Why the call would be refused if its method did not only report (`mode: REPORT_ONLY`). None where it would be
    /// allowed. The caller is told the reason in the trailer `sekisho-would-deny`.
    pub fn would_deny(&self) -> Option<&Denial> {
        self.0.would_deny.as_deref()
    }

    /// The name that the operator gave to the token's issuer, where it has one: see
    /// [`Issuer::named`](super::Issuer::named). As tokens name it, it is in the claims.
    pub fn issuer_name(&self) -> Option<&str> {
        self.0.caller.as_ref().and_then(|caller| caller.issuer().name())
    }

    /// The verified claims; none where the caller is anonymous.
    pub fn claims(&self) -> Option<&Claims> {
        self.0.caller.as_ref().map(|caller| caller.claims())
    }

    /// Whom the token is about (`sub`); none where the caller is anonymous.
    pub fn subject(&self) -> Option<&str> {
        self.claims().map(Claims::subject)
    }

    /// The client that the token was issued to, where the token says: `client_id` or `azp`, or what
    /// [`Verifier::client_claims`](crate::token::Verifier::client_claims) names in their place.
    pub fn client(&self) -> Option<&str> {
        self.claims().and_then(Claims::client)
    }

    /// A claim that [`Verifier::keep_claims`](crate::token::Verifier::keep_claims) names, by its path as it is written
    /// there. Where the caller is anonymous every claim is missing, whatever is kept.
    pub fn claim(&self, path: &str) -> ClaimValue<'_> {
        self.claims().map_or(ClaimValue::Missing, |claims| claims.claim(path))
    }

    /// All scopes of the token, those that the rule did not ask for included, by the names that rules have for them;
    /// none where the caller is anonymous.
    pub fn scopes(&self) -> Option<&ScopeSet> {
        self.claims().map(Claims::scopes)
    }

    /// When the token expires (`exp`); none where the caller is anonymous.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.claims().map(Claims::expires_at)
    }

    /// When the call will be ended, where that is a stream in either direction: once the token is not accepted any more,
    /// leeway included. A handler that ends its stream before can say more than the status does that the call is ended
    /// with. None for other calls, for an anonymous caller, and where the rule says `stream_end: NEVER` or
    /// `mode: REPORT_ONLY`.
    ///
    /// A stream is also ended when the key of its token is withdrawn, which nobody knows before.
    pub fn stream_ends_at(&self) -> Option<SystemTime> {
        let method = self.method();
        // Asked of a stream alone: a unary call is not to pay for it.
        let is_kept = method.stream_end() == StreamEnd::Never || method.mode() == Mode::ReportOnly;
        if !method.is_streaming() || is_kept {
            return None;
        }
        self.0.caller.as_ref().map(|caller| caller.ends_at())
    }
}
