//! What is logged of each decision: one line, never the token.

use super::status;
use crate::authorizer::{Denial, Verdict};
use crate::excerpt;
use crate::token::{Claims, TokenError};

pub(super) fn decision(verdict: &Verdict, path: &str) {
    let method = verdict.method().map_or_else(|| shown_path(path), |method| method.path());
    let subject = verdict.claims().map(|claims| excerpt::name(claims.subject()));
    let client = verdict.claims().and_then(Claims::client).map(excerpt::name);
    let (subject, client) = (subject.as_deref(), client.as_deref());
    match &verdict.result {
        Ok(_) => tracing::info!(method, subject, client, outcome = "allowed", "call"),
        Err(denial) => {
            let reason = status::reason(denial).unwrap_or("UNKNOWN_METHOD");
            let detail = status::message(denial);
            let hint = hint(denial);
            tracing::info!(method, subject, client, outcome = "refused", reason, detail, hint, "call");
        }
    }
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
