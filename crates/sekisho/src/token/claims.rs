//! The claims of a token whose signature verified.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::granted_scopes::granted_scopes;
use super::jws::refuse_fault;
use super::kept_claims::KeptClaims;
use super::lifetime::{Lifetime, numeric_date};
use super::{ClaimPath, ClaimValue, InvalidToken, Part, TokenError, TokenProfile, UnverifiedToken, Verifier};
use crate::check::Check;
use crate::json::{Members, Value};
use crate::scope::ScopeSet;

/// What an issuer says of whom, verified. Made by [`Verifier::verify`] alone.
///
/// Small, since those of many tokens are remembered; what each call judges comes first, so that it is fetched with what
/// stands before the claims in memory.
#[derive(Clone, PartialEq, Eq)]
#[repr(C)]
pub struct Claims {
    lifetime: Lifetime,
    issuer: Arc<str>,
    /// The subject, and the client behind it.
    names: Box<str>,
    /// Where the client begins, if there is one. A subject has at least one byte.
    client_at: Option<NonZeroUsize>,
    scopes: ScopeSet,
    /// Where the verifier keeps some.
    kept: Option<Box<KeptClaims>>,
}

impl Claims {
    /// `iss`: who says so.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `sub`: whom the token is about; unique with the issuer alone.
    pub fn subject(&self) -> &str {
        &self.names[..self.client_at.map_or(self.names.len(), NonZeroUsize::get)]
    }

    /// The client that the token was issued to: the first of [`Verifier::client_claims`] that it has, which are `client_id`
    /// and `azp` unless set.
    pub fn client(&self) -> Option<&str> {
        self.client_at.map(|start| &self.names[start.get()..])
    }

    /// What the configured claims grant, all together; without the prefix that their issuer writes.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// `exp`: the token is not accepted from then on (leeway aside).
    pub fn expires_at(&self) -> SystemTime {
        self.lifetime.expires_at()
    }

    /// A claim that [`Verifier::keep_claims`] or [`Verifier::log_claims`] names, by its path as it is written there.
    pub fn claim(&self, path: &str) -> ClaimValue<'_> {
        self.kept.as_ref().map_or(ClaimValue::NotKept, |kept| kept.get(path))
    }

    /// The claims that [`Verifier::log_claims`] names, for a line of the log: `tenant="acme" roles=["a","b"]`. None where the
    /// token has none of them.
    ///
    /// Values are JSON, so that none can be taken for another claim: what is no printable character has an escape. A string is
    /// cut after 256 characters, and all values together after 1 KiB: `…` then stands outside of the quotes. Of a claim
    /// that is not kept in full it is said that it is `TOO_LARGE` or `OTHER`, like the variants of [`ClaimValue`].
    pub fn logged(&self) -> Option<String> {
        self.kept.as_ref()?.logged()
    }

    /// Whether the token's own dates let it be accepted now: what [`Verifier::verify`] judges of them.
    pub(crate) fn are_current(&self, leeway: Duration, now: SystemTime) -> bool {
        self.lifetime.includes(now, leeway)
    }

    pub(crate) fn ends_at(&self, leeway: Duration) -> SystemTime {
        self.lifetime.ends_at(leeway)
    }

    /// About how much memory they take beside this struct, in bytes.
    pub(crate) fn heap_size(&self) -> usize {
        let kept = self.kept.as_ref().map_or(0, |kept| kept.heap_size());
        allocated(self.names.len()) + self.scopes.heap_size() + kept
    }
}

/// Without those that are kept, which may be of a person.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject())
            .field("client", &self.client())
            .field("scopes", &self.scopes)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

/// What an allocator takes for so many bytes: the next of the sizes that it has, four to a doubling (mimalloc, jemalloc),
/// and those of small ones in steps of 16.
pub(crate) fn allocated(bytes: usize) -> usize {
    const STEP: usize = 16;
    let steps_to_a_doubling = 4;
    let doubling = 1 << bytes.max(1).ilog2();
    bytes.next_multiple_of(STEP.max(doubling / steps_to_a_doubling))
}

pub(super) fn judge(
    token: &UnverifiedToken<'_>,
    expected: &Verifier,
    issuer: &Arc<str>,
    now: SystemTime,
) -> Result<Claims, TokenError> {
    let payload = &token.payload;
    refuse_fault(payload, Part::Payload)?;
    refuse_id_token(token)?;
    refuse_sender_constrained(payload, expected)?;
    check_issuer(payload, issuer)?;
    check_audience(payload, expected)?;
    let lifetime = Lifetime::judge(payload, expected.leeway, now)?;
    check_profile(payload, expected.profile)?;
    let subject = required_text(payload, "sub", Check::Subject)?;
    if subject.is_empty() {
        return Err(InvalidToken::ClaimEmpty { claim: "sub".to_owned(), check: Check::Subject }.into());
    }
    optional_text(payload, "jti", Check::TokenId)?;
    let client = client(payload, &expected.claims.client)?;
    Ok(Claims {
        issuer: Arc::clone(issuer),
        names: [subject, client.unwrap_or_default()].concat().into(),
        client_at: client.and_then(|_| NonZeroUsize::new(subject.len())),
        scopes: granted_scopes(payload, subject, expected),
        kept: expected.claims.kept_paths.as_ref().map(|paths| KeptClaims::of(payload, paths).into()),
        lifetime,
    })
}

