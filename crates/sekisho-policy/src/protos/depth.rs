//! How deep a source may go. protox 0.10 and prost go one call deeper for each level, and a full stack ends the process.

use super::error::AtPlace;
use super::readable::opaque;

/// Brackets within each other. protoc has 32 for messages; a descriptor set is read down to 100.
const MOST_BRACKETS: usize = 64;

/// Full stops in a name, such as that of an option's field: `(option).field.field`.
const MOST_PARTS: usize = 64;

const BRACKETS: &str = "more than 64 brackets within each other";
const PARTS: &str = "a name of more than 64 parts";

/// The first place of a source that goes too deep. What is no proto at all may pass: the compiler says so.
pub(super) fn check(name: &str, source: &str) -> Result<(), AtPlace> {
    match first(source) {
        Some((offset, what)) => Err(AtPlace::new(name, source, offset, what)),
        None => Ok(()),
    }
}

fn first(source: &str) -> Option<(usize, &'static str)> {
    let (mut at, mut brackets, mut parts) = (0, 0_usize, 0);
    while let Some(&byte) = source.as_bytes().get(at) {
        match byte {
            b'{' | b'[' | b'<' => brackets += 1,
            b'}' | b']' | b'>' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        match byte {
            b'.' => parts += 1,
            // A name goes on after white space, and after an option's name in parentheses.
            b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b';' | b'=' | b',' | b':' => parts = 0,
            _ => {}
        }
        if brackets > MOST_BRACKETS {
            return Some((at, BRACKETS));
        }
        if parts >= MOST_PARTS {
            return Some((at, PARTS));
        }
        at += skipped(&source[at..], byte);
    }
    None
}

/// The length of what is looked at in one: a comment, a string or a character.
fn skipped(rest: &str, first: u8) -> usize {
    let length = match first {
        b'/' | b'"' | b'\'' => opaque(rest),
        // For protox it begins a comment.
        b'#' => rest.find('\n').or(Some(rest.len())),
        _ => None,
    };
    length.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8)).min(rest.len())
}
