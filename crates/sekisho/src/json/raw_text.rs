//! What a string of JSON says (RFC 8259 §7).

use std::borrow::Cow;
use std::str::Chars;

/// What stands between the quotes of a string: its escapes are in order, and not yet resolved.
#[derive(Debug, Clone, Copy)]
pub struct RawText<'j>(&'j str);

impl<'j> RawText<'j> {
    /// Of a string whose escapes are in order.
    pub(super) fn new(between_quotes: &'j str) -> Self {
        Self(between_quotes)
    }

    /// What it says; nothing where it has half of a surrogate pair, which is no character.
    pub fn decode(self) -> Option<Cow<'j, str>> {
        match self.as_written() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.characters().collect::<Option<String>>().map(Cow::Owned),
        }
    }

    /// What it says, where it is written without an escape.
    pub fn as_written(self) -> Option<&'j str> {
        (!self.0.contains('\\')).then_some(self.0)
    }

    /// Whether it says `text`, however it is written. Allocates nothing.
    pub fn is(self, text: &str) -> bool {
        self.characters().eq(text.chars().map(Some))
    }

    /// Its characters; nothing in the place of half a surrogate pair.
    fn characters(self) -> impl Iterator<Item = Option<char>> {
        let mut rest = self.0.chars();
        std::iter::from_fn(move || match rest.next()? {
            '\\' => Some(escaped(&mut rest)),
            plain => Some(Some(plain)),
        })
    }
}

/// The character after a backslash.
fn escaped(rest: &mut Chars<'_>) -> Option<char> {
    match rest.next()? {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => code_point(rest),
        quoted => Some(quoted),
    }
}

/// A character of one UTF-16 code unit, or of two that belong together (RFC 8259 §7).
fn code_point(rest: &mut Chars<'_>) -> Option<char> {
    let first = code_unit(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    let mut ahead = rest.clone();
    if (ahead.next(), ahead.next()) != (Some('\\'), Some('u')) {
        return None;
    }
    let second = code_unit(&mut ahead).filter(|second| (0xdc00..0xe000).contains(second))?;
    *rest = ahead;
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
}

fn code_unit(rest: &mut Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit << 4 | rest.next()?.to_digit(16)?))
}
