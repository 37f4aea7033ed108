//! The claims of a token whose signature verified.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{InvalidToken, Part, TokenError, TokenProfile, Verifier};
use crate::json::Members;
use crate::scope::{ScopeSet, ScopeToken};

/// The end of the year 9999, in seconds. A date past it is a mistake of units.
const LAST_SECOND: u64 = 253_402_300_799;

/// What an issuer says of whom, verified. Made by [`Verifier::verify`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    issuer: String,
    subject: String,
    client: Option<String>,
    scopes: ScopeSet,
    expires_at: SystemTime,
}

impl Claims {
    /// `iss`: who says so.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `sub`: whom the token is about; unique with the issuer alone.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// `client_id`, or else `azp`: the client that the token was issued to.
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// What the configured claims grant, all together; without the prefix that their issuer writes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// `exp`: the token is not accepted from then on (leeway aside).
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

pub(super) fn judge(
    payload: &Members,
    expected: &Verifier,
    issuer: &str,
    now: SystemTime,
) -> Result<Claims, TokenError> {
    if let Some(member) = payload.repeated() {
        return Err(InvalidToken::Repeated { part: Part::Payload, member: member.to_owned() }.into());
    }
    refuse_id_token(payload)?;
    check_issuer(payload, issuer)?;
    check_audience(payload, expected)?;
    let expires_at = check_dates(payload, expected.leeway, now)?;
    check_profile(payload, expected.profile)?;
    let subject = required_text(payload, "sub")?;
    if subject.is_empty() {
        return Err(InvalidToken::ClaimType { claim: "sub".to_owned() }.into());
    }
    let client = optional_text(payload, "client_id")?.or(optional_text(payload, "azp")?);
    Ok(Claims {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        client: client.map(ToOwned::to_owned),
        scopes: granted_scopes(payload, expected),
        expires_at,
    })
}

/// An ID token has the same issuer and often the same key. `nonce`, `at_hash` and `c_hash` are its own
/// (OpenID Connect Core 1.0 §2, §3.3.2.11); Keycloak and Cognito say it outright, by `typ` and `token_use`.
fn refuse_id_token(payload: &Members) -> Result<(), InvalidToken> {
    let has_mark = ["nonce", "at_hash", "c_hash"].iter().any(|claim| payload.get(claim).is_some());
    let is = |claim: &str, kind: &str| payload.get(claim).is_some_and(|value| value == kind);
    if has_mark || is("typ", "ID") || is("token_use", "id") { Err(InvalidToken::IdToken) } else { Ok(()) }
}

fn check_issuer(payload: &Members, expected: &str) -> Result<(), InvalidToken> {
    let found = required_text(payload, "iss")?;
    if found == expected {
        return Ok(());
    }
    let by_last_slash_alone =
        found.strip_suffix('/') == Some(expected) || expected.strip_suffix('/') == Some(found);
    Err(InvalidToken::Issuer { by_last_slash_alone })
}

/// A claim that was configured may name the audience where there is no `aud`. It does not put an `aud` aside:
/// that says whom the token is for, and whoever is not named must not take it (RFC 7519 §4.1.3).
fn check_audience(payload: &Members, expected: &Verifier) -> Result<(), InvalidToken> {
    for claim in [expected.audience_claim.as_str(), "aud"] {
        let is_required = claim == expected.audience_claim || expected.profile == TokenProfile::Rfc9068;
        match payload.get(claim) {
            Some(audience) => check_names(audience, claim, &expected.audience)?,
            None if is_required => return Err(InvalidToken::ClaimMissing { claim: claim.to_owned() }),
            None => {}
        }
    }
    Ok(())
}

fn check_names(audience: &Value, claim: &str, expected: &str) -> Result<(), InvalidToken> {
    let is_named = match audience {
        Value::String(audience) => audience == expected,
        Value::Array(audiences) if audiences.iter().all(Value::is_string) => {
            audiences.iter().any(|audience| audience == expected)
        }
        _ => return Err(InvalidToken::ClaimType { claim: claim.to_owned() }),
    };
    if is_named { Ok(()) } else { Err(InvalidToken::Audience) }
}

fn check_dates(payload: &Members, leeway: Duration, now: SystemTime) -> Result<SystemTime, TokenError> {
    let expires_at = numeric_date(payload, "exp")?
        .ok_or_else(|| InvalidToken::ClaimMissing { claim: "exp".to_owned() })?;
    if now >= later(expires_at, leeway) {
        return Err(TokenError::Expired);
    }
    let latest = later(now, leeway);
    if numeric_date(payload, "nbf")?.is_some_and(|not_before| not_before > latest) {
        return Err(InvalidToken::NotYetValid.into());
    }
    if numeric_date(payload, "iat")?.is_some_and(|issued_at| issued_at > latest) {
        return Err(InvalidToken::IssuedInTheFuture.into());
    }
    Ok(expires_at)
}

/// Without room for the leeway there is none.
fn later(time: SystemTime, leeway: Duration) -> SystemTime {
    time.checked_add(leeway).unwrap_or(time)
}

/// A number of seconds since 1970, fractions included (RFC 7519 §2).
pub(super) fn numeric_date(payload: &Members, claim: &str) -> Result<Option<SystemTime>, InvalidToken> {
    let wrong_type = || InvalidToken::ClaimType { claim: claim.to_owned() };
    let Some(value) = payload.get(claim) else { return Ok(None) };
    let Value::Number(number) = value else { return Err(wrong_type()) };
    let since_1970 = match number.as_u64() {
        Some(seconds) => Duration::from_secs(seconds),
        None => number.as_f64().and_then(|s| Duration::try_from_secs_f64(s).ok()).ok_or_else(wrong_type)?,
    };
    if since_1970.as_secs() > LAST_SECOND {
        return Err(wrong_type());
    }
    SystemTime::UNIX_EPOCH.checked_add(since_1970).map(Some).ok_or_else(wrong_type)
}

/// What RFC 9068 §2.2 requires over the claims that are required of any token.
fn check_profile(payload: &Members, profile: TokenProfile) -> Result<(), InvalidToken> {
    if profile == TokenProfile::Rfc9068 {
        required_text(payload, "client_id")?;
        required_text(payload, "jti")?;
        numeric_date(payload, "iat")?
            .ok_or_else(|| InvalidToken::ClaimMissing { claim: "iat".to_owned() })?;
    }
    Ok(())
}

/// A claim that is not there, or whose way leads through what is no object, grants nothing.
fn granted_scopes(payload: &Members, expected: &Verifier) -> ScopeSet {
    let claims = expected.scope_claims.iter().filter_map(|claim| payload.within(claim.names()));
    let mut granted = ScopeSet::new();
    for scopes in claims.filter_map(scopes_of) {
        granted.extend(scopes.iter().map(|scope| expected.scope_prefix.take_off(scope)));
    }
    granted
}

/// A space-separated string (RFC 6749 §3.3) or an array of scope tokens. A claim of any other shape, or
/// with anything in it that is no scope token, is not understood and so grants nothing.
fn scopes_of(claim: &Value) -> Option<ScopeSet> {
    match claim {
        Value::String(scopes) => scopes.parse().ok(),
        Value::Array(scopes) => scopes.iter().map(|scope| ScopeToken::parse(scope.as_str()?).ok()).collect(),
        _ => None,
    }
}

fn optional_text<'a>(payload: &'a Members, claim: &str) -> Result<Option<&'a str>, InvalidToken> {
    match payload.get(claim) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidToken::ClaimType { claim: claim.to_owned() }),
    }
}

fn required_text<'a>(payload: &'a Members, claim: &str) -> Result<&'a str, InvalidToken> {
    optional_text(payload, claim)?.ok_or_else(|| InvalidToken::ClaimMissing { claim: claim.to_owned() })
}
