//! What is logged of each decision: one line, never the token.

use std::fmt::{self, Write as _};

use tracing::field::display;

use super::status;
use crate::authorizer::{Denial, Verdict};
use crate::token::TokenError;

/// How much of a text from outside is shown, in characters.
const SHOWN: usize = 256;

pub(super) fn decision(verdict: &Verdict, path: &str) {
    let method =
        Printable(verdict.method.as_ref().map_or_else(|| unknown_path(path), |method| method.path()));
    let subject = verdict.caller.as_ref().map(|caller| display(Printable(&caller.subject)));
    let client =
        verdict.caller.as_ref().and_then(|caller| caller.client.as_deref()).map(Printable).map(display);
    match &verdict.result {
        Ok(_) => tracing::info!(%method, subject, client, outcome = "allowed", "call"),
        Err(denial) => {
            let reason = status::reason(denial).unwrap_or("UNKNOWN_METHOD");
            let detail = status::message(denial);
            let hint = hint(denial);
            tracing::info!(%method, subject, client, outcome = "refused", reason, detail, hint, "call");
        }
    }
}

/// What is no method's path may hold anything, a token among it. Only what could be one is shown.
fn unknown_path(path: &str) -> &str {
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

/// A text from outside, on one line of a bounded length, with nothing in it that a terminal obeys.
#[derive(Clone, Copy)]
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, c) in self.0.chars().enumerate() {
            if index == SHOWN {
                return f.write_char('…');
            }
            if c.is_control() || reorders(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Line and paragraph separators, and characters that change the direction of what follows.
fn reorders(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
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
            assert_eq!(unknown_path(path), shown, "{path}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let cases = [
            ("alice@clients", "alice@clients"),
            ("a\r\nb", r"a\u{d}\u{a}b"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("\u{202e}gpj.exe", r"\u{202e}gpj.exe"),
            ("名前", "名前"),
        ];
        for (text, shown) in cases {
            assert_eq!(Printable(text).to_string(), shown);
        }
        assert_eq!(Printable(&"x".repeat(10_000)).to_string().chars().count(), SHOWN + 1);
    }
}
