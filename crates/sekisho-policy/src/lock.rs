//! `access.lock`: the whole policy as a text to review, one line a method; and what changes between two of them.
//!
//! ```
//! use sekisho_policy::lock::{Lock, changes, judge};
//! use sekisho_policy::ack::Acknowledgements;
//!
//! let before: Lock = r#"# sekisho access.lock, version 1
//! orders.v1.Orders/Get (orders.v1.GetRequest) returns (orders.v1.Order) { all_of: ["orders:read"] }
//! orders.v1.Orders/Put (orders.v1.Order) returns (orders.v1.Order) { all_of: ["orders:write"] }
//! "#.parse()?;
//! let after: Lock = r#"# sekisho access.lock, version 1
//! orders.v1.Orders/Get (orders.v1.GetRequest) returns (orders.v1.Order) { authenticated: true }
//! orders.v1.Orders/Put (orders.v1.Order) returns (orders.v1.Order) { all_of: ["admin", "orders:write"] }
//! "#.parse()?;
//!
//! let changes = changes(&before, &after);
//! let told: Vec<String> = changes.iter().flat_map(|change| change.witnesses()).collect();
//! assert_eq!(told, [
//!     "a token without scopes can now call `orders.v1.Orders/Get`",
//!     "a token with only `orders:write` no longer can call `orders.v1.Orders/Put`",
//! ]);
//!
//! // The first lets in somebody new, and nobody has acknowledged it. The second passes.
//! let nobody = Acknowledgements::default();
//! let judgement = judge(&changes, &nobody);
//! assert_eq!(judgement.failing().len(), 1);
//! assert_eq!(judgement.failing()[0].verdict().as_str(), "looser");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The format is that of the line above, sorted by name, with the rules in their canonical form
//! ([`DeclaredRule::canonical`](crate::DeclaredRule::canonical)). It is read by meaning: other orders, other spaces and
//! rules that are written otherwise are read as well, and compared as what they admit.

mod change;
mod entry;
mod fault;
mod fingerprint;
mod judgement;
mod others;
mod rename;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

pub use change::{Change, changes};
pub use entry::Entry;
pub(crate) use entry::is_method_name;
pub use fault::{LockError, LockFault};
pub use fingerprint::Fingerprint;
pub use judgement::{Judgement, judge};

use crate::line_faults::LineFaults;
use crate::lines::{is_conflict_marker, lines};
use crate::{Method, Policy, Survey};
use others::Others;

/// What a lock begins with, up to the number of its version.
const HEADER: &str = "# sekisho access.lock, version ";

/// The version of the format that is written, and read.
const VERSION: &str = "1";

/// All methods of a policy, each once, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: Vec<Entry>,
    others: Others,
}

impl Lock {
    /// How many bytes are read at most: 64 MiB, which hold some hundred thousand methods.
    pub const MAX_SIZE: usize = 64 << 20;

    /// The lock of a policy.
    pub fn of(policy: &Policy) -> Self {
        Self::of_methods(policy.methods().map(AsRef::as_ref))
    }

