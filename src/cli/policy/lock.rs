//! `sekisho policy lock`: the policy as a file, a line a method.

mod prune;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction};
use serde::Serialize;

use super::format::Format;
use super::json::{self, Output};
use super::report::Report;
use super::review::{self, Files, Standing};
use super::source::Source;
use super::{Asked, format, markdown, source, whole_file};
use crate::cli::text::one_line;
use sekisho_policy::lock::{Change, Lock, changes};

use prune::Pruned;

/// What was written, as a JSON document has it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Lock"))]
pub(super) struct Locked {
    /// The file.
    lock: String,
    /// How many methods it has.
    methods: usize,
    /// Whether the file was written; else it stood there as it is.
    written: bool,
    /// What becomes of each method since the lock that stood there; null where none could be read.
    changes: Option<Vec<review::Change>>,
    /// The lines that were taken out of access.ack.
    pruned: Vec<String>,
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("lock")
        .about("Write the policy to access.lock, a line a method, to be reviewed in a pull request")
        .after_help(
            "Examples:\n  sekisho policy lock\n  \
             sekisho policy lock --descriptors orders.binpb\n  \
             sekisho policy lock --lock - | less                    only shows it\n  \
             sekisho policy lock --prune --base ../main/access.lock takes lines out of access.ack that cover nothing\n\n\
             The file is written whole or not at all, and not where a method has no rule (exit code 2).",
        )
        .args(source::arguments())
        .args([
            review::lock_argument("The file that is written; - prints it"),
            Arg::new("prune")
                .long("prune")
                .help("Take out of access.ack each line that covers no change from the base to the policy, and print it")
                .action(ArgAction::SetTrue),
            Arg::new("base")
                .long("base")
                .value_name("LOCK|DIR")
                .help("The base: a lock, a folder with an access.lock, or a folder of protos [default: the lock that stands there]")
                .requires("prune")
                .value_parser(clap::value_parser!(PathBuf)),
            review::ack_argument("prune"),
            format::argument(),
        ])
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let policy = Source::read(asked).await.and_then(|source| source.policy());
    let files = Files::by(asked.flags);
    if files.lock.as_os_str() == OsStr::new("-") {
        return print(policy.map(|policy| Lock::of(&policy)), asked);
    }
    let (policy, standing) = match (review::of_policy(policy), files.standing()) {
        (Ok(policy), Ok(standing)) => (policy, standing),
        (policy, standing) => {
            let faults = [policy.err(), standing.err()];
            return Report::not_judged(faults.into_iter().flatten().flatten().collect());
        }
    };
    let pruned = match prune::pruned(asked, &files, &standing, &policy) {
        Ok(pruned) => pruned,
        Err(faults) => return Report::not_judged(faults),
    };
    match write(&files, &standing, &policy, pruned.as_ref()) {
        Ok(is_new) => tell(asked, &Written { path: &files.lock, policy, standing, is_new, pruned }),
        Err(fault) => Report::not_judged(vec![fault]),
    }
}

fn print(lock: Result<Lock, Vec<String>>, asked: &Asked<'_>) -> Report {
    if asked.flags.get_flag("prune") {
        return Report::not_judged(vec!["--prune: name the lock by --lock; - only prints it".to_owned()]);
    }
    lock.map_or_else(Report::not_judged, |lock| Report::as_asked(lock.to_string()))
}

/// Whether the lock had to be written.
fn write(files: &Files, standing: &Standing, policy: &Lock, pruned: Option<&Pruned>) -> Result<bool, String> {
    let text = policy.to_string();
    let stands = matches!(standing, Standing::Lock { text: standing, .. } if *standing == text);
    if !stands {
        write_file(&files.lock, &text)?;
    }
    if let Some(pruned) = pruned.filter(|pruned| !pruned.lines.is_empty()) {
        write_file(files.ack(), &pruned.rest)?;
    }
    Ok(!stands)
}

fn write_file(path: &Path, text: &str) -> Result<(), String> {
    whole_file::write(path, text.as_bytes())
        .map_err(|error| format!("{}: it could not be written: {error}", path.display()))
}

/// What was done.
struct Written<'a> {
    path: &'a Path,
    policy: Lock,
    standing: Standing,
    is_new: bool,
    pruned: Option<Pruned>,
}

impl Written<'_> {
    /// Since the lock that stood there.
    fn changes(&self) -> Option<Vec<Change>> {
        match &self.standing {
            Standing::Lock { lock, .. } => Some(changes(lock, &self.policy)),
            Standing::None | Standing::Faulty(_) => None,
        }
    }

    fn pruned(&self) -> &[String] {
        self.pruned.as_ref().map_or(&[], |pruned| &pruned.lines)
    }

    /// In one sentence.
    fn conclusion(&self, changes: Option<&[Change]>) -> String {
        let methods = review::methods(self.policy.entries().len());
        match changes {
            None => format!("written, {methods}"),
            Some(_) if !self.is_new => format!("unchanged, {methods}"),
            Some(changes) if changes.iter().all(Change::keeps_line) => {
                format!("written anew with the same meaning, {methods}")
            }
            Some(changes) => format!("written, {methods}: {}", review::counts(changes)),
        }
    }
}

fn tell(asked: &Asked<'_>, written: &Written<'_>) -> Report {
    let warnings = match &written.standing {
        Standing::Faulty(faults) => faults
            .iter()
            .map(|fault| format!("the lock that stood there could not be read: {fault}"))
            .collect(),
        _ => Vec::new(),
    };
    let changes = written.changes();
    let out = match format::of(asked.flags) {
        Format::Table => people(asked, written, changes.as_deref()),
        Format::Markdown => summary(written, changes.as_deref()),
        Format::Json => document(written, changes.as_deref(), &warnings),
    };
    Report { warnings, ..Report::as_asked(out) }
}

fn notable(changes: Option<&[Change]>) -> impl Iterator<Item = &Change> {
    changes.unwrap_or_default().iter().filter(|change| !change.keeps_rule())
}

fn people(asked: &Asked<'_>, written: &Written<'_>, changes: Option<&[Change]>) -> String {
    let blocks =
        review::blocks(asked.terminal, ["before", "after"], notable(changes).map(|change| (change, None)));
    let separator = if blocks.is_empty() { "" } else { "\n" };
    let path = one_line(&written.path.display().to_string());
    let pruned = written.pruned().iter().map(|line| format!("taken out of access.ack: {}\n", one_line(line)));
    let pruned: String = pruned.collect();
    format!("{blocks}{separator}{path}: {}\n{pruned}", written.conclusion(changes))
}

fn summary(written: &Written<'_>, changes: Option<&[Change]>) -> String {
    let path = markdown::code(&written.path.display().to_string());
    let notable: Vec<_> = notable(changes).map(|change| (change, None)).collect();
    let mut text = format!("### Access policy\n\n{path}: {}\n", written.conclusion(changes));
    if !notable.is_empty() {
        let _ = write!(text, "\n{}", review::table(["Before", "After"], &notable));
    }
    for line in written.pruned() {
        let _ = writeln!(text, "\nTaken out of `access.ack`: {}", markdown::code(line));
    }
    text
}

fn document(written: &Written<'_>, changes: Option<&[Change]>, warnings: &[String]) -> String {
    let changes =
        changes.map(|changes| changes.iter().map(|change| review::Change::of(change, None)).collect());
    let locked = Locked {
        lock: one_line(&written.path.display().to_string()),
        methods: written.policy.entries().len(),
        written: written.is_new,
        changes,
        pruned: written.pruned().to_vec(),
    };
    json::document(&Output::Lock(locked), warnings, &[])
}
