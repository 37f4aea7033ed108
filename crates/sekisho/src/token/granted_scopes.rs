//! The scopes of a token, from its claims and of its subject.

use super::Verifier;
use crate::json::{Members, Value};
use crate::scope::ScopeSet;

/// A claim that is not there, or whose way leads through what is no object, grants nothing.
pub(super) fn granted_scopes(payload: &Members<'_>, subject: &str, expected: &Verifier) -> ScopeSet {
    let claims = expected.claims.scopes.iter().filter_map(|claim| payload.within(claim.names()));
    let mut granted = ScopeSet::new();
    for scopes in claims.filter_map(scopes_in) {
        granted.append(scopes.without_prefix(&expected.scope_prefix));
    }
    // Exactly this subject, or nothing. Where there are no such subjects, none is hashed.
    if let Some(further) = expected.further_scopes.get(subject) {
        granted.append(further.clone());
    }
    // A token may be remembered for long.
    granted.shrink_to_fit();
    granted
}

/// A space-separated string (RFC 6749 §3.3) or an array of scope tokens. A claim of any other shape, or
/// with anything in it that is no scope token, is not understood and so grants nothing.
fn scopes_in(claim: &Value<'_>) -> Option<ScopeSet> {
    match claim {
        Value::Text(scopes) => scopes.parse().ok(),
        Value::Array(scopes) => ScopeSet::parse_each(scopes.only_texts()?).ok(),
        _ => None,
    }
}
