//! `sekisho policy lock`: the policy as a file, a line a method.

mod others;
mod prune;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction};
use serde::Serialize;

use super::format::Format;
use super::json::{self, Output};
use super::report::Report;
use super::review::{self, Files, Protos, Services, Standing};
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
    /// The lines that were taken out of the file of acknowledgements.
    pruned: Vec<String>,
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("lock")
        .about("Write the policy to access.lock, a line a method, to be reviewed in a pull request")
        .after_help(
            "Examples:\n  sekisho policy lock\n  \
             sekisho policy lock --descriptors orders.binpb\n  \
             sekisho policy lock --lock - | less                    only shows it\n  \
             sekisho policy lock --prune --base ../main            takes lines out of access.ack that cover nothing\n\n\
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
                .value_name("FILE|DIR")
                .help("The base: a lock, a descriptor set, a folder with an access.lock, or a folder of protos [default: the lock that stands there]")
                .requires("prune")
                .value_parser(clap::value_parser!(PathBuf)),
            review::ack_argument("prune"),
            review::base_ack_argument(),
            format::argument(),
        ])
}

pub(super) async fn run(asked: &Asked<'_>) -> Report {
    let source = Source::read(asked).await;
    let files = Files::by(asked.flags);
    if files.lock.as_os_str() == OsStr::new("-") {
        return print(source.and_then(|source| Protos::of(&source, None)).map(|protos| protos.lock), asked);
    }
    let standing = files.standing();
    let policy = source.and_then(|source| Protos::of(&source, lock_of(&standing)));
    let (policy, standing) = match (policy, standing) {
        (Ok(policy), Ok(standing)) => (policy, standing),
        (policy, standing) => {
            let faults = [policy.err(), standing.err()];
            return Report::not_judged(faults.into_iter().flatten().flatten().collect());
        }
    };
    if let Some(fault) = others::fault(&Services::by(asked.flags), &policy, &files, &standing) {
        return Report::not_judged(vec![fault]);
    }
    let pruned = match prune::pruned(asked, &files, &standing, &policy.lock) {
        Ok(pruned) => pruned,
        Err(faults) => return Report::not_judged(faults),
    };
    match write(&files, &standing, &policy.lock, pruned.as_ref()) {
        Ok(is_new) => {
            let (path, ack) = (&files.lock, files.ack());
            tell(asked, &Written { path, ack, policy, standing, is_new, pruned })
        }
        Err(fault) => Report::not_judged(vec![fault]),
    }
}

/// The lock that stands there.
fn lock_of(standing: &Result<Standing, Vec<String>>) -> Option<&Lock> {
    match standing {
        Ok(Standing::Lock { lock, .. }) => Some(lock),
        _ => None,
    }
}

fn print(lock: Result<Lock, Vec<String>>, asked: &Asked<'_>) -> Report {
    if !matches!(format::of(asked.flags), Format::Table) {
        return Report::not_judged(vec![
            "--lock -: it prints the lock as it is; leave --format out".to_owned(),
        ]);
    }
    if asked.flags.get_flag("prune") {
        return Report::not_judged(vec!["--prune: name the lock by --lock; - only prints it".to_owned()]);
    }
    lock.map_or_else(Report::not_judged, |lock| Report::as_asked(lock.to_string()))
}

/// Whether the lock had to be written.
fn write(files: &Files, standing: &Standing, policy: &Lock, pruned: Option<&Pruned>) -> Result<bool, String> {
    let text = policy.to_string();
    let stands = matches!(standing, Standing::Lock { text: standing, .. } if *standing == text);
    // First: where it fails, the lock that the lines are compared with still stands.
    if let Some(pruned) = pruned.filter(|pruned| !pruned.lines.is_empty()) {
        write_file(files.ack(), &pruned.rest)?;
    }
    if !stands {
        write_file(&files.lock, &text)?;
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
    ack: &'a Path,
    policy: Protos,
    standing: Standing,
    is_new: bool,
    pruned: Option<Pruned>,
}

impl Written<'_> {
    /// Since the lock that stood there.
    fn changes(&self) -> Option<Vec<Change>> {
        match &self.standing {
            Standing::Lock { lock, .. } => Some(changes(lock, &self.policy.lock)),
            Standing::None | Standing::Faulty { .. } => None,
        }
    }

    fn warnings(&self) -> Vec<String> {
        match &self.standing {
            Standing::None | Standing::Lock { .. } => Vec::new(),
            Standing::Faulty { faults, .. } => faults
                .iter()
                .map(|fault| format!("the lock that stood there could not be read: {fault}"))
                .collect(),
        }
    }

    fn pruned(&self) -> &[String] {
        self.pruned.as_ref().map_or(&[], |pruned| &pruned.lines)
    }

    /// What is to be known of `--prune` before it is run once more.
    fn note(&self) -> Option<&'static str> {
        self.pruned.as_ref().filter(|pruned| !pruned.is_base_named).map(|_| prune::NOTE)
    }

    /// In one sentence.
    fn conclusion(&self, changes: Option<&[Change]>) -> String {
        let of_own = if self.policy.is_own() { " of this program's own APIs" } else { "" };
        let methods = format!("{}{of_own}", review::methods(self.policy.lock.entries().len()));
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
    let warnings = written.warnings();
    let changes = written.changes();
    let out = match format::of(asked.flags) {
        Format::Table => people(asked, written, changes.as_deref()),
        Format::Markdown => summary(written, changes.as_deref()) + &markdown::warnings(&warnings),
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
    let ack = one_line(&written.ack.display().to_string());
    let pruned = written.pruned().iter().map(|line| format!("taken out of {ack}: {}\n", one_line(line)));
    let pruned: String = pruned.collect();
    let note = written.note().map_or_else(String::new, |note| format!("{note}\n"));
    format!("{blocks}{separator}{path}: {}\n{pruned}{note}", written.conclusion(changes))
}

fn summary(written: &Written<'_>, changes: Option<&[Change]>) -> String {
    let path = markdown::code(&written.path.display().to_string());
    let notable: Vec<_> = notable(changes).map(|change| (change, None)).collect();
    let mut text = format!("### Access policy\n\n{path}: {}\n", written.conclusion(changes));
    if !notable.is_empty() {
        let _ = write!(text, "\n{}", review::table(["Before", "After"], &notable));
    }
    let ack = markdown::code(&written.ack.display().to_string());
    for line in written.pruned() {
        let _ = writeln!(text, "\nTaken out of {ack}: {}", markdown::code(line));
    }
    if let Some(note) = written.note() {
        let _ = writeln!(text, "\n{}", markdown::plain(note));
    }
    text
}

fn document(written: &Written<'_>, changes: Option<&[Change]>, warnings: &[String]) -> String {
    let changes =
        changes.map(|changes| changes.iter().map(|change| review::Change::of(change, None)).collect());
    let locked = Locked {
        lock: one_line(&written.path.display().to_string()),
        methods: written.policy.lock.entries().len(),
        written: written.is_new,
        changes,
        pruned: written.pruned().to_vec(),
    };
    json::document(&Output::Lock(locked), warnings, &[])
}