/// An ID token has the same issuer and often the same key. `at_hash` and `c_hash` are its own (OpenID Connect Core
/// 1.0 §3.3.2.11); Keycloak and Cognito say it outright, by `typ` and `token_use`. `nonce` is its own as well (§2),
/// but Keycloak writes it into access tokens too.
fn refuse_id_token(token: &UnverifiedToken<'_>) -> Result<(), InvalidToken> {
    let payload = &token.payload;
    let has = |claim: &str| payload.get(claim).is_some();
    let is = |claim: &str, kind: &str| payload.get(claim).and_then(Value::as_text) == Some(kind);
    let says_access_token = token.has_access_token_type() || is("typ", "Bearer");
    let has_mark = has("at_hash") || has("c_hash") || (has("nonce") && !says_access_token);
    if has_mark || is("typ", "ID") || is("token_use", "id") { Err(InvalidToken::IdToken) } else { Ok(()) }
}

/// Whatever is in `cnf`: a binding that is not understood is one that nobody has verified.
fn refuse_sender_constrained(payload: &Members<'_>, expected: &Verifier) -> Result<(), InvalidToken> {
    let is_refused = payload.get("cnf").is_some() && !expected.accepts_bound_tokens;
    if is_refused { Err(InvalidToken::SenderConstrained) } else { Ok(()) }
}

fn check_issuer(payload: &Members<'_>, expected: &str) -> Result<(), InvalidToken> {
    let found = required_text(payload, "iss", Check::Issuer)?;
    if found == expected {
        return Ok(());
    }
    let by_last_slash_alone =
        found.strip_suffix('/') == Some(expected) || expected.strip_suffix('/') == Some(found);
    Err(InvalidToken::Issuer { by_last_slash_alone })
}

/// A claim that was configured may name the audience where there is no `aud`. It does not put an `aud` aside:
/// that says whom the token is for, and whoever is not named must not take it (RFC 7519 §4.1.3).
fn check_audience(payload: &Members<'_>, expected: &Verifier) -> Result<(), InvalidToken> {
    for claim in [expected.claims.audience.as_str(), "aud"] {
        let is_required = claim == expected.claims.audience || expected.profile == TokenProfile::Rfc9068;
        match payload.get(claim) {
            Some(audience) => check_names(audience, claim, &expected.audience)?,
            None if is_required => {
                return Err(InvalidToken::ClaimMissing { claim: claim.to_owned(), check: Check::Audience });
            }
            None => {}
        }
    }
    Ok(())
}

fn check_names(audience: &Value<'_>, claim: &str, expected: &str) -> Result<(), InvalidToken> {
    let is_named = match audience {
        Value::Text(audience) => audience == expected,
        Value::Array(audiences) if audiences.only_texts().is_some() => audiences.contains(expected),
        _ => return Err(InvalidToken::ClaimType { claim: claim.to_owned(), check: Check::Audience }),
    };
    if is_named { Ok(()) } else { Err(InvalidToken::Audience) }
}

/// What RFC 9068 §2.2 requires over the claims that are required of any token.
fn check_profile(payload: &Members<'_>, profile: TokenProfile) -> Result<(), InvalidToken> {
    if profile == TokenProfile::Rfc9068 {
        const CHECK: Check = Check::Profile;
        required_text(payload, "client_id", CHECK)?;
        required_text(payload, "jti", CHECK)?;
        numeric_date(payload, "iat", CHECK)?
            .ok_or_else(|| InvalidToken::ClaimMissing { claim: "iat".to_owned(), check: CHECK })?;
    }
    Ok(())
}

/// The first that is there, and text or nothing in each of them: a client that is not understood is not passed over for
/// another one.
fn client<'a>(payload: &'a Members<'_>, claims: &[ClaimPath]) -> Result<Option<&'a str>, InvalidToken> {
    let mut client = None;
    for claim in claims {
        match payload.within(claim.names()) {
            None => {}
            Some(Value::Text(text)) => client = client.or(Some(&**text)),
            Some(_) => {
                return Err(InvalidToken::ClaimType { claim: claim.to_string(), check: Check::Client });
            }
        }
    }
    Ok(client)
}

fn optional_text<'a>(
    payload: &'a Members<'_>,
    claim: &str,
    check: Check,
) -> Result<Option<&'a str>, InvalidToken> {
    match payload.get(claim) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(InvalidToken::ClaimType { claim: claim.to_owned(), check }),
    }
}

pub(super) fn required_text<'a>(
    payload: &'a Members<'_>,
    claim: &str,
    check: Check,
) -> Result<&'a str, InvalidToken> {
    optional_text(payload, claim, check)?
        .ok_or_else(|| InvalidToken::ClaimMissing { claim: claim.to_owned(), check })
}
