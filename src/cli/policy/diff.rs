//! `sekisho policy diff`: what changes from one policy to another, whoever may call.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches};
use serde::Serialize;

use super::format::Format;
use super::json::{self, Output};
use super::report::Report;
use super::review::{self, Reading, Services};
use super::source::Rules;
use super::{Asked, format, markdown, source};
use crate::cli::text::one_line;
use sekisho_policy::ack::Acknowledgement;
use sekisho_policy::compare::Verdict;
use sekisho_policy::lock::{Change, changes};

/// What is compared, as a JSON document has it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Diff"))]
pub(super) struct Compared {
    /// As it was named.
    before: String,
    /// As it was named.
    after: String,
    /// What becomes of each method, the unchanged ones too, by name.
    changes: Vec<review::Change>,
}

pub(super) fn command() -> clap::Command {
    let side = |name: &'static str, help| {
        Arg::new(name).required(true).value_name(name).help(help).value_parser(clap::value_parser!(PathBuf))
    };
    clap::Command::new("diff")
        .about("Compare two policies: locks, descriptor sets or folders of protos")
        .after_help(
            "Examples:\n  sekisho policy diff before.lock access.lock\n  \
             sekisho policy diff old.binpb new.binpb --format markdown\n  \
             sekisho policy diff ../main/proto proto\n\n\
             Exit codes: 0 nobody is let in, 1 a method is looser or incomparable, or an added one admits whoever has no token, \
             2 it could not be judged.",
        )
        .args([
            side("BEFORE", "A lock, a descriptor set, or a folder of protos; told by what is in it"),
            side("AFTER", "Likewise"),
            source::service_argument().help_heading(None),
            source::rules_argument().help_heading(None).help(
                "Rules of methods that have none in descriptor sets and protos of either side, a line each: package.Service/Method { RULE }",
            ),
            format::argument(),
        ])
}

pub(super) fn run(asked: &Asked<'_>) -> Report {
    let (rules, faults) = Rules::by(asked.flags);
    let reading = Reading { services: Services::by(asked.flags), rules };
    let [before, after] = ["BEFORE", "AFTER"].map(|name| path(asked.flags, name));
    let changes = match (reading.side(before), reading.side(after)) {
        (Ok(before), Ok(after)) if faults.is_empty() => {
            let nowhere = reading.services.nowhere_in([&before.lock, &after.lock]);
            if !nowhere.is_empty() {
                return Report::not_judged(nowhere.into_iter().map(no_such_service).collect());
            }
            changes(&before.lock, &after.lock)
        }
        (before, after) => {
            let sides = [before.err(), after.err()];
            return Report::not_judged(
                faults.into_iter().chain(sides.into_iter().flatten().flatten()).collect(),
            );
        }
    };
    let names = [before, after].map(|path| one_line(&path.display().to_string()));
    let out = match format::of(asked.flags) {
        Format::Table => people(asked, &names, &changes),
        Format::Markdown => summary(&names, &changes),
        Format::Json => document(names, &changes),
    };
    if changes.iter().any(Change::needs_acknowledgement) { Report::no(out) } else { Report::as_asked(out) }
}

fn no_such_service(name: &str) -> String {
    format!("--service {name}: neither side has a service of this name; write package.Service")
}

fn path<'f>(flags: &'f ArgMatches, name: &str) -> &'f Path {
    flags.get_one::<PathBuf>(name).map_or(Path::new(""), PathBuf::as_path)
}

/// Those in whose name or rule anything is new.
fn notable(changes: &[Change]) -> Vec<(&Change, Option<&Acknowledgement>)> {
    changes.iter().filter(|change| !change.keeps_rule()).map(|change| (change, None)).collect()
}

fn people(asked: &Asked<'_>, [before, after]: &[String; 2], changes: &[Change]) -> String {
    let notable = notable(changes);
    if notable.is_empty() {
        return format!("{before} and {after} say the same: {}\n", review::methods(changes.len()));
    }
    let blocks = review::blocks(asked.terminal, ["before", "after"], notable);
    format!("{blocks}\n{}\n", conclusion(changes))
}

/// How many of each, and what it comes to.
fn conclusion(changes: &[Change]) -> String {
    let letting_in = changes.iter().filter(|change| change.needs_acknowledgement()).count();
    let counts = review::counts(changes);
    match letting_in {
        0 if changes.iter().any(|change| change.verdict() == Verdict::Added) => {
            format!(
                "{counts}. Of the methods that were there, none lets anybody in who could not call it before."
            )
        }
        0 => format!("{counts}. Nobody is let in who could not call before."),
        1 => format!("{counts}. 1 change lets somebody in."),
        many => format!("{counts}. {many} changes let somebody in."),
    }
}

fn summary([before, after]: &[String; 2], changes: &[Change]) -> String {
    let notable = notable(changes);
    let [before, after] = [markdown::code(before), markdown::code(after)];
    let title = format!("### Access policy: {before} to {after}\n\n");
    if notable.is_empty() {
        return format!("{title}Both say the same: {}.\n", review::methods(changes.len()));
    }
    format!("{title}{}\n\n{}", conclusion(changes), review::table(["Before", "After"], &notable))
}

fn document([before, after]: [String; 2], changes: &[Change]) -> String {
    let changes = changes.iter().map(|change| review::Change::of(change, None)).collect();
    json::document(&Output::Diff(Compared { before, after, changes }), &[], &[])
}
