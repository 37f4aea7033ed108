//! `sekisho policy check`: whether the lock says what the protos say, and whether the target branch's policy lets
//! somebody in who could not call before.

mod people;
mod read;
mod relock;
mod summary;
mod warnings;

use std::path::PathBuf;

use clap::Arg;
use serde::Serialize;

use super::format::Format;
use super::json::{self, Output};
use super::report::Report;
use super::review;
use super::source::Source;
use super::{Asked, format, source};
use sekisho_policy::ack::{Acknowledgement, Acknowledgements};
use sekisho_policy::lock::{Change, Judgement, judge};

use read::Read;

/// What was found, as a JSON document has it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Check"))]
pub(super) struct Checked {
    /// The lock's file.
    lock: String,
    /// How many methods the protos have.
    methods: usize,
    /// Whether the lock says what the protos say.
    is_current: bool,
    /// What becomes of each method from the lock to the protos, where the lock does not say what they say.
    differences: Vec<review::Change>,
    /// The comparison with the target branch's policy; null without `--base`.
    base: Option<CheckedBase>,
}

/// The comparison with the target branch's policy.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Base"))]
struct CheckedBase {
    /// As it was named.
    name: String,
    /// Whether each change that needs an acknowledgement has one.
    passes: bool,
    /// What becomes of each method from the base to the protos, the unchanged ones too, by name.
    changes: Vec<review::Change>,
}

/// What was found.
struct Findings {
    /// As it was named.
    lock: String,
    /// What the protos are called.
    protos: &'static str,
    methods: usize,
    /// What to do where they differ.
    remedy: String,
    /// From the lock to the protos, where they differ.
    differences: Vec<Change>,
    base: Option<Base>,
}

/// The comparison with the target branch's policy.
struct Base {
    /// As it was named.
    name: String,
    /// The file of acknowledgements.
    ack: String,
    /// The base's file of acknowledgements, where there is one.
    earlier_ack: Option<String>,
    changes: Vec<Change>,
    acknowledgements: Acknowledgements,
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("check")
        .about("Compare the protos with access.lock, and with the target branch's policy")
        .after_help(
            "Examples:\n  sekisho policy check\n  \
             sekisho policy check --base ../main                    fails where somebody is let in unseen\n  \
             sekisho policy check --base base --format markdown     the summary of a pull request\n\n\
             Exit codes: 0 the lock says what the protos say, and nothing fails against the base; 1 otherwise; 2 it could not \
             be judged.",
        )
        .args(source::arguments())
        .args([
            review::lock_argument("The lock that the protos are compared with"),
            Arg::new("base")
                .long("base")
                .value_name("FILE|DIR")
                .help("The target branch's policy: a lock, a descriptor set, a folder with an access.lock, or a folder of protos")
                .value_parser(clap::value_parser!(PathBuf)),
            review::ack_argument("base"),
            review::base_ack_argument(),
            format::argument(),
        ])
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let source = Source::read(asked).await;
    let mut faults = Vec::new();
    let read = Read::all(asked, source, &mut faults);
    let Some((findings, warnings)) = read.map(Read::compare).filter(|_| faults.is_empty()) else {
        return Report::not_judged(faults);
    };
    let out = match format::of(asked.flags) {
        Format::Table => people::text(asked.terminal, &findings),
        Format::Markdown => summary::text(&findings, &warnings),
        Format::Json => json::document(&Output::Check(findings.document()), &warnings, &[]),
    };
    let report = if findings.passes() { Report::as_asked(out) } else { Report::no(out) };
    Report { warnings, ..report }
}

impl Base {
    fn judgement(&self) -> Judgement<'_> {
        judge(&self.changes, &self.acknowledgements)
    }

    /// The changes in whose name or rule anything is new, and the line that covers each: those first that fail.
    fn notable(&self) -> Notable<'_> {
        let judgement = self.judgement();
        let lines = judgement.acknowledged().iter().map(|(change, line)| (change.name(), *line));
        let lines: std::collections::HashMap<&str, &Acknowledgement> = lines.collect();
        let notable = self.changes.iter().filter(|change| !change.keeps_rule());
        let with_lines = notable.map(|change| (change, lines.get(change.name()).copied()));
        let (failing, others) =
            with_lines.partition(|(change, line)| change.needs_acknowledgement() && line.is_none());
        Notable { failing, others }
    }
}

/// Changes, each with the line that covers it.
struct Notable<'a> {
    failing: Vec<(&'a Change, Option<&'a Acknowledgement>)>,
    others: Vec<(&'a Change, Option<&'a Acknowledgement>)>,
}

impl Findings {
    fn passes(&self) -> bool {
        self.differences.is_empty() && self.base.as_ref().is_none_or(|base| base.judgement().passes())
    }

    fn document(&self) -> Checked {
        let of = |change: &Change| review::Change::of(change, None);
        Checked {
            lock: self.lock.clone(),
            methods: self.methods,
            is_current: self.differences.is_empty(),
            differences: self.differences.iter().map(of).collect(),
            base: self.base.as_ref().map(CheckedBase::of),
        }
    }
}

impl CheckedBase {
    fn of(base: &Base) -> Self {
        let judgement = base.judgement();
        let lines = judgement.acknowledged().iter().map(|(change, line)| (change.name(), *line));
        let lines: std::collections::HashMap<&str, &Acknowledgement> = lines.collect();
        let of = |change: &Change| review::Change::of(change, lines.get(change.name()).copied());
        Self {
            name: base.name.clone(),
            passes: judgement.passes(),
            changes: base.changes.iter().map(of).collect(),
        }
    }
}