    /// The lock of these methods. Of two with one name the first is taken.
    pub fn of_methods<'a>(methods: impl IntoIterator<Item = &'a Method>) -> Self {
        let mut entries: Vec<Entry> = methods.into_iter().map(Entry::of).collect();
        entries.sort_by(|one, other| one.name().cmp(other.name()));
        entries.dedup_by(|second, first| second.name() == first.name());
        Self { entries, others: Others::default() }
    }

    /// Whether bytes begin as a lock does, of whatever version: to tell one from a descriptor set, and from a file that is
    /// not to be written over. Before its header a lock has at most the marks of a merge conflict.
    pub fn is_one(bytes: &[u8]) -> bool {
        const FIRST: usize = 1024;
        let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(FIRST)]);
        let mut lines = lines(&beginning).map(|(_, line)| line);
        lines.find(|line| !is_conflict_marker(line)).is_some_and(|line| line.starts_with(HEADER))
    }

    /// Reads a lock.
    ///
    /// # Errors
    /// [`LockError`] with the faults, of many the first hundred: a line that is none, a method twice, the marks of a merge conflict; a later version
    /// of the format, an empty file.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        if text.len() > Self::MAX_SIZE {
            return Err(LockError::one(1, LockFault::TooLarge));
        }
        let mut lines = lines(text);
        let (number, header) = lines.next().ok_or_else(|| LockError::one(1, LockFault::Empty))?;
        let mut reading = Reading::default();
        if is_conflict_marker(header) {
            reading.fault(number, LockFault::Conflict);
        } else {
            check_header(header).map_err(|fault| LockError::one(number, fault))?;
        }
        lines.for_each(|(number, line)| reading.line(number, line));
        reading.finish()
    }

    /// Only the methods that are to be kept, such as those of some services. Of the others it is known which messages they
    /// have, so that [`changes`] takes no other method for a renamed one than it would for the whole.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Entry) -> bool) -> Self {
        for left_out in self.entries.extract_if(.., |entry| !keep(entry)) {
            self.others.add(left_out.request(), left_out.response());
        }
        self
    }

    /// As [`only`](Self::only) does it, for the lock of a policy that was narrowed to some services already: what else there
    /// is, of whatever rule, is told by the survey of the whole. Where there is none, or it has faults, there may be any other
    /// method.
    #[must_use]
    pub fn part_of(mut self, whole: Option<&Survey>) -> Self {
        let Some(whole) = whole.filter(|whole| whole.faults().is_empty()) else {
            return Self { others: Others::Unknown, ..self };
        };
        let declared =
            whole.methods().iter().map(|method| (method.path(), method.request(), method.response()));
        let undeclared =
            whole.undeclared().iter().map(|method| (method.path(), method.request(), method.response()));
        let mut others = Others::default();
        for (path, request, response) in declared.chain(undeclared) {
            if self.entry(path.trim_start_matches('/')).is_none() {
                others.add(request, response);
            }
        }
        self.others = others;
        self
    }

    /// The methods, by name.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The method of this name: `package.Service/Method`.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let found = self.entries.binary_search_by(|entry| entry.name().cmp(name));
        found.ok().map(|index| &self.entries[index])
    }
}

fn check_header(line: &str) -> Result<(), LockFault> {
    let rest = line.strip_prefix(HEADER).ok_or(LockFault::NoHeader)?;
    // A method that was glued to it by other line ends would not be seen.
    if rest.contains(['\r', '{']) {
        return Err(LockFault::NoHeader);
    }
    let version: String = rest.chars().take_while(|c| !c.is_whitespace()).take(20).collect();
    match version.strip_suffix('.').unwrap_or(&version) {
        VERSION => Ok(()),
        version
            if version.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
                && !version.is_empty() =>
        {
            Err(LockFault::Version { version: version.to_owned() })
        }
        _ => Err(LockFault::NoHeader),
    }
}

/// What has been read.
#[derive(Default)]
struct Reading {
    entries: Vec<(usize, Entry)>,
    faults: LineFaults<LockFault>,
    has_conflict: bool,
}

impl Reading {
    fn line(&mut self, number: usize, line: &str) {
        if is_conflict_marker(line) {
            self.fault(number, LockFault::Conflict);
        } else if !line.starts_with('#') {
            match Entry::parse(line) {
                Ok(entry) => self.entries.push((number, entry)),
                Err(fault) => self.fault(number, fault),
            }
        }
    }

    fn fault(&mut self, line: usize, kind: LockFault) {
        self.has_conflict |= kind == LockFault::Conflict;
        self.faults.push(line, kind);
    }

    fn finish(mut self) -> Result<Lock, LockError> {
        // Both sides of a conflict have the method that they differ in.
        if !self.has_conflict {
            self.find_repeated();
        }
        if !self.faults.is_empty() {
            self.faults.sort();
            return Err(LockError { faults: self.faults });
        }
        let mut entries: Vec<Entry> = self.entries.into_iter().map(|(_, entry)| entry).collect();
        entries.sort_by(|one, other| one.name().cmp(other.name()));
        Ok(Lock { entries, others: Others::default() })
    }

    fn find_repeated(&mut self) {
        let mut first = HashMap::with_capacity(self.entries.len());
        for (line, entry) in &self.entries {
            let first = *first.entry(entry.name()).or_insert(*line);
            if first != *line {
                let kind = LockFault::Repeated { method: entry.name().to_owned(), first };
                self.faults.push(*line, kind);
            }
        }
    }
}

impl FromStr for Lock {
    type Err = LockError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The file.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}{VERSION}. Written by `sekisho policy lock`; review its diff, do not edit it.")?;
        self.entries.iter().try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

#[cfg(test)]
mod tests;
