//! What is logged of each decision: one line, never the token.
//!
//! Allowed and refused calls have targets of their own, since a subscriber that wants one of them only can then tell
//! by the metadata: the callsite of the other is off, and nothing of its event is computed. tracing evaluates the
//! values of an event only where it is enabled, so they are computed within the macro.

use std::borrow::Cow;

use super::status;
use crate::authorizer::{Denial, Grant, Verdict};
use crate::excerpt;
use crate::token::{Claims, TokenError};

/// The target of calls that go on to their handler.
const ALLOWED: &str = "sekisho::call::allowed";
/// The target of calls that were refused.
const REFUSED: &str = "sekisho::call::refused";

pub(super) fn decision(verdict: &Verdict, path: &str) {
    match verdict.result() {
        Ok(_) => tracing::info!(
            target: ALLOWED,
            method = method(verdict, path),
            subject = verdict.claims().map(subject).as_deref(),
            client = verdict.claims().and_then(client).as_deref(),
            outcome = "allowed",
            "call"
        ),
        Err(denial) => tracing::info!(
            target: REFUSED,
            method = method(verdict, path),
            subject = verdict.claims().map(subject).as_deref(),
            client = verdict.claims().and_then(client).as_deref(),
            outcome = "refused",
            reason = status::reason(denial).unwrap_or("UNKNOWN_METHOD"),
            detail = status::message(denial),
            hint = hint(denial),
            "call"
        ),
    }
}

/// A stream that was allowed, and has ended since the right to it has.
pub(super) fn ended(grant: &Grant, denial: &Denial) {
    tracing::info!(
        target: REFUSED,
        method = grant.method().path(),
        subject = grant.claims().map(subject).as_deref(),
        client = grant.claims().and_then(client).as_deref(),
        outcome = "ended",
        reason = status::reason(denial),
        detail = status::message(denial),
        "call"
    );
}

fn method<'a>(verdict: &'a Verdict, path: &'a str) -> &'a str {
    verdict.method().map_or_else(|| shown_path(path), |method| method.path())
}

fn subject(claims: &Claims) -> Cow<'_, str> {
    excerpt::name(claims.subject())
}

fn client(claims: &Claims) -> Option<Cow<'_, str>> {
    claims.client().map(excerpt::name)
}

/// What is no method's path may hold anything, a token among it. Only what could be one is shown.
pub(crate) fn shown_path(path: &str) -> &str {
    /// Shorter than any signed token, and longer than any method's path that is meant well.
    const LONGEST: usize = 128;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let mut parts = path.strip_prefix('/').unwrap_or(path).split('/');
    let is_shaped = path.len() <= LONGEST && parts.clone().count() == 2;
    if is_shaped && parts.all(|part| part.chars().all(is_name)) { path } else { "(no method's path)" }
}

fn hint(denial: &Denial) -> Option<&'static str> {
    match denial {
        Denial::Token(TokenError::Invalid(error)) => error.hint(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_that_is_no_methods_only_what_could_be_one_is_shown() {
        let hidden = "(no method's path)";
        let token = format!("/a/{}", "e".repeat(200));
        let cases = [
            ("/api1.v1.Api1/Get", "/api1.v1.Api1/Get"),
            ("/eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", hidden),
            ("/a/eyJhbGciOi-x", hidden),
            (&token, hidden),
            ("/", hidden),
            ("*", hidden),
        ];
        for (path, shown) in cases {
            assert_eq!(shown_path(path), shown, "{path}");
        }
    }
}
