//! The file: all lines, and which of them the base has already.

use std::collections::HashSet;
use std::str::FromStr;

use super::{AckError, AckFault, Acknowledgement};
use crate::line_faults::{LineFault, LineFaults};
use crate::lines::{is_conflict_marker, lines};

/// The lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acknowledgements {
    lines: Vec<Acknowledgement>,
}

impl Acknowledgements {
    /// How many bytes are read at most: 8 MiB.
    pub const MAX_SIZE: usize = 8 << 20;

    /// Reads a file. One without a line covers nothing.
    ///
    /// # Errors
    /// [`AckError`] with the lines that are none or give no reason, of many the first hundred.
    pub fn parse(text: &str) -> Result<Self, AckError> {
        if text.len() > Self::MAX_SIZE {
            return Err(AckError { faults: LineFaults::one(1, AckFault::TooLarge) });
        }
        let (mut read, mut faults) = (Vec::new(), LineFaults::default());
        for line in parsed(text) {
            match line {
                Ok(line) => read.push(line),
                Err(fault) => faults.push(fault.line, fault.kind),
            }
        }
        if faults.is_empty() { Ok(Self { lines: read }) } else { Err(AckError { faults }) }
    }

    /// The same lines, of which those cover nothing that stand in `base` too: the text of the file as the branch has it that
    /// is compared with. They were given to an earlier change. Compared are method, verdict, fingerprints, and the letters and
    /// digits of the reason: other spaces or other marks make no other line. Lines of `base` that are none say nothing here, for nobody can mend them in this change.
    #[must_use]
    pub fn since(mut self, base: &str) -> Self {
        let earlier: HashSet<String> = parsed(base).flatten().map(|line| line.essence()).collect();
        for line in &mut self.lines {
            line.is_of_base |= earlier.contains(&line.essence());
        }
        self
    }

    /// Only the lines that are to be kept, such as those of some services.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Acknowledgement) -> bool) -> Self {
        self.lines.retain(keep);
        self
    }

    /// The lines, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Acknowledgement> {
        self.lines.iter()
    }
}

/// Each line that says something, or why it is none.
fn parsed(text: &str) -> impl Iterator<Item = Result<Acknowledgement, LineFault<AckFault>>> {
    lines(text).filter(|(_, line)| !line.starts_with('#')).map(|(number, line)| {
        let parsed = if is_conflict_marker(line) {
            Err(AckFault::Conflict)
        } else {
            Acknowledgement::parse(number, line)
        };
        parsed.map_err(|kind| LineFault { line: number, kind })
    })
}

impl FromStr for Acknowledgements {
    type Err = AckError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The text of a file without some of its lines; the others, comments among them, stay as they are.
pub fn without(text: &str, taken_out: &[&Acknowledgement]) -> String {
    let numbers: HashSet<usize> = taken_out.iter().map(|line| line.line()).collect();
    let kept = text.split_inclusive('\n').zip(1..).filter(|(_, number)| !numbers.contains(number));
    kept.map(|(line, _)| line).collect()
}
