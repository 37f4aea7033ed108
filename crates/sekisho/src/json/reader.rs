//! A pull reader of JSON text (RFC 8259). It allocates nothing for values that are skipped.
//!
//! It judges the form of everything on its way, values that are skipped included: the grammar, control characters
//! in strings, and the depth. What a string or a number means is found out only where it is read: half of a
//! surrogate pair, or a number that no `f64` can hold, is a fault of whoever asks for it and not of the document.

#![allow(clippy::missing_errors_doc, reason = "all fail alike, as is told at `Reader::new`")]

use std::str;

use super::raw_text::{RawText, plain};

/// How deeply arrays and objects may be nested. Documents of issuers have three levels, or four.
pub const MAX_DEPTH: u8 = 32;

/// Why a text is not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not one JSON value of the kind that was expected.
    #[error("it is no JSON object")]
    Syntax,
    /// Arrays and objects are nested more deeply than [`MAX_DEPTH`].
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

type Read<T> = Result<T, Malformed>;

/// What the next value is, by its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    Text,
    /// `-` or a digit.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// A place in a text, before a value or after one. After an error it is nowhere in particular.
///
/// ```
/// use sekisho::json::{Malformed, Reader};
///
/// let mut found = Vec::new();
/// let mut reader = Reader::new(br#"{"keys": [1, 2], "others": [[3]]}"#)?;
/// reader.object(|reader, name| {
///     if !name.is("keys") {
///         return reader.skip();
///     }
///     reader.array(|reader| {
///         found.push(reader.number()?);
///         Ok(())
///     })
/// })?;
/// reader.end()?;
/// assert_eq!(found, ["1", "2"]);
/// assert_eq!(Reader::new(b"[1,]")?.skip(), Err(Malformed::Syntax));
/// # Ok::<(), Malformed>(())
/// ```
#[derive(Debug)]
pub struct Reader<'j> {
    text: &'j str,
    at: usize,
    depth: u8,
}

impl<'j> Reader<'j> {
    /// At the start of a text, which is UTF-8 without a byte order mark (RFC 8259 §8.1).
    ///
    /// # Errors
    /// [`Malformed::Syntax`] where it is no UTF-8. The other functions fail in the same way where what comes next is
    /// not what they read.
    pub fn new(json: &'j [u8]) -> Read<Self> {
        let text = str::from_utf8(json).map_err(|_| Malformed::Syntax)?;
        Ok(Self { text, at: 0, depth: 0 })
    }

    /// What comes next.
    pub fn kind(&mut self) -> Read<Kind> {
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f' | b'n') => Ok(Kind::Literal),
            _ => Err(Malformed::Syntax),
        }
    }

    /// Reads an object. `member` is called with each name, and has to read or skip the value.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self, RawText<'j>) -> Read<()>) -> Read<()> {
        self.nested(b'{', b'}', |reader| {
            let name = reader.text()?;
            reader.expect(b':')?;
            member(reader, name)
        })
    }

    /// Reads an array. `element` is called before each element, and has to read or skip it.
    pub fn array(&mut self, element: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.nested(b'[', b']', element)
    }

    /// Reads a string.
    pub fn text(&mut self) -> Read<RawText<'j>> {
        self.expect(b'"')?;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            // What means only itself is passed over in one go: most of a token is that.
            self.at += plain(&self.text.as_bytes()[self.at..]);
            match self.next()? {
                b'"' => return Ok(RawText::new(&self.text[start..self.at - 1], has_escapes)),
                b'\\' => self.escape()?,
                _ => return Err(Malformed::Syntax),
            }
            has_escapes = true;
        }
    }

    /// Reads a number, as it is written.
    pub fn number(&mut self) -> Read<&'j str> {
        self.peek();
        let start = self.at;
        self.accept(|byte| byte == b'-');
        // No zeros in front.
        if !self.accept(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.accept(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.accept(|byte| matches!(byte, b'e' | b'E')) {
            self.accept(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    /// Reads `true`, `false` or `null`.
    pub fn literal(&mut self) -> Read<&'static str> {
        self.peek();
        // After an error, it may be in the midst of a character.
        let rest = self.text.get(self.at..).ok_or(Malformed::Syntax)?;
        let found = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word));
        let word = found.ok_or(Malformed::Syntax)?;
        self.at += word.len();
        Ok(word)
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Read<()> {
        match self.kind()? {
            // As deep as the limit allows, and so is the recursion.
            Kind::Object => self.object(|reader, _| reader.skip()),
            Kind::Array => self.array(Self::skip),
            Kind::Text => self.text().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::Literal => self.literal().map(drop),
        }
    }

    /// Nothing comes after the value.
    pub fn end(mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(Malformed::Syntax) }
    }

    fn nested(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.expect(open)?;
        if self.depth == MAX_DEPTH {
            return Err(Malformed::TooDeep);
        }
        self.depth += 1;
        if self.peek() != Some(close) {
            item(self)?;
            while self.peek() == Some(b',') {
                self.at += 1;
                item(self)?;
            }
        }
        self.depth -= 1;
        self.expect(close)
    }

    /// After a backslash (RFC 8259 §7).
    fn escape(&mut self) -> Read<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => (0..4).try_for_each(|_| match self.next()? {
                b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => Ok(()),
                _ => Err(Malformed::Syntax),
            }),
            _ => Err(Malformed::Syntax),
        }
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while self.accept(|byte| byte.is_ascii_digit()) {}
        if self.at > start { Ok(()) } else { Err(Malformed::Syntax) }
    }

    /// The next byte, whatever it is.
    fn next(&mut self) -> Read<u8> {
        let byte = self.text.as_bytes().get(self.at).ok_or(Malformed::Syntax)?;
        self.at += 1;
        Ok(*byte)
    }

    /// The next byte after white space, which stays.
    fn peek(&mut self) -> Option<u8> {
        while self.accept(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {}
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Read<()> {
        if self.peek() != Some(byte) {
            return Err(Malformed::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn accept(&mut self, fits: impl FnOnce(u8) -> bool) -> bool {
        let is_accepted = self.text.as_bytes().get(self.at).is_some_and(|byte| fits(*byte));
        self.at += usize::from(is_accepted);
        is_accepted
    }
}
