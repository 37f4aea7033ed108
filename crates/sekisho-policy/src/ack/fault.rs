//! What can be wrong with acknowledgements.

use std::fmt;

use crate::line_faults::{LineFault, LineFaults};

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AckFault {
    /// The file is larger than [`Acknowledgements::MAX_SIZE`](super::Acknowledgements::MAX_SIZE).
    #[error(
        "the file has more than {} MiB, which is the most that is read",
        super::Acknowledgements::MAX_SIZE >> 20
    )]
    TooLarge,
    /// The mark of a conflict.
    #[error(
        "the conflict of a merge is not resolved; keep the lines of both sides that a reviewer has agreed to"
    )]
    Conflict,
    /// The line does not begin with a method.
    #[error("{found} is no method; expected `package.Service/Method VERDICT BEFORE..AFTER REASON`")]
    Method {
        /// What stands there.
        found: String,
    },
    /// The second word is no verdict that needs an acknowledgement.
    #[error("{found} is no verdict that is acknowledged; write `looser`, `incomparable` or `added`")]
    Verdict {
        /// What stands there.
        found: String,
    },
    /// The third word is no pair of fingerprints.
    #[error(
        "{found} is no pair of fingerprints; write BEFORE..AFTER, each 32 hexadecimal digits or `-`, as `sekisho policy check` prints them"
    )]
    Fingerprints {
        /// What stands there.
        found: String,
    },
    /// There is nothing after the fingerprints, or the word that a reason is to replace.
    #[error("the line gives no reason; write after the fingerprints why the change is meant")]
    NoReason,
}

/// All that is wrong with acknowledgements. Its `Debug` is its `Display`, for a `main` that returns it.
#[derive(Clone, PartialEq, Eq)]
pub struct AckError {
    pub(super) faults: LineFaults<AckFault>,
}

impl AckError {
    /// The faults, in the order in which they are found; at least one.
    pub fn faults(&self) -> &[LineFault<AckFault>] {
        self.faults.kept()
    }

    /// How many faults there are besides: of many, the first hundred that are found are kept.
    pub fn more_faults(&self) -> usize {
        self.faults.more()
    }
}

impl fmt::Display for AckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.faults, f)
    }
}

impl fmt::Debug for AckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for AckError {}
