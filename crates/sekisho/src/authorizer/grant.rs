//! The proof that a call was authorized.

use std::sync::Arc;
use std::time::SystemTime;

#[cfg(feature = "server")]
use super::Issuer;
use super::caller::Caller;
use crate::policy::{Method, StreamEnd};
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
}

impl Grant {
    pub(super) fn verified(method: &Arc<Method>, caller: Caller) -> Self {
        Self(Arc::new(Granted { method: Arc::clone(method), caller: Some(caller) }))
    }

    pub(super) fn anonymous(method: &Arc<Method>) -> Self {
        Self(Arc::new(Granted { method: Arc::clone(method), caller: None }))
    }

    /// Whether the two are of one call.
    #[cfg(feature = "server")]
    pub(crate) fn is_of_the_call_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where its issuer stands among those that are trusted.
    #[cfg(feature = "server")]
    pub(super) fn issuer(&self) -> Option<usize> {
        self.0.caller.as_ref().map(|caller| caller.issuer())
    }

    #[cfg(feature = "server")]
    pub(super) fn is_withdrawn(&self, issuers: &[Issuer]) -> bool {
        let withdrawn = |caller: &Caller| issuers.get(caller.issuer()).is_none_or(|i| caller.is_withdrawn(i));
        self.0.caller.as_ref().is_some_and(withdrawn)
    }

    /// The method, with the rule that was matched.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Whether the method is public, so that nobody was asked who calls.
    pub fn is_anonymous(&self) -> bool {
        self.0.caller.is_none()
    }

    /// The verified claims; none on a public method.
    pub fn claims(&self) -> Option<&Claims> {
        self.0.caller.as_ref().map(|caller| caller.claims())
    }

    /// Whom the token is about (`sub`); none on a public method.
    pub fn subject(&self) -> Option<&str> {
        self.claims().map(Claims::subject)
    }

    /// The client that the token was issued to, where the token says: `client_id` or `azp`, or what
    /// [`Verifier::client_claims`](crate::token::Verifier::client_claims) names in their place.
    pub fn client(&self) -> Option<&str> {
        self.claims().and_then(Claims::client)
    }

    /// A claim that [`Verifier::keep_claims`](crate::token::Verifier::keep_claims) names, by its path as it is written
    /// there; on a public method it is missing, whatever is kept.
    pub fn claim(&self, path: &str) -> ClaimValue<'_> {
        self.claims().map_or(ClaimValue::Missing, |claims| claims.claim(path))
    }

    /// All scopes of the token, those that the rule did not ask for included, by the names that rules have for them;
    /// none on a public method.
    pub fn scopes(&self) -> Option<&ScopeSet> {
        self.claims().map(Claims::scopes)
    }

    /// When the token expires (`exp`); none on a public method.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.claims().map(Claims::expires_at)
    }

    /// When the call will be ended, where that is a stream in either direction: once the token is not accepted any more,
    /// leeway included. A handler that ends its stream before can say more than the status does that the call is ended
    /// with. None for other calls, on a public method, and where the rule says `stream_end: NEVER`.
    ///
    /// A stream is also ended when the key of its token is withdrawn, which nobody knows before.
    pub fn stream_ends_at(&self) -> Option<SystemTime> {
        let method = self.method();
        // Asked of a stream alone: a unary call is not to pay for it.
        if !method.is_streaming() || method.stream_end() == StreamEnd::Never {
            return None;
        }
        self.0.caller.as_ref().map(|caller| caller.ends_at())
    }
}
