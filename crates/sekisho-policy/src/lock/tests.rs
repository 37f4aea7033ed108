//! Locks that are written, read and compared.

mod format;
mod judging;
mod properties;
mod renames;

use super::*;
use crate::compare::Verdict;

/// A lock of these lines.
fn lock(lines: &[&str]) -> Lock {
    let text = format!("# sekisho access.lock, version 1\n{}\n", lines.join("\n"));
    Lock::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A line of a method that takes and answers messages of its own.
fn own(name: &str, rule: &str) -> String {
    format!("{name} (t.v1.Request) returns (t.v1.Response) {rule}")
}

/// Verdict and names of each change.
fn told(before: &[&str], after: &[&str]) -> Vec<String> {
    changes(&lock(before), &lock(after)).iter().map(tell).collect()
}

fn tell(change: &Change) -> String {
    match change.before().filter(|_| change.is_rename()) {
        Some(before) => format!("{} {} was {}", change.verdict().as_str(), change.name(), before.name()),
        None => format!("{} {}", change.verdict().as_str(), change.name()),
    }
}
