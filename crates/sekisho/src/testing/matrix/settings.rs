//! What can be said of a matrix before it is awaited.

use std::sync::Arc;
use std::time::Duration;

use super::Matrix;
use crate::clock::Clock;
use crate::policy::Policy;
use crate::scope::ScopePrefix;

impl<S> Matrix<'_, S> {
    /// The methods that the service has: each of them has to be listed, and no other. A
    /// [`Protected`](crate::server::Protected) tells them itself; of what stands between a test and it (a router, layers, a
    /// socket) they are not known. The rules that the policy has for them are not looked at.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<Arc<Policy>>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// The clock that the service goes by, and by which tokens are issued: the system's unless set, and a
    /// [`Protected`](crate::server::Protected)'s own.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long an answer is waited for, and then its end; 2 seconds unless set. A handler that has not answered by then
    /// was let in, and so was one whose response goes on. The report says how many rows those are.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What [`Verifier::scope_prefix`](crate::token::Verifier::scope_prefix) of the issuer is, where that is another than
    /// [`TestIssuer::verifier`](crate::testing::TestIssuer::verifier) has: refusals name scopes with it.
    #[must_use]
    pub fn scope_prefix(mut self, prefix: ScopePrefix) -> Self {
        self.scope_prefix = prefix;
        self
    }

    /// The same of the issuer that the service was given first, where that is another: calls that do not name an issuer
    /// which is trusted are refused in its words.
    #[must_use]
    pub fn scope_prefix_of_first_issuer(mut self, prefix: ScopePrefix) -> Self {
        self.scope_prefix_of_first = Some(prefix);
        self
    }
}
