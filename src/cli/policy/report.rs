//! What a command has to say, and how it ends.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use crate::cli::output;
use crate::cli::text::one_line;

/// The answer of a command that could judge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is as it was asked for.
    #[default]
    AsAsked,
    /// The answer is no: refused, looser.
    No,
}

/// What a command has to say: its output for stdout, warnings and faults for stderr, and its answer.
#[derive(Debug, Default)]
#[must_use]
pub(super) struct Report {
    /// What goes to stdout, as it is: no text of others stands in it bare (see [`one_line`]).
    pub(super) out: String,
    /// A line each.
    pub(super) warnings: Vec<String>,
    /// Why it could not be judged, a line each. Where there is one, the answer does not count.
    pub(super) faults: Vec<String>,
    pub(super) answer: Answer,
}

impl Report {
    /// All as it was asked for.
    pub(super) fn as_asked(out: impl Into<String>) -> Self {
        Self { out: out.into(), ..Self::default() }
    }

    /// The answer is no.
    #[allow(dead_code, reason = "for `explain`, `check` and `diff`")]
    pub(super) fn no(out: impl Into<String>) -> Self {
        Self { out: out.into(), answer: Answer::No, ..Self::default() }
    }

    /// It could not be judged.
    pub(super) fn not_judged(faults: Vec<String>) -> Self {
        Self { faults, ..Self::default() }
    }

    /// 0 as asked, 1 the answer is no, 2 could not be judged.
    pub(super) fn exit_code(&self) -> u8 {
        match self.answer {
            _ if !self.faults.is_empty() => 2,
            Answer::AsAsked => 0,
            Answer::No => 1,
        }
    }

    /// Prints it. A reader that has seen enough, such as `head`, is no failure; an output that is lost otherwise is.
    pub(super) fn tell(mut self) -> ExitCode {
        if let Err((error, _)) = output::write_all(&mut io::stdout(), self.out.as_bytes())
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            self.faults.push(format!("the output could not be written: {error}"));
        }
        let _ = output::write_all(&mut io::stderr(), self.complaints().as_bytes());
        ExitCode::from(self.exit_code())
    }

    /// A line per warning and fault.
    fn complaints(&self) -> String {
        let mut text = String::new();
        let lines = |kind: &'static str, texts: &[String], into: &mut String| {
            for line in texts {
                let _ = writeln!(into, "{kind}: {}", one_line(line));
            }
        };
        lines("warning", &self.warnings, &mut text);
        lines("error", &self.faults, &mut text);
        text
    }
}
