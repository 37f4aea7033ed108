//! One event, one line, and nothing in it that is hidden or that a terminal obeys: whatever crate logged it, and
//! however. Values that were recorded as texts are in quotes and escaped before they come here; this is for
//! messages, for values that were not, and for JSON, which leaves all but ASCII as it is.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::cli::text::is_shown;

/// How a character is written that is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As Rust does. Colors stay, where the line is for a terminal.
    Text { colors: bool },
    /// As JSON does (RFC 8259 §7): whoever parses the line has the text just as it was.
    Json,
}

/// A line that ends where the event does.
pub(super) fn escape(line: &str, escapes: Escapes) -> Cow<'_, [u8]> {
    let body = line.strip_suffix('\n').unwrap_or(line);
    if line.len() > body.len() && body.chars().all(is_shown) {
        return Cow::Borrowed(line.as_bytes());
    }
    let mut whole = String::with_capacity(line.len() + 16);
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        let color = if escapes == (Escapes::Text { colors: true }) { color(rest) } else { None };
        let (part, after) = rest.split_at(color.unwrap_or(c.len_utf8()));
        if color.is_some() || is_shown(c) {
            whole.push_str(part);
        } else {
            push_escaped(&mut whole, c, escapes);
        }
        rest = after;
    }
    whole.push('\n');
    Cow::Owned(whole.into_bytes())
}

fn push_escaped(line: &mut String, c: char, escapes: Escapes) {
    match escapes {
        Escapes::Text { .. } if c.is_ascii() => line.extend(c.escape_debug()),
        Escapes::Text { .. } => line.extend(c.escape_unicode()),
        Escapes::Json => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(line, "\\u{unit:04x}");
            }
        }
    }
}

/// How long the change of color is that the text begins with (ECMA-48 §8.3.117), if it does.
fn color(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    parameters[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(line: &str, escapes: Escapes) -> String {
        String::from_utf8(escape(line, escapes).into_owned()).unwrap()
    }

    #[test]
    fn a_line_stays_one_and_hides_nothing() {
        let text = Escapes::Text { colors: false };
        let cases = [
            ("INFO called 名前=\"ok\"\n", "INFO called 名前=\"ok\"\n"),
            ("a\nb\r\n", "a\\nb\\r\n"),
            ("no end", "no end\n"),
            ("\u{1b}[31mred\u{9b}2J\n", "\\u{1b}[31mred\\u{9b}2J\n"),
            ("a\u{200b}b\u{202e}c\u{e0041}d\u{3164}\n", "a\\u{200b}b\\u{202e}c\\u{e0041}d\\u{3164}\n"),
        ];
        for (line, expected) in cases {
            assert_eq!(escaped(line, text), expected);
        }
    }

    #[test]
    fn colors_are_for_terminals_and_other_sequences_are_not() {
        let line = "\u{1b}[2mnow\u{1b}[0m \u{1b}[1;32mINFO\u{1b}[2J\u{1b}]0;title\u{7}\u{1b}\n";
        let expected = "\u{1b}[2mnow\u{1b}[0m \u{1b}[1;32mINFO\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{1b}\n";
        assert_eq!(escaped(line, Escapes::Text { colors: true }), expected);
    }

    #[test]
    fn whoever_parses_a_json_line_has_the_text_as_it_was() {
        let text = "a\u{200b}b\u{202e}c\u{e0041}d\u{9b}e\u{7f}\u{2028}\\\"\n名\u{3164}";
        let line = format!("{}\n", serde_json::json!({ "sub": text }));
        let escaped = escaped(&line, Escapes::Json);
        assert_eq!(
            escaped,
            "{\"sub\":\"a\\u200bb\\u202ec\\udb40\\udc41d\\u009be\\u007f\\u2028\\\\\\\"\\n名\\u3164\"}\n"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap()["sub"], text);
    }
}
