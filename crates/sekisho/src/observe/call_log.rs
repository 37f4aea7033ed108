//! What is logged of each decision: one line, never the token.
//!
//! Allowed and refused calls have targets of their own, since a subscriber that wants one of them only can then tell
//! by the metadata: the callsite of the other is off, and nothing of its event is computed. tracing evaluates the
//! values of an event only where it is enabled, so they are computed within the macro.

use std::borrow::Cow;

use super::{Decision, EndedStream, Observer};
use crate::excerpt;
use crate::token::Claims;

/// The target of calls that go on to their handler.
const ALLOWED: &str = "sekisho::call::allowed";
/// The target of calls that were refused, or would be.
const REFUSED: &str = "sekisho::call::refused";

/// Logs each decision as an event of `tracing`. It is there whoever else observes.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallLog;

impl Observer for CallLog {
    #[inline]
    fn decided(&self, decision: &Decision<'_>) {
        match decision.denial() {
            None => tracing::info!(
                target: ALLOWED,
                method = decision.path(),
                issuer = decision.issuer_name(),
                subject = decision.claims().map(subject).as_deref(),
                client = decision.claims().and_then(client).as_deref(),
                claims = decision.claims().and_then(Claims::logged),
                outcome = decision.outcome().as_str(),
                "call"
            ),
            Some(denial) => tracing::info!(
                target: REFUSED,
                method = decision.path(),
                issuer = decision.issuer_name(),
                subject = decision.claims().map(subject).as_deref(),
                client = decision.claims().and_then(client).as_deref(),
                claims = decision.claims().and_then(Claims::logged),
                outcome = decision.outcome().as_str(),
                reason = decision.reason(),
                detail = denial.to_string(),
                hint = denial.hint(),
                "call"
            ),
        }
    }

    fn ended(&self, stream: &EndedStream<'_>) {
        let (grant, denial) = (stream.grant(), stream.denial());
        tracing::info!(
            target: REFUSED,
            method = grant.method().path(),
            issuer = grant.issuer_name(),
            subject = grant.claims().map(subject).as_deref(),
            client = grant.claims().and_then(client).as_deref(),
            claims = grant.claims().and_then(Claims::logged),
            outcome = "ended",
            reason = denial.reason(),
            detail = denial.to_string(),
            "call"
        );
    }
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
