//! What a person granted a client: what codes and refresh tokens stand for.

use std::sync::Arc;
use std::time::SystemTime;

use super::account::Account;
use super::scope::Scope;

/// A resource owner's authorization (RFC 6749 §1.3).
#[derive(Clone)]
pub(super) struct Grant {
    /// What the names of its access tokens begin with: no credential, unlike the name of a family.
    pub(super) id: String,
    pub(super) client_id: String,
    pub(super) account: Arc<Account>,
    pub(super) scope: Scope,
    /// When the person logged in (OpenID Connect Core §2).
    pub(super) auth_time: SystemTime,
    /// The session in which she granted it.
    pub(super) sid: String,
}
