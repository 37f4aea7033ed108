//! `sekisho policy list`: every method with its rule.

use std::fmt::Write as _;

use super::report::Report;
use super::source::Source;
use super::{Asked, format, source};

pub(super) fn command() -> clap::Command {
    clap::Command::new("list")
        .about("List every method with its rule, and where the rule comes from")
        .args(source::arguments())
        .arg(format::argument())
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let _ = format::of(asked.flags);
    let policy = match Source::read(asked).await.and_then(|source| source.policy()) {
        Ok(policy) => policy,
        Err(faults) => return Report::not_judged(faults),
    };
    let mut out = String::new();
    for method in policy.methods() {
        let _ = writeln!(out, "{}", method.path());
    }
    Report::as_asked(out)
}
