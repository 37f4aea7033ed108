//! Why protos do not compile.

use std::error::Error as _;
use std::fmt;
use std::path::Path;

use crate::Position;

/// The way out where the compiler is at fault and not the file, or where the imports are elsewhere.
const DESCRIPTOR_SET: &str = "if buf or protoc compiles these files, let it write a descriptor set (`buf build -o \
                              api.binpb`), and read that (`--descriptors api.binpb`)";

/// What is wrong with protos, all that is known of it. Its `Debug` is its `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct ProtoError {
    pub(super) faults: Vec<ProtoFault>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtoFault {
    position: Option<Position>,
    text: String,
}

impl ProtoError {
    /// What is wrong; at least one thing.
    pub fn faults(&self) -> &[ProtoFault] {
        &self.faults
    }
}

impl ProtoFault {
    pub(super) fn of_text(text: String) -> Self {
        Self { position: None, text }
    }

    /// What is wrong with a file or folder as a whole.
    pub(super) fn of_path(path: &Path, what: impl fmt::Display) -> Self {
        Self { position: None, text: format!("{}: {what}", path.display()) }
    }

    /// What is wrong at a place.
    pub(super) fn at(position: Position, what: impl fmt::Display) -> Self {
        Self { text: format!("{position}: {what}"), position: Some(position) }
    }

    /// What the compiler says, which names a file as imports do, with the file as it was opened.
    pub(super) fn of_compiler(error: &protox::Error, opened: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(ours) = error.source().and_then(|source| source.downcast_ref::<AtPlace>()) {
            return ours.fault(opened);
        }
        let Some(name) = error.file() else { return Self::of_text(error.to_string()) };
        // Its `Debug` is the one that has the place.
        let text = format!("{error:?}");
        let Some(place) = text.strip_prefix(name).filter(|place| place.starts_with(':')) else {
            return Self::of_text(text);
        };
        let file = opened(name).unwrap_or_else(|| name.to_owned());
        Self { text: format!("{file}{place}"), position: position(file, place) }
    }

    /// The place in the file as it was opened, where the compiler tells it.
    pub fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// What the compiler says, after file, line and column where they are known.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What to do instead, where the compiler does not say it: it names neither the field of a mistaken option nor the import,
    /// and knows no edition.
    pub fn remedy(&self) -> Option<&'static str> {
        if self.text.contains("'sekisho.v1.AccessRule'") {
            Some(
                "A rule is one of `{ public: true }`, `{ authenticated: true }`, `{ optional: true }`, \
                 `{ all_of: \"SCOPE\" }`, and `{ any_of: [{ all_of: \"SCOPE\" }, { all_of: \"SCOPE\" }] }`. Beside it \
                 may stand `mode: ENFORCE` or `mode: REPORT_ONLY`, and `stream_end: AT_EXPIRY` or `stream_end: NEVER`.",
            )
        } else if self.text.contains("'sekisho.v1.") && self.text.contains("not defined") {
            Some(
                "The options are `sekisho.v1.access` of a method and `sekisho.v1.default_access` of a service; write \
                 `import \"sekisho/v1/access.proto\";`.",
            )
        } else if self.text.contains("but 'sekisho.v1.access' extends 'google.protobuf.MethodOptions'") {
            Some("It is for a method; for all methods of a service write `sekisho.v1.default_access`.")
        } else if self
            .text
            .contains("but 'sekisho.v1.default_access' extends 'google.protobuf.ServiceOptions'")
        {
            Some("It is for a service; at a method write `sekisho.v1.access`.")
        } else if self.text.contains("is not in any include path") {
            Some("There is no such file, or it is below no folder that imports begin at.")
        } else if self.text.contains("but found 'edition'") {
            Some(
                "Files of an edition are read from a descriptor set that buf or protoc has written, such as by \
                 `buf build -o api.binpb`.",
            )
        } else {
            None
        }
    }
}

/// What is found at a place before the compiler sees the source. It comes back in what the compiler says.
#[derive(Debug, thiserror::Error)]
#[error("{name}:{line}:{column}: {what}")]
pub(super) struct AtPlace {
    /// As imports name the file.
    name: String,
    /// Counted from 1, the column in bytes, as the compiler counts.
    line: u32,
    column: u32,
    what: &'static str,
}

/// A [`protox::Error`] tells no more of an error of ours than its source.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carrier(#[source] AtPlace);

impl AtPlace {
    pub(super) fn new(name: &str, source: &str, offset: usize, what: &'static str) -> Self {
        let before = &source[..offset];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let line = number(before.matches('\n').count() + 1);
        Self { name: name.to_owned(), line, column: number(offset - start + 1), what }
    }

    fn fault(&self, opened: impl Fn(&str) -> Option<String>) -> ProtoFault {
        let file = opened(&self.name).unwrap_or_else(|| self.name.clone());
        ProtoFault::at(Position { file, line: self.line, column: self.column }, self.what)
    }
}

impl From<AtPlace> for protox::Error {
    fn from(place: AtPlace) -> Self {
        Self::new(Carrier(place))
    }
}

/// Of `:LINE:COLUMN: what is wrong`.
fn position(file: String, place: &str) -> Option<Position> {
    let mut numbers = place.strip_prefix(':')?.splitn(3, ':');
    let (line, column) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some(Position { file, line, column })
}

impl From<ProtoFault> for ProtoError {
    fn from(fault: ProtoFault) -> Self {
        Self { faults: vec![fault] }
    }
}

/// A line, and what to write instead where that is known.
impl fmt::Display for ProtoFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        self.remedy().map_or(Ok(()), |remedy| write!(f, ". {remedy}"))
    }
}

/// A line each; at the last the way out.
impl fmt::Display for ProtoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            let line_end = if index + 1 < self.faults.len() { "\n" } else { "; " };
            write!(f, "{fault}{line_end}")?;
        }
        f.write_str(DESCRIPTOR_SET)
    }
}

impl fmt::Debug for ProtoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ProtoError {}
