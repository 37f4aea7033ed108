//! Texts of others, made fit to be printed.

use std::error::Error;
use std::fmt::Write as _;

/// Whether a terminal shows the character, and does nothing else. What is none is a control character,
/// invisible, a space other than the usual one, or changes the direction or the form of those around it.
pub(super) fn is_shown(c: char) -> bool {
    /// Letters and a symbol without ink: two fillers of Hangul, both of each width, and Braille without dots.
    const BLANK: [char; 5] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}'];
    matches!(c, ' '..='~') || c.escape_debug().len() == 1 && !BLANK.contains(&c)
}

/// One line, whatever a cause or a file's name had to say: nothing in it is hidden, or obeyed by a terminal.
pub(super) fn one_line(text: &str) -> String {
    let parts = text.split(char::is_control).map(str::trim).filter(|part| !part.is_empty());
    let mut line = String::new();
    for c in parts.collect::<Vec<_>>().join(" ").chars() {
        if is_shown(c) {
            line.push(c);
        } else {
            let _ = write!(line, "{}", c.escape_unicode());
        }
    }
    line
}

/// The same without what stands before the host in a URL: it may be a password (RFC 3986 §3.2.1).
fn without_passwords(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority =
            part.split(|c: char| c.is_whitespace() || "/?#\"'".contains(c)).next().unwrap_or_default();
        let (mark, rest) = match authority.rfind('@') {
            Some(at) => ("://…@", &part[at + 1..]),
            None => ("://", part),
        };
        shown.push_str(mark);
        shown.push_str(rest);
    }
    shown
}

/// The same without passwords in URLs and without what looks like a token: one that was given in the wrong place is not shown.
pub(super) fn without_secrets(text: &str) -> String {
    without_tokens(&without_passwords(text))
}

/// Whether it has a JWT in it.
pub(super) fn has_token(text: &str) -> bool {
    without_tokens(text) != text
}

/// The same without JWTs. The header of each is a JSON object, of which base64url makes `eyJ` (RFC 7515 §3.1).
fn without_tokens(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, token)) = next_token(rest) {
        shown.push_str(before);
        shown.push('…');
        rest = &rest[before.len() + token.len()..];
    }
    shown + rest
}

/// The first token of a text, and what stands before it. Within a word `eyJ` is chance.
fn next_token(text: &str) -> Option<(&str, &str)> {
    /// Shorter than any header.
    const SHORTEST: usize = 16;
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_escape = |before: &str| before.len() >= 3 && before.as_bytes()[before.len() - 3] == b'%';
    text.match_indices("eyJ").find_map(|(at, _)| {
        let (before, from) = text.split_at(at);
        if before.ends_with(is_of_word) && !is_escape(before) {
            return None;
        }
        let end = from.find(|c: char| !is_of_word(c) && !matches!(c, '.' | '=')).unwrap_or(from.len());
        (end >= SHORTEST).then(|| (before, &from[..end]))
    })
}

/// An error and all that caused it. Some errors tell their cause themselves, which is not told twice.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let told = inner.to_string();
        if !text.ends_with(&told) {
            text = format!("{text}: {told}");
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_or_obeyed_is_told_from_what_is_shown() {
        for c in ['a', ' ', '"', '\\', 'é', '名', 'が', 'Ж', '😀', '한', '\u{2813}'] {
            assert!(is_shown(c), "{c:?}");
        }
        let hidden = "\0\n\r\t\u{1b}\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{301}\u{34f}\u{61c}\u{115f}\u{1160}\u{180e}\
            \u{200b}\u{200d}\u{200e}\u{2028}\u{2029}\u{202e}\u{2060}\u{2066}\u{2800}\u{3000}\u{3164}\u{fe0f}\
            \u{feff}\u{ffa0}\u{fff9}\u{e000}\u{e0041}\u{e0100}\u{10ffff}";
        for c in hidden.chars() {
            assert!(!is_shown(c), "{c:?}");
        }
    }

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        #[derive(Debug, thiserror::Error)]
        #[error("{told}")]
        struct Told {
            told: &'static str,
            source: Option<Box<Told>>,
        }
        let refused = Told { told: "refused", source: None };
        let connect = Told { told: "no connection: refused", source: Some(Box::new(refused)) };
        let request = Told { told: "no answer", source: Some(Box::new(connect)) };
        assert_eq!(with_causes(&request), "no answer: no connection: refused");
    }

    #[test]
    fn a_password_in_a_url_is_not_shown() {
        let cases = [
            ("x: https://me:secret@host/path@x: no", "x: https://…@host/path@x: no"),
            ("\"https://se@cret@host\" and http://secret@b?", "\"https://…@host\" and http://…@b?"),
            ("https://host/ of me@example, a@b", "https://host/ of me@example, a@b"),
            ("://", "://"),
        ];
        for (text, shown) in cases {
            assert_eq!(without_passwords(text), shown);
        }
    }

    #[test]
    fn a_token_is_not_shown() {
        let token = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovLyJ9.c2lnbmF0dXJl_-A";
        let cases = [
            (format!("unexpected argument '{token}' found"), "unexpected argument '…' found"),
            (format!("{token}: no such file; {token}."), "…: no such file; …"),
            (format!("https://a/?t={token}&x"), "https://a/?t=…&x"),
            (format!("Bearer%20{token} \u{e9}{token}"), "Bearer%20… \u{e9}…"),
            ("eyJ, eyJhbGci and keyJ.json".to_owned(), "eyJ, eyJhbGci and keyJ.json"),
            (
                "ApiKeyJournalService.proto: apikeyJournalEntries.read".to_owned(),
                "ApiKeyJournalService.proto: apikeyJournalEntries.read",
            ),
            (String::new(), ""),
        ];
        for (text, shown) in cases {
            assert_eq!(without_secrets(&text), shown);
        }
    }

    #[test]
    fn a_text_becomes_one_line() {
        let cases = [
            ("tenant.example: 名前", "tenant.example: 名前"),
            ("at line 1\n  |\n\x1b[2J", "at line 1 | [2J"),
            ("a\u{200b}b\u{202e}c\u{e0041}", r"a\u{200b}b\u{202e}c\u{e0041}"),
        ];
        for (text, line) in cases {
            assert_eq!(one_line(text), line);
        }
    }
}
