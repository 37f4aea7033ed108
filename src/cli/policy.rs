//! `sekisho policy`: a policy as a thing to review. Each command reads descriptors (see [`source`]) and reports what it
//! found (see [`report`]). No server of ours has to run.

mod asked_scopes;
mod check;
mod diff;
mod explain;
mod format;
mod json;
mod list;
mod lock;
mod markdown;
mod proto;
mod report;
mod review;
mod source;
mod table;
mod terminal;
mod whole_file;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::ExitCode;

use clap::ArgMatches;

use super::text::one_line;
use report::Report;
use terminal::Terminal;

/// `sekisho policy …`, as it was typed.
#[derive(Debug)]
pub struct PolicyCommand {
    /// All arguments, the program's name first.
    arguments: Vec<OsString>,
    flags: ArgMatches,
    environment: Environment,
}

/// The environment, which may hold a token: its values are in no `Debug`.
struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// A variable. An empty one is unset.
    fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({} variables)", self.0.len())
    }
}

/// What one of the commands is asked.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    arguments: &'a [OsString],
    /// Its flags.
    flags: &'a ArgMatches,
    environment: &'a Environment,
    /// What its output is for.
    terminal: Terminal,
}

impl Asked<'_> {
    /// A variable. An empty one is unset.
    ///
    /// # Errors
    /// It is not valid UTF-8.
    fn text(&self, name: &str) -> Result<Option<String>, String> {
        let Some(text) = self.environment.get(name) else { return Ok(None) };
        text.to_str()
            .map(|text| Some(text.to_owned()))
            .ok_or_else(|| format!("{name}: it is not valid UTF-8"))
    }

    /// The command line, as a shell reads it.
    fn typed(&self) -> String {
        let arguments = self.arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned());
        command_line(arguments)
    }
}

/// A command line of this program, as a shell reads it.
fn command_line(arguments: impl IntoIterator<Item = String>) -> String {
    let arguments = arguments.into_iter().map(|argument| one_line(&argument));
    let words: Vec<String> = std::iter::once("sekisho".to_owned()).chain(arguments).collect();
    // Without a NUL, which no argument has, there is nothing that could not be quoted.
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
}

impl PolicyCommand {
    pub(super) fn new(
        arguments: Vec<OsString>,
        flags: ArgMatches,
        environment: BTreeMap<OsString, OsString>,
    ) -> Self {
        Self { arguments, flags, environment: Environment(environment) }
    }

    async fn run(&self) -> Report {
        let (name, flags) = self.flags.subcommand().unwrap_or(("", &self.flags));
        let terminal = Terminal::of_stdout(&self.environment);
        let asked = Asked { arguments: &self.arguments, flags, environment: &self.environment, terminal };
        match name {
            "list" => list::run(&asked).await,
            "explain" => explain::run(&asked).await,
            "lock" => lock::run(&asked).await,
            "check" => check::run(&asked).await,
            "diff" => diff::run(&asked),
            // clap knows no other.
            _ => proto::run(&asked),
        }
    }
}

/// Runs it, prints what it reports, and ends with the exit code of that.
pub(super) async fn run(command: PolicyCommand) -> ExitCode {
    command.run().await.tell()
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("policy")
        .about("Review who may call what: list, explain, lock, check and diff the access rules of any gRPC service")
        .after_help(
            "Examples:\n  sekisho policy list                                          the rules of this program's own APIs\n  \
             sekisho policy list --descriptors orders.binpb\n  \
             sekisho policy list --proto proto/orders/v1/orders.proto --include proto --scopes \"orders:read\"\n\n\
             Exit codes: 0 as asked, 1 the answer is no (refused, looser), 2 it could not be judged.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands([
            list::command(),
            explain::command(),
            lock::command(),
            check::command(),
            diff::command(),
            proto::command(),
        ])
}
