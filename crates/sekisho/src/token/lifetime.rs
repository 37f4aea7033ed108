//! When a token is accepted: `exp`, `nbf` and `iat` (RFC 7519 §4.1.4 to §4.1.6).

use std::time::{Duration, SystemTime};

use super::{InvalidToken, TokenError};
use crate::check::Check;
use crate::json::{Members, Value};

/// The end of the year 9999, in seconds. A date past it is a mistake of units.
const LAST_SECOND: u64 = 253_402_300_799;

/// Between which times a token is accepted; with the leeway, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    expires_at: SystemTime,
    /// The later of `nbf` and `iat`, where there is one.
    begins_at: Option<SystemTime>,
}

impl Lifetime {
    /// Reads the dates, and judges each before the next one is read: of two faults the same one is told as ever.
    pub(super) fn judge(
        payload: &Members<'_>,
        leeway: Duration,
        now: SystemTime,
    ) -> Result<Self, TokenError> {
        let expires_at = expiry(payload)?;
        if has_expired(expires_at, now, leeway) {
            return Err(TokenError::Expired);
        }
        let not_before = numeric_date(payload, "nbf", Check::NotBefore)?;
        if is_to_come(not_before, now, leeway) {
            return Err(InvalidToken::NotYetValid.into());
        }
        let issued_at = numeric_date(payload, "iat", Check::IssuedAt)?;
        if is_to_come(issued_at, now, leeway) {
            return Err(InvalidToken::IssuedInTheFuture.into());
        }
        Ok(Self { expires_at, begins_at: not_before.max(issued_at) })
    }

    /// Whether [`Self::judge`] would find nothing wrong now.
    pub(super) fn includes(&self, now: SystemTime, leeway: Duration) -> bool {
        !has_expired(self.expires_at, now, leeway) && !is_to_come(self.begins_at, now, leeway)
    }

    /// The first moment at which it has expired.
    pub(super) fn ends_at(&self, leeway: Duration) -> SystemTime {
        later(self.expires_at, leeway)
    }

    pub(super) fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

fn has_expired(expires_at: SystemTime, now: SystemTime, leeway: Duration) -> bool {
    now >= later(expires_at, leeway)
}

fn is_to_come(begins_at: Option<SystemTime>, now: SystemTime, leeway: Duration) -> bool {
    begins_at.is_some_and(|begins_at| begins_at > later(now, leeway))
}

/// Nothing was ever issued to expire before 1970, so that a negative number is none that an issuer meant.
fn expiry(payload: &Members<'_>) -> Result<SystemTime, InvalidToken> {
    const CLAIM: &str = "exp";
    const CHECK: Check = Check::Expiry;
    if matches!(payload.get(CLAIM), Some(Value::Number(number)) if number.starts_with('-')) {
        return Err(InvalidToken::ClaimType { claim: CLAIM.to_owned(), check: CHECK });
    }
    numeric_date(payload, CLAIM, CHECK)?
        .ok_or_else(|| InvalidToken::ClaimMissing { claim: CLAIM.to_owned(), check: CHECK })
}

/// Without room for the leeway there is none.
fn later(time: SystemTime, leeway: Duration) -> SystemTime {
    time.checked_add(leeway).unwrap_or(time)
}

/// A number of seconds since 1970, fractions included (RFC 7519 §2).
pub(super) fn numeric_date(
    payload: &Members<'_>,
    claim: &str,
    check: Check,
) -> Result<Option<SystemTime>, InvalidToken> {
    let date = match payload.get(claim) {
        None => return Ok(None),
        Some(Value::Number(number)) => date(number),
        Some(_) => None,
    };
    date.map(Some).ok_or_else(|| InvalidToken::ClaimType { claim: claim.to_owned(), check })
}

/// Of a time before 1970 it matters only that it is long past.
fn date(number: &str) -> Option<SystemTime> {
    let since_1970 = match number.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from_secs_f64(number.parse::<f64>().ok()?.max(0.0)).ok()?,
    };
    let is_date = since_1970.as_secs() <= LAST_SECOND;
    SystemTime::UNIX_EPOCH.checked_add(since_1970).filter(|_| is_date)
}
