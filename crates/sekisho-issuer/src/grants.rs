//! All that is granted and not yet over, and what is over before its time. Codes and what they begin are under one
//! lock, so that of two uses of a code the second finds what the first began.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_lc_rs::error::Unspecified;

use super::authorization_code::{Authorization, Begun, Codes, Presented, Redemption};
use super::grant::Grant;
use super::lifetimes::Lifetimes;
use super::refresh_token::{self, Families, Refused};
use super::revoked::Revoked;
use super::scope::Scope;

pub(super) struct Grants(Mutex<State>);

struct State {
    codes: Codes,
    families: Families,
    revoked: Revoked,
}

/// What a code was good for.
pub(super) struct Redeemed {
    pub(super) grant: Grant,
    pub(super) nonce: Option<String>,
    /// Where it was granted with `offline_access`.
    pub(super) refresh_token: Option<String>,
}

impl Grants {
    /// None, of which no access token will last for longer than `longest`.
    pub(super) fn new(lifetimes: &Lifetimes, longest: Duration) -> Self {
        let (codes, families) = (Codes::new(lifetimes.code), Families::new(lifetimes.refresh_token));
        let revoked = Revoked::new(longest);
        Self(Mutex::new(State { codes, families, revoked }))
    }

    /// A code that stands for `authorization`.
    pub(super) fn issue(&self, authorization: Authorization, now: SystemTime) -> Result<String, Unspecified> {
        self.lock().codes.issue(authorization, now)
    }

    /// What a code stands for, once. At the second use, what the first began is revoked.
    pub(super) fn redeem(&self, presented: &Presented<'_>, now: SystemTime) -> Result<Redeemed, Refused> {
        let State { codes, families, revoked } = &mut *self.lock();
        let Authorization { grant, nonce, .. } = match codes.redeem(presented, now) {
            Redemption::Granted(authorization) => *authorization,
            Redemption::Refused => return Err(Refused::Invalid),
            Redemption::Replayed(begun) => {
                if let Some(Begun { grant, family }) = begun {
                    if let Some(family) = family {
                        families.end(&family);
                    }
                    revoked.grant(grant, now);
                }
                return Err(Refused::Invalid);
            }
        };
        let is_offline = grant.scope.contains("offline_access");
        let refresh_token = is_offline.then(|| families.begin(grant.clone(), now)).transpose()?;
        let family = refresh_token.as_deref().map(|token| refresh_token::family(token).to_owned());
        codes.spent(presented.code, Begun { grant: grant.id.clone(), family }, now);
        Ok(Redeemed { grant, nonce, refresh_token })
    }

    /// The grant of a refresh token, and the token that replaces it. At the second use of one, its grant is revoked.
    pub(super) fn refresh(
        &self,
        token: &str,
        client_id: &str,
        scope: Option<&Scope>,
        now: SystemTime,
    ) -> Result<(Grant, String), Refused> {
        let State { families, revoked, .. } = &mut *self.lock();
        families.rotate(token, client_id, scope, now).inspect_err(|refused| {
            if let Refused::Replayed(grant) = refused {
                revoked.grant(grant.id.clone(), now);
            }
        })
    }

    /// Ends all that came from the grant of a refresh token of `client_id`'s (RFC 7009 §2.1).
    pub(super) fn revoke(&self, token: &str, client_id: &str, now: SystemTime) {
        let State { families, revoked, .. } = &mut *self.lock();
        if let Some(grant) = families.give_back(token, client_id, now) {
            revoked.grant(grant.id, now);
        }
    }

    /// Ends one access token, which expires then. What renews it stays.
    pub(super) fn revoke_access_token(&self, jti: &str, expires_at: SystemTime, now: SystemTime) {
        self.lock().revoked.token(jti.to_owned(), expires_at, now);
    }

    /// Whether an access token is over before it expires.
    pub(super) fn is_revoked(&self, jti: &str, now: SystemTime) -> bool {
        self.lock().revoked.contains(jti, now)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
