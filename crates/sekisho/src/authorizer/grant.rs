//! The proof that a call was authorized.

use std::sync::Arc;
use std::time::SystemTime;

use crate::policy::Method;
use crate::scope::ScopeSet;
use crate::token::Claims;

/// A call that may be made, by whom and by which rule. Only the authorizer makes one, so a handler that
/// holds a grant was not reached around it; a test gets one from an authorizer with its own key and clock.
#[derive(Debug, Clone)]
pub struct Grant {
    method: Arc<Method>,
    claims: Option<Arc<Claims>>,
}

impl Grant {
    pub(super) fn verified(method: Arc<Method>, claims: Claims) -> Self {
        Self { method, claims: Some(Arc::new(claims)) }
    }

    pub(super) fn anonymous(method: Arc<Method>) -> Self {
        Self { method, claims: None }
    }

    /// Whether the two are of one call. On public methods, whose callers nobody knows, of one method.
    #[cfg(feature = "server")]
    pub(crate) fn is_of_the_call_of(&self, other: &Self) -> bool {
        let is_one_caller = match (&self.claims, &other.claims) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_one_caller && Arc::ptr_eq(&self.method, &other.method)
    }

    /// The method, with the rule that was matched.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Whether the method is public, so that nobody was asked who calls.
    pub fn is_anonymous(&self) -> bool {
        self.claims.is_none()
    }

    /// The verified claims; none on a public method.
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_deref()
    }

    /// Whom the token is about (`sub`); none on a public method.
    pub fn subject(&self) -> Option<&str> {
        self.claims().map(Claims::subject)
    }

    /// The client that the token was issued to (`client_id` or `azp`), where the token says.
    pub fn client(&self) -> Option<&str> {
        self.claims().and_then(Claims::client)
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
}

/// Who called: what is logged of a verified token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// `sub`.
    pub subject: String,
    /// `client_id` or `azp`.
    pub client: Option<String>,
}

impl Caller {
    pub(super) fn of(claims: &Claims) -> Self {
        Self { subject: claims.subject().to_owned(), client: claims.client().map(ToOwned::to_owned) }
    }
}
