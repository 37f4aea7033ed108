//! Why protos do not compile.

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
        // Its `Debug` is the one that has the place.
        let text = format!("{error:?}");
        let Some(name) = error.file() else { return Self::of_text(text) };
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
