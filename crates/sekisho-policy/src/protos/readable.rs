//! Sources that protoc reads and protox 0.10 does not, as protox reads them.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use protox::Error;
use protox::file::File;

use super::depth;

/// Large enough for every proto; what has no end is no proto.
const LARGEST: u64 = 64 << 20;

/// Longer than anybody writes all the ranges of an `extensions` statement, in bytes.
const LONGEST_RANGES: usize = 4096;

/// A file, read and parsed.
pub(super) fn open(name: &str, path: &Path) -> Result<File, Error> {
    let source = read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::file_not_found(name),
        _ => Error::new(format!("{}: {error}", path.display())),
    })?;
    parse(name, &source)
}

/// A file's text.
fn read(path: &Path) -> io::Result<String> {
    let mut source = String::new();
    let length = fs::File::open(path)?.take(LARGEST + 1).read_to_string(&mut source)?;
    if length as u64 > LARGEST {
        let limit = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
    }
    Ok(source)
}

/// A source, in other words where protox cannot read its own.
pub(super) fn parse(name: &str, source: &str) -> Result<File, Error> {
    depth::check(name, source)?;
    File::from_source(name, source)
        .or_else(|error| readable(source).map_or(Err(error), |readable| File::from_source(name, &readable)))
}

/// The same source in other words, or nothing where there is nothing to put otherwise.
fn readable(source: &str) -> Option<String> {
    let without_mark = source.strip_prefix('\u{feff}').unwrap_or(source);
    let readable = with_full_ranges(without_mark);
    (readable != source).then_some(readable)
}

/// `extensions 4 [OPTIONS];` as `extensions 4 to 4 [OPTIONS];`: protox reads options after the long form alone. Newer
/// copies of Google's `descriptor.proto` have the short one. Places in the source move only behind it on its line.
fn with_full_ranges(source: &str) -> String {
    let mut full = String::with_capacity(source.len());
    let mut rest = source;
    // It is looked for once a statement, and not once a word: a file may have nothing but this word.
    let mut end_of_ranges = 0;
    while let Some(first) = rest.chars().next() {
        let length = opaque(rest).or_else(|| word(rest)).unwrap_or(first.len_utf8());
        let (token, after) = rest.split_at(length);
        full.push_str(token);
        rest = after;
        if token != "extensions" {
            continue;
        }
        let at = source.len() - after.len();
        if end_of_ranges < at {
            end_of_ranges =
                after.find(['[', ';', '{', '}', '/', '"', '\'']).map_or(source.len(), |end| at + end);
        }
        if let Some((ranges, number)) = short_range(after.split_at(end_of_ranges - at)) {
            full.extend([ranges, "to ", number, " "]);
            rest = &after[ranges.len()..];
        }
    }
    full
}

/// What stands before the `[` of an `extensions` statement, and its last number, if that is no range.
fn short_range<'s>((ranges, after): (&'s str, &str)) -> Option<(&'s str, &'s str)> {
    if !after.starts_with('[') || ranges.len() > LONGEST_RANGES {
        return None;
    }
    let last = ranges.rsplit(',').next()?.trim();
    let is_number =
        last.starts_with(|c: char| c.is_ascii_digit()) && last.chars().all(|c| c.is_ascii_alphanumeric());
    is_number.then_some((ranges, last))
}

/// The length of a comment or of a string, in which no word has a meaning.
pub(super) fn opaque(text: &str) -> Option<usize> {
    let to = |end: Option<usize>, length: usize| Some(end.map_or(text.len(), |end| end + length));
    match text.as_bytes() {
        [b'/', b'/', ..] => to(text.find('\n'), 0),
        [b'/', b'*', ..] => to(text[2..].find("*/"), 4),
        [quote @ (b'"' | b'\''), ..] => {
            let mut escaped = false;
            let ends = |c: char| {
                let ends = !escaped && (c == char::from(*quote) || c == '\n');
                escaped = !escaped && c == '\\';
                ends
            };
            to(text[1..].find(ends), 2)
        }
        _ => None,
    }
}

fn word(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ranges_with_options_are_written_out() {
        for (source, expected) in [
            ("message M { extensions 4 [a = 1]; }", "message M { extensions 4 to 4 [a = 1]; }"),
            ("{ extensions 1 to 2, 0x4[a = \"];\"];", "{ extensions 1 to 2, 0x4to 0x4 [a = \"];\"];"),
            (
                "; // extensions 1 [\n /* ; */ extensions\n5\n[a = 1];",
                "; // extensions 1 [\n /* ; */ extensions\n5\nto 5 [a = 1];",
            ),
            ("\u{feff}message 関 {} ", "message 関 {} "),
        ] {
            assert_eq!(readable(source).as_deref(), Some(expected));
        }
    }

    /// Each of them was followed to the end of the file.
    #[test]
    fn a_file_of_nothing_but_ranges_is_read_once() {
        for ranges in ["extensions ", "extensions 4 "] {
            for end in ["", ";"] {
                let source = format!("{}{end}", ranges.repeat(200_000));
                assert!(readable(&source).is_none(), "{ranges}{end}");
            }
        }
        let many = format!("extensions {}9[a = 1];", "4, ".repeat(1_000));
        assert_eq!(readable(&many), Some(many.replace("9[", "9to 9 [")));
    }

    #[test]
    fn all_else_is_left_as_it_is() {
        for source in [
            "message M { extensions 4; extensions 4 to 5 [a = 1]; extensions 4 to max [a = 1]; }",
            "message M { optional int32 extensions = 4 [deprecated = true]; }",
            "message M { extensions extensions = 4 [deprecated = true]; }",
            "// ; extensions 4 [a = 1];",
            "/* ; extensions 4 [a = 1]; */",
            "option a = \"; extensions 4 [a = 1];\";",
            "option a = '\\'; extensions 4 [a = 1];';",
            "option a = \"not closed",
            "/* not closed",
            "/*/",
            "extensions",
            "extensions 4 /* [ */ ;",
            "",
        ] {
            assert_eq!(readable(source), None, "{source}");
        }
    }
}
