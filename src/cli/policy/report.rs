//! What a command has to say, and how it ends.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use crate::cli::output;
use crate::cli::text::{one_line, without_secrets};

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

    /// A line per warning and fault; of many the first, and how many more there are.
    fn complaints(&self) -> String {
        const MOST: usize = 1_000;
        let mut text = String::new();
        let lines = |kind: &'static str, texts: &[String], into: &mut String| {
            for line in texts.iter().take(MOST) {
                let _ = writeln!(into, "{kind}: {}", excerpt(&without_secrets(&one_line(line))));
            }
            if texts.len() > MOST {
                let _ = writeln!(into, "{kind}: {} more are not shown", texts.len() - MOST);
            }
        };
        lines("warning", &self.warnings, &mut text);
        lines("error", &self.faults, &mut text);
        text
    }
}

/// A line that a person can read: the texts of others in it may be of any length. It begins with what it is about, and ends
/// with what to do.
pub(super) fn excerpt(line: &str) -> String {
    const BEGINNING: usize = 600;
    const END: usize = 200;
    let length = line.chars().count();
    if length <= BEGINNING + END {
        return line.to_owned();
    }
    let beginning: String = line.chars().take(BEGINNING).collect();
    let end: String = line.chars().skip(length - END).collect();
    format!("{beginning} … {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_counts_more_than_the_answer() {
        assert_eq!(Report::as_asked("").exit_code(), 0);
        assert_eq!(Report::no("").exit_code(), 1);
        let faults = vec!["f".to_owned()];
        assert_eq!(Report { faults: faults.clone(), ..Report::no("") }.exit_code(), 2);
        assert_eq!(Report { warnings: faults, ..Report::as_asked("") }.exit_code(), 0);
    }

    #[test]
    fn of_many_complaints_some_are_shown_and_all_are_counted() {
        let many = |count: usize| (0..count).map(|at| format!("f{at}")).collect::<Vec<_>>();
        for (warnings, faults, expected) in [
            (1_000, 1_000, vec![]),
            (1_001, 0, vec!["warning: 1 more are not shown"]),
            (2_500, 100_000, vec!["warning: 1500 more are not shown", "error: 99000 more are not shown"]),
        ] {
            let report = Report { warnings: many(warnings), ..Report::not_judged(many(faults)) };
            let text = report.complaints();
            let (counts, shown): (Vec<&str>, Vec<&str>) =
                text.lines().partition(|line| line.ends_with(" more are not shown"));
            assert_eq!(counts, expected);
            assert_eq!(shown.len(), warnings.min(1_000) + faults.min(1_000));
            assert_eq!(shown.last(), Some(&if faults > 0 { "error: f999" } else { "warning: f999" }));
        }
    }

    #[test]
    fn a_complaint_is_a_line_of_bounded_length() {
        let long = format!("file: {}\n; do this", "é".repeat(100_000));
        let report =
            Report { warnings: vec![long.clone(), "short".to_owned()], ..Report::not_judged(vec![long]) };
        let text = report.complaints();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[1]), (3, "warning: short"));
        for (line, kind) in [(lines[0], "warning"), (lines[2], "error")] {
            assert!(line.starts_with(&format!("{kind}: file: é")) && line.ends_with("é ; do this"), "{line}");
            assert!(line.chars().count() < 900, "{}", line.chars().count());
        }
        let just = "x".repeat(800);
        assert_eq!(excerpt(&just), just);
    }
}
