//! All that is granted and not yet over. Codes and the families that they begin are under one lock, so that of
//! two uses of a code the second finds what the first began.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_lc_rs::error::Unspecified;

use super::authorization_code::{Authorization, Codes, Presented, Redemption};
use super::grant::Grant;
use super::refresh_token::{self, Families, Refused};
use super::scope::Scope;

pub(super) struct Grants(Mutex<State>);

struct State {
    codes: Codes,
    families: Families,
}

/// What a code was good for.
pub(super) struct Redeemed {
    pub(super) grant: Grant,
    pub(super) nonce: Option<String>,
    /// Where it was granted with `offline_access`.
    pub(super) refresh_token: Option<String>,
}

impl Grants {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State { codes: Codes::new(), families: Families::new() }))
    }

    /// A code that stands for `authorization`.
    pub(super) fn issue(&self, authorization: Authorization, now: SystemTime) -> Result<String, Unspecified> {
        self.lock().codes.issue(authorization, now)
    }

    /// What a code stands for, once. At the second use, what the first began is revoked.
    pub(super) fn redeem(&self, presented: &Presented<'_>, now: SystemTime) -> Result<Redeemed, Refused> {
        let State { codes, families } = &mut *self.lock();
        let Authorization { grant, nonce, .. } = match codes.redeem(presented, now) {
            Redemption::Granted(authorization) => *authorization,
            Redemption::Refused => return Err(Refused::Invalid),
            Redemption::Replayed { family } => {
                if let Some(family) = family {
                    families.revoke(&family);
                }
                return Err(Refused::Invalid);
            }
        };
        let is_offline = grant.scope.contains("offline_access");
        let refresh_token = is_offline.then(|| families.begin(grant.clone(), now)).transpose()?;
        let family = refresh_token.as_deref().map(|token| refresh_token::family(token).to_owned());
        codes.spent(presented.code, family, now);
        Ok(Redeemed { grant, nonce, refresh_token })
    }

    /// The grant of a refresh token, and the token that replaces it.
    pub(super) fn refresh(
        &self,
        token: &str,
        client_id: &str,
        scope: Option<&Scope>,
        now: SystemTime,
    ) -> Result<(Grant, String), Refused> {
        self.lock().families.rotate(token, client_id, scope, now)
    }

    /// Ends all that came from the grant of a refresh token of `client_id`'s (RFC 7009 §2.1).
    pub(super) fn revoke(&self, token: &str, client_id: &str, now: SystemTime) {
        let families = &mut self.lock().families;
        if families.is_of(token, client_id, now) {
            families.revoke(token);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
