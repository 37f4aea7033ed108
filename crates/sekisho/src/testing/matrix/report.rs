//! What a matrix found, as a table.

use std::fmt;
use std::time::Duration;

use super::outcome::{Outcome, WouldDeny};

/// One call, what should have become of it, and what did.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    pub(super) sent: String,
    pub(super) expected: Outcome,
    pub(super) seen: Outcome,
}

/// A method with all of its rows.
#[derive(Debug, Clone)]
pub(super) struct Examined {
    /// `package.Service/Method`.
    pub(super) method: String,
    /// The kind of call; empty where it is not known.
    pub(super) call: &'static str,
    /// The rule that is expected; empty where none is.
    pub(super) rule: String,
    pub(super) rows: Vec<MatrixRow>,
}

impl MatrixRow {
    /// What was sent.
    pub fn sent(&self) -> &str {
        &self.sent
    }

    /// What should have become of it.
    pub fn expected(&self) -> String {
        self.expected.to_string()
    }

    /// What did.
    pub fn seen(&self) -> String {
        self.seen.to_string()
    }

    /// Whether the two are the same.
    pub fn passed(&self) -> bool {
        self.expected.is_met_by(&self.seen)
    }

    /// Whether the call counts as let in for one of these, and not for what was answered.
    fn was_let_in_by(&self, without: &WouldDeny) -> bool {
        matches!(&self.seen, Outcome::LetIn { would_deny, .. } if would_deny == without)
    }
}

/// What a matrix found: all rows. Its `Display` is a table of the methods, with the rows that failed below it.
#[derive(Clone)]
pub struct MatrixReport {
    pub(super) methods: Vec<Examined>,
    /// Whether the list was compared with the methods that the service has.
    pub(super) compared: bool,
    /// How long each answer was waited for, and then its end.
    pub(super) patience: Duration,
}

impl MatrixReport {
    /// All rows, each with its method (`package.Service/Method`).
    pub fn rows(&self) -> impl Iterator<Item = (&str, &MatrixRow)> {
        self.methods.iter().flat_map(|method| method.rows.iter().map(|row| (method.method.as_str(), row)))
    }

    /// The rows that failed.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &MatrixRow)> {
        self.rows().filter(|(_, row)| !row.passed())
    }
}

impl fmt::Display for MatrixReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_table(f)?;
        for method in self.methods.iter().filter(|method| method.failed() > 0) {
            method.write_failures(f)?;
        }
        let (rows, failed) = (self.rows().count(), self.failed().count());
        write!(f, "\n{rows} rows of {} methods, {failed} failed", self.methods.len())?;
        self.write_unseen(f)?;
        if !self.compared {
            write!(
                f,
                "\nThe service does not tell which methods it has; `.policy(…)` would have the list compared"
            )?;
        }
        Ok(())
    }
}

/// Of a terminal with 100 columns.
const NAME: usize = 30;
const RULE: usize = 40;

impl MatrixReport {
    /// Whatever was expected: these rows say less than others.
    fn write_unseen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |without| self.rows().filter(|(_, row)| row.was_let_in_by(without)).count();
        let patience = self.patience;
        match count(&WouldDeny::NoAnswer) {
            0 => {}
            rows => write!(f, "\n{rows} rows were let in without an answer within {patience:?}")?,
        }
        match count(&WouldDeny::NoEnd) {
            0 => Ok(()),
            rows => write!(
                f,
                "\n{rows} rows were let in, and their responses did not end within {patience:?}: \
                 what their trailers say was not seen"
            ),
        }
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = "";
        for examined in &self.methods {
            let (service, name) = examined.method.split_once('/').unwrap_or(("", &examined.method));
            if service != last {
                writeln!(f, "{service}")?;
                last = service;
            }
            let rule = shortened(&examined.rule);
            write!(f, "  {name:NAME$} {call:6} {rule:RULE$}", call = examined.call)?;
            match (examined.rows.len(), examined.failed()) {
                (rows, 0) => writeln!(f, " {rows:>3} passed")?,
                (rows, failed) => writeln!(f, " {failed} of {rows} failed")?,
            }
        }
        Ok(())
    }
}

impl Examined {
    fn failed(&self) -> usize {
        self.rows.iter().filter(|row| !row.passed()).count()
    }

    fn write_failures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{}, expected rule: {}",
            self.method,
            if self.rule.is_empty() { "none" } else { &self.rule }
        )?;
        for row in self.rows.iter().filter(|row| !row.passed()) {
            let (expected, seen) = row.expected.difference(&row.seen);
            writeln!(f, "  {}\n    expected  {expected}\n    seen      {seen}", row.sent)?;
        }
        Ok(())
    }
}

fn shortened(rule: &str) -> String {
    if rule.chars().count() <= RULE {
        return rule.to_owned();
    }
    rule.chars().take(RULE - 1).chain(['…']).collect()
}

/// Without what a test does not want to read.
impl fmt::Debug for MatrixReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// At least one row failed, or the list of rules has a fault. Its `Debug` is its `Display`, the whole report, for a test
/// that returns it.
#[derive(Clone, thiserror::Error)]
#[error("the service is not guarded as expected:\n{0}")]
pub struct MatrixFailure(pub(super) MatrixReport);

impl MatrixFailure {
    /// What was found.
    pub fn report(&self) -> &MatrixReport {
        &self.0
    }
}

impl fmt::Debug for MatrixFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
