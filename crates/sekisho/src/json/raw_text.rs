//! What a string of JSON says (RFC 8259 §7).

use std::borrow::Cow;
use std::str::Chars;

/// What stands between the quotes of a string: its escapes are in order, and not yet resolved.
#[derive(Debug, Clone, Copy)]
pub struct RawText<'j> {
    between_quotes: &'j str,
    has_escapes: bool,
}

impl<'j> RawText<'j> {
    /// Of a string whose escapes are in order, if it has any.
    pub(super) fn new(between_quotes: &'j str, has_escapes: bool) -> Self {
        Self { between_quotes, has_escapes }
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
        (!self.has_escapes).then_some(self.between_quotes)
    }

    /// Whether it says `text`, however it is written. Allocates nothing.
    pub fn is(self, text: &str) -> bool {
        self.characters().eq(text.chars().map(Some))
    }

    /// Its characters; nothing in the place of half a surrogate pair.
    fn characters(self) -> impl Iterator<Item = Option<char>> {
        let mut rest = self.between_quotes.chars();
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

/// How many bytes of a string come before the first that means something else than itself: `"`, a backslash, or a control
/// character, which may not be there.
pub(super) fn plain(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let marks = not_plain(u64::from_le_bytes(*word));
        if marks != 0 {
            return index * size_of::<u64>() + marks.trailing_zeros() as usize / 8;
        }
    }
    let in_rest = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    bytes.len() - rest.len() + in_rest
}

/// The highest bit of the first of eight bytes that is not plain, and maybe some bits above it.
///
/// A byte without its highest bit is less than `n` where the highest bit is set once `n` is taken off it. What is borrowed for
/// that from the bytes above spoils those alone.
const fn not_plain(word: u64) -> u64 {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = EACH << 7;
    let quote = word ^ (EACH * b'"' as u64);
    let backslash = word ^ (EACH * b'\\' as u64);
    let control = word.wrapping_sub(EACH * 0x20) & !word;
    let is_zero = (quote.wrapping_sub(EACH) & !quote) | (backslash.wrapping_sub(EACH) & !backslash);
    (control | is_zero) & HIGHEST
}
