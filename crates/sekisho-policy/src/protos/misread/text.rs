//! What stands in the text of a file.

use super::Misreading;
use crate::protos::readable::opaque;

const HASH: &str = "a `#` outside of strings and comments: protoc leaves out all that comes after it in the value of the option; \
                    write `//` for a comment";
const NUL: &str = "a NUL character (U+0000), which ends a comment for protoc; take it out";
const ESCAPE: &str = "the escape `\\X`, which protoc does not know; write `\\x`";

/// Of a source that protox has parsed: its strings and comments have an end.
pub(super) fn misreadings(source: &str) -> impl Iterator<Item = Misreading> {
    let mut lines = Lines { source, start: 0, line: 1 };
    Parts { source, at: 0 }.filter_map(move |(at, part)| {
        let (offset, what) = what(part)?;
        let (line, column) = lines.place(at + offset);
        Some(Misreading { line, column, what })
    })
}

/// What is wrong with a comment, a string, or a single character, and where in it.
fn what(part: &str) -> Option<(usize, &'static str)> {
    let nul = || part.find('\0').map(|at| (at, NUL));
    match part.as_bytes() {
        [b'#', ..] => Some((0, HASH)),
        [b'"' | b'\'', ..] => escape(part).map(|at| (at, ESCAPE)).or_else(nul),
        _ => nul(),
    }
}

/// Where `\X` stands in a string, the second backslash of `\\` not counted.
fn escape(string: &str) -> Option<usize> {
    let mut characters = string.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && characters.next().is_some_and(|(_, escaped)| escaped == 'X') {
            return Some(at);
        }
    }
    None
}

/// Comments, strings, and whatever else may be misread, each with where it begins.
struct Parts<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Iterator for Parts<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let begin = self.at + self.source[self.at..].find(['/', '"', '\'', '#', '\0'])?;
        let rest = &self.source[begin..];
        // For protox a `#` begins a comment, so that no quote that comes after it begins a string.
        let end_of_line = || rest.starts_with('#').then(|| rest.find('\n').unwrap_or(rest.len()));
        let length = opaque(rest).or_else(end_of_line).unwrap_or(1).min(rest.len());
        self.at = begin + length;
        Some((begin, &rest[..length]))
    }
}

/// Finds the places of offsets that do not go back.
struct Lines<'a> {
    source: &'a str,
    start: usize,
    line: u32,
}

impl Lines<'_> {
    fn place(&mut self, offset: usize) -> (u32, u32) {
        while let Some(end) = self.source[self.start..offset].find('\n') {
            self.start += end + 1;
            self.line += 1;
        }
        (self.line, u32::try_from(offset - self.start + 1).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, column, and what is wrong there.
    type Found = (u32, u32, &'static str);

    #[test]
    fn what_protoc_reads_otherwise_is_found_where_it_stands() {
        let cases: [(&str, &[Found]); 10] = [
            ("{ all_of: \"a\" # and\n all_of: \"b\" }", &[(1, 15, HASH)]),
            ("# it's\n\"#\" /* # */ // #\n#\n'#'", &[(1, 1, HASH), (3, 1, HASH)]),
            ("'\\'#' \"\\\\\"#", &[(1, 11, HASH)]),
            ("/* \" */ # /* ' */\n\"# //\"", &[(1, 9, HASH)]),
            ("// a\0b\n/*\0*/\n\0", &[(1, 5, NUL), (2, 3, NUL), (3, 1, NUL)]),
            ("'a\\X61' // \\X\n \"\\\\X61\" '\\x61'", &[(1, 3, ESCAPE)]),
            ("é # é\n'é' #", &[(1, 4, HASH), (2, 6, HASH)]),
            ("a / b // '\n/**/#", &[(2, 5, HASH)]),
            ("/*/ # */ '\"#\"' \"'#'\"", &[]),
            ("", &[]),
        ];
        for (source, expected) in cases {
            let found: Vec<_> =
                misreadings(source).map(|found| (found.line, found.column, found.what)).collect();
            assert_eq!(found, expected, "{source:?}");
        }
    }
}
