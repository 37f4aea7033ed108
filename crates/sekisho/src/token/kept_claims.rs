//! Claims that are kept for handlers, within bounds.

use std::borrow::Cow;
use std::sync::Arc;

use super::claims::allocated;
use super::{ClaimPath, ClaimTexts, ClaimValue, logged_claims};
use crate::json::{Array, Members, Value};

/// How long a text may be, in bytes. Names, addresses of mail and URLs are shorter.
const LONGEST_TEXT: usize = 1024;
/// How many texts a list may have. Who has more roles is told of too many.
const MOST_TEXTS: usize = 64;
/// How long the texts of a list may be together, in bytes.
const LONGEST_LIST: usize = 2 * 1024;
/// How long all texts of a token may be together, in bytes: half of the longest token, unless that is set.
const LONGEST_TOGETHER: usize = 4 * 1024;

/// A claim that is kept of each token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeptPath {
    path: ClaimPath,
    /// As it was configured.
    text: Box<str>,
    is_logged: bool,
}

impl KeptPath {
    pub(super) fn new(path: ClaimPath, is_logged: bool) -> Self {
        Self { text: path.to_string().into(), path, is_logged }
    }

    pub(super) fn path(&self) -> &ClaimPath {
        &self.path
    }

    pub(super) fn log(&mut self) {
        self.is_logged = true;
    }
}

/// What one token says in the claims that are kept. The texts are in one allocation, for those of many tokens are
/// remembered.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct KeptClaims {
    paths: Arc<[KeptPath]>,
    /// One for each path.
    values: Box<[Kept]>,
    /// Where in the texts each of the lists' stands: those of one list side by side.
    lists: Box<[Span]>,
    texts: Box<str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Missing,
    Text(Span),
    /// Of the lists.
    Texts(Span),
    Boolean(bool),
    Integer(i64),
    Number(f64),
    TooLarge,
    Other,
}

/// JSON has no number that differs from itself.
impl Eq for Kept {}

impl KeptClaims {
    /// A payload without faults.
    pub(super) fn of(payload: &Members<'_>, paths: &Arc<[KeptPath]>) -> Self {
        let mut room = Room::default();
        let values = paths.iter().map(|kept| match payload.reach(kept.path.names()) {
            Ok(None) => Kept::Missing,
            Ok(Some(value)) => room.keep(value),
            Err(_) => Kept::Other,
        });
        let values = values.collect();
        Self { paths: Arc::clone(paths), values, lists: room.lists.into(), texts: room.texts.into() }
    }

    pub(super) fn get(&self, path: &str) -> ClaimValue<'_> {
        match self.paths.iter().position(|kept| *kept.text == *path) {
            Some(index) => self.value(self.values[index]),
            None => ClaimValue::NotKept,
        }
    }

    /// Those that are to be logged, as one text.
    pub(super) fn logged(&self) -> Option<String> {
        let all = self.paths.iter().zip(&self.values).filter(|(path, _)| path.is_logged);
        logged_claims::line(all.map(|(path, kept)| (&*path.text, self.value(*kept))))
    }

    fn value(&self, kept: Kept) -> ClaimValue<'_> {
        match kept {
            Kept::Missing => ClaimValue::Missing,
            Kept::Text(span) => ClaimValue::Text(span.of(&self.texts)),
            Kept::Texts(span) => {
                ClaimValue::Texts(ClaimTexts { all: &self.texts, spans: &self.lists[span.range()] })
            }
            Kept::Boolean(value) => ClaimValue::Boolean(value),
            Kept::Integer(number) => ClaimValue::Integer(number),
            Kept::Number(number) => ClaimValue::Number(number),
            Kept::TooLarge => ClaimValue::TooLarge,
            Kept::Other => ClaimValue::Other,
        }
    }

    /// About how much memory they take, this struct included, in bytes. The paths are the verifier's.
    pub(super) fn heap_size(&self) -> usize {
        let blocks = [size_of_val(&*self.values), size_of_val(&*self.lists), self.texts.len()];
        allocated(size_of::<Self>()) + blocks.into_iter().map(allocated).sum::<usize>()
    }
}

/// From where to where something stands. None ends after the longest that all texts are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u16,
    end: u16,
}

impl Span {
    /// None where there is no number for it.
    fn new(start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?;
        Some(Self { start: start.try_into().ok()?, end: end.try_into().ok()? })
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start.into()..self.end.into()
    }

    pub(super) fn of(self, all: &str) -> &str {
        // It was made where a text was put there.
        all.get(self.range()).unwrap_or_default()
    }
}

/// Where the texts of a token's claims go, as long as there is room.
#[derive(Default)]
struct Room {
    lists: Vec<Span>,
    texts: String,
}

impl Room {
    fn keep(&mut self, value: &Value<'_>) -> Kept {
        match value {
            Value::Text(text) => self.text(text).map_or(Kept::TooLarge, Kept::Text),
            Value::Array(array) => self.array(array),
            Value::Boolean(value) => Kept::Boolean(*value),
            Value::Number(number) => numeric(number),
            Value::Null | Value::Object(_) | Value::Unreadable => Kept::Other,
        }
    }

    fn array(&mut self, array: &Array<'_>) -> Kept {
        match array.only_texts() {
            Some(texts) => self.list(texts).map_or(Kept::TooLarge, Kept::Texts),
            None => Kept::Other,
        }
    }

    fn text(&mut self, text: &str) -> Option<Span> {
        if text.len() > LONGEST_TEXT || !self.has_room_for(text.len()) {
            return None;
        }
        self.put(text)
    }

    fn list(&mut self, texts: &[Cow<'_, str>]) -> Option<Span> {
        let length = texts.iter().map(|text| text.len()).sum();
        if texts.len() > MOST_TEXTS || length > LONGEST_LIST || !self.has_room_for(length) {
            return None;
        }
        let span = Span::new(self.lists.len(), texts.len())?;
        for text in texts {
            let text = self.put(text)?;
            self.lists.push(text);
        }
        Some(span)
    }

    fn has_room_for(&self, length: usize) -> bool {
        self.texts.len() + length <= LONGEST_TOGETHER
    }

    fn put(&mut self, text: &str) -> Option<Span> {
        let span = Span::new(self.texts.len(), text.len())?;
        self.texts.push_str(text);
        Some(span)
    }
}

/// An integer is exact or not kept: rounded, two that differ could be the same.
fn numeric(number: &str) -> Kept {
    let is_integer = number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    if is_integer {
        return number.parse().map_or(Kept::TooLarge, Kept::Integer);
    }
    number.parse().map_or(Kept::Other, Kept::Number)
}
