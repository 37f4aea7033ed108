//! Claims in a line of the log.
//!
//! Each is its path, `=`, and its value in JSON: a text has quotes around it and an escape for whatever could end it, so no
//! value can be taken for another claim. A value is cut where it is long, which is shown outside of its quotes.

use std::fmt::Write as _;

use super::{ClaimTexts, ClaimValue};
use crate::excerpt;

/// How long all of them are together, in bytes; besides the paths, which an operator has written.
const LONGEST: usize = 1024;
/// What stands for what is not shown.
const CUT: char = '…';

/// Those that the token has; nothing where it has none of them.
pub(super) fn line<'c>(claims: impl Iterator<Item = (&'c str, ClaimValue<'c>)>) -> Option<String> {
    let (mut line, mut room) = (String::new(), LONGEST);
    for (path, value) in claims {
        let Some(shown) = shown(value, room) else { continue };
        if !line.is_empty() {
            line.push(' ');
        }
        push_path(&mut line, path);
        line.push('=');
        if shown.len() > room {
            line.push(CUT);
        } else {
            line.push_str(&shown);
            room -= shown.len();
        }
    }
    (!line.is_empty()).then_some(line)
}

fn shown(value: ClaimValue<'_>, room: usize) -> Option<String> {
    Some(match value {
        ClaimValue::Missing | ClaimValue::NotKept => return None,
        ClaimValue::Text(text) => text_in_json(text),
        ClaimValue::Texts(texts) => list_in_json(texts, room),
        ClaimValue::Boolean(value) => value.to_string(),
        ClaimValue::Integer(number) => number.to_string(),
        // With a fraction or an exponent, as it was written.
        ClaimValue::Number(number) => format!("{number:?}"),
        ClaimValue::TooLarge => "TOO_LARGE".to_owned(),
        ClaimValue::Other => "OTHER".to_owned(),
    })
}

/// As many of them as there is room for.
fn list_in_json(texts: ClaimTexts<'_>, room: usize) -> String {
    let mut list = "[".to_owned();
    for text in texts.iter() {
        let (text, comma) = (text_in_json(text), if list.len() > 1 { "," } else { "" });
        let end = CUT.len_utf8() + "]".len();
        if list.len() + comma.len() + text.len() + end > room {
            list.push(CUT);
            break;
        }
        list.push_str(comma);
        list.push_str(&text);
    }
    list.push(']');
    list
}

/// As much of it as is shown of a name.
fn text_in_json(text: &str) -> String {
    let start = excerpt::start_of_name(text);
    let mut json = String::with_capacity(start.len() + 2);
    push_json(&mut json, start);
    if start.len() < text.len() {
        json.push(CUT);
    }
    json
}

/// What cannot be seen is escaped, and so is what moves other characters about, or ends a line.
fn push_json(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\'' => json.push(character),
            _ if character.escape_debug().len() == 1 => json.push(character),
            _ => push_escape(json, character),
        }
    }
    json.push('"');
}

fn push_escape(json: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // A `String` takes whatever is written.
        let _ = write!(json, "\\u{unit:04x}");
    }
}

/// As it was configured, and in quotes where it could not be told from what stands around it.
fn push_path(line: &mut String, path: &str) {
    let is_plain = |c: char| c.is_alphanumeric() || "_.-:/\\@".contains(c);
    if path.chars().all(is_plain) { line.push_str(path) } else { push_json(line, path) }
}
