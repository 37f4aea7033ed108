//! What can be wrong with a lock.

use std::fmt;

use crate::line_faults::{LineFault, LineFaults};

/// What is wrong with a line of a lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockFault {
    /// There is nothing in it.
    #[error("the lock is empty; write it with `sekisho policy lock`")]
    Empty,
    /// It is larger than [`Lock::MAX_SIZE`](super::Lock::MAX_SIZE).
    #[error("the lock has more than {} MiB, which is the most that is read", super::Lock::MAX_SIZE >> 20)]
    TooLarge,
    /// The first line is another one.
    #[error(
        "this is no lock: its first line is not `# sekisho access.lock, version 1`; write it with `sekisho policy lock`"
    )]
    NoHeader,
    /// A later version of the format.
    #[error(
        "the lock has version {version} of its format, and this version of sekisho reads version 1; use a later version of sekisho"
    )]
    Version {
        /// The version of the lock.
        version: String,
    },
    /// The mark of a conflict.
    #[error(
        "the conflict of a merge is not resolved; resolve it in the .proto files, then write the lock with `sekisho policy lock`"
    )]
    Conflict,
    /// What is no line of a lock.
    #[error(
        "{found} is no line of a lock; expected `package.Service/Method (package.Request) returns (package.Response) {{ RULE }}`"
    )]
    Form {
        /// What stands there.
        found: String,
    },
    /// A name that no `.proto` can have.
    #[error(
        "{name} is no name of {what}; a name has ASCII letters, digits and `_`, with dots between its parts"
    )]
    Name {
        /// What stands there.
        name: String,
        /// What it should name.
        what: &'static str,
    },
    /// A rule that cannot be read.
    #[error("the rule of {method} cannot be read: {reason}")]
    Rule {
        /// The method.
        method: String,
        /// Why not.
        reason: String,
    },
    /// A method that an earlier line has.
    #[error("{method} is in line {first} too; write the lock with `sekisho policy lock`")]
    Repeated {
        /// The method.
        method: String,
        /// The earlier line.
        first: usize,
    },
}

/// All that is wrong with a lock. Its `Debug` is its `Display`, for a `main` that returns it.
#[derive(Clone, PartialEq, Eq)]
pub struct LockError {
    pub(super) faults: LineFaults<LockFault>,
}

impl LockError {
    pub(super) fn one(line: usize, kind: LockFault) -> Self {
        Self { faults: LineFaults::one(line, kind) }
    }

    /// The faults, by line; at least one.
    pub fn faults(&self) -> &[LineFault<LockFault>] {
        self.faults.kept()
    }

    /// How many faults there are besides: of many, the first hundred that are found are kept.
    pub fn more_faults(&self) -> usize {
        self.faults.more()
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.faults, f)
    }
}

impl fmt::Debug for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for LockError {}
