//! What is wrong with a file of one statement a line. A file of another kind may have a fault in each of a million lines:
//! the first ones are kept, and the others counted.

use std::fmt;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault<K> {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: K,
}

impl<K: fmt::Display> fmt::Display for LineFault<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

/// The faults of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineFaults<K> {
    kept: Vec<LineFault<K>>,
    more: usize,
}

impl<K> Default for LineFaults<K> {
    fn default() -> Self {
        Self { kept: Vec::new(), more: 0 }
    }
}

impl<K> LineFaults<K> {
    const MOST: usize = 100;

    pub(crate) fn one(line: usize, kind: K) -> Self {
        Self { kept: vec![LineFault { line, kind }], more: 0 }
    }

    pub(crate) fn push(&mut self, line: usize, kind: K) {
        if self.kept.len() < Self::MOST {
            self.kept.push(LineFault { line, kind });
        } else {
            self.more += 1;
        }
    }

    #[cfg(feature = "lock")]
    pub(crate) fn sort(&mut self) {
        self.kept.sort_by_key(|fault| fault.line);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those that are kept.
    pub(crate) fn kept(&self) -> &[LineFault<K>] {
        &self.kept
    }

    /// How many there are besides.
    pub(crate) fn more(&self) -> usize {
        self.more
    }
}

/// Each fault on a line of its own; at the last how many more there are.
impl<K: fmt::Display> fmt::Display for LineFaults<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.kept.iter().enumerate() {
            let before = if index == 0 { "" } else { "\n" };
            write!(f, "{before}{fault}")?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str("\n1 more fault"),
            more => write!(f, "\n{more} more faults"),
        }
    }
}
