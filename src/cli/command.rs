//! The commands, as clap parses them. Values stay texts here: they are judged together with those of the
//! environment and of the file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};

use clap::{Arg, ArgAction};

use super::bounded_file::Reading;
use super::judge::Judge;
use super::options::{self, Kind, Opt};
use super::policy::{self, PolicyCommand};
use super::reread::Reread;
use super::sources::Sources;
use super::text::{one_line, without_secrets};
use crate::config::{DevelopmentSettings, HealthcheckSettings, ServeSettings, TokenSettings};

/// What is to be done.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a program has one, once")]
pub enum Command {
    /// `sekisho`
    Development(DevelopmentSettings),
    /// `sekisho serve`, and a way to read its configuration again.
    Serve(ServeSettings, Reread),
    /// `sekisho check-config`: the configuration is in order.
    CheckConfig(ServeSettings),
    /// `sekisho token`
    Token(TokenSettings),
    /// `sekisho healthcheck`
    Healthcheck(HealthcheckSettings),
    /// `sekisho policy`
    Policy(PolicyCommand),
}

/// Why nothing is to be done.
#[derive(Debug)]
pub enum Stop {
    /// What clap has to say: help, the version, a flag that there is not.
    Clap(Box<clap::Error>),
    /// Every fault of the configuration.
    Faults(Vec<String>),
}

impl Stop {
    /// The exit code: 0 where help was asked for, else 2.
    pub fn code(&self) -> u8 {
        match self {
            Self::Clap(error) if !error.use_stderr() => 0,
            Self::Clap(_) | Self::Faults(_) => 2,
        }
    }

    /// Help goes to stdout, faults to stderr, a line each.
    ///
    /// # Errors
    /// Where the stream is closed.
    pub fn print(&self) -> io::Result<()> {
        match self {
            Self::Clap(error) if error.use_stderr() && has_secret(error) => {
                io::stderr().lock().write_all(without_secrets(&error.render().to_string()).as_bytes())
            }
            Self::Clap(error) => error.print(),
            Self::Faults(faults) => {
                let mut stderr = io::stderr().lock();
                faults
                    .iter()
                    .try_for_each(|fault| writeln!(stderr, "error: {}", without_secrets(&one_line(fault))))
            }
        }
    }
}

/// Whether it quotes what is not to be shown. It loses its colours then.
fn has_secret(error: &clap::Error) -> bool {
    let text = error.render().to_string();
    without_secrets(&text) != text
}

/// Reads arguments (the program's name first) and environment.
///
/// # Errors
/// [`Stop`], with all faults at once.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Command, Stop> {
    read_command(arguments.into_iter().collect(), environment.into_iter().collect(), Reading::First)
}

pub(super) fn read_command(
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    reading: Reading,
) -> Result<Command, Stop> {
    let matches = program().try_get_matches_from(&arguments).map_err(|error| Stop::Clap(Box::new(error)))?;
    let (name, flags) = matches.subcommand().unwrap_or(("", &matches));
    if name == "policy" {
        return Ok(Command::Policy(PolicyCommand::new(arguments, flags.clone(), environment)));
    }
    let mut judge = Judge::new(Sources::read(flags, environment.clone(), reading));
    let command = match name {
        "serve" => {
            let reread = Reread::new(arguments, environment);
            judge.serve().map(|settings| Command::Serve(settings, reread))
        }
        "check-config" => judge.serve().map(Command::CheckConfig),
        "token" => judge.token().map(Command::Token),
        "healthcheck" => Some(Command::Healthcheck(judge.healthcheck())),
        _ => Some(Command::Development(judge.development())),
    };
    judge.finish(command).and_then(|command| command.ok_or_else(Vec::new)).map_err(Stop::Faults)
}

fn program() -> clap::Command {
    with_options(clap::Command::new("sekisho"), options::development())
        .version(env!("CARGO_PKG_VERSION"))
        .about("Three gRPC APIs behind one access token; the scopes they ask for stand in their .proto files")
        .long_about(format!(
            "Three gRPC APIs behind one access token; the scopes they ask for stand in their .proto files.\n\n{}",
            without_a_command()
        ))
        .after_help(
            "Examples:\n  sekisho                              everything on this machine, with a token to try\n  \
             sekisho token --scope api3:read:status\n  \
             sekisho serve --issuer https://tenant.example/ --audience auth0-multiple-api\n\n\
             A flag overrides its variable, which overrides the file (--config).",
        )
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommands([serve(), check_config(), token(), healthcheck(), policy::command()])
}

fn without_a_command() -> &'static str {
    if cfg!(feature = "development") {
        "Without a command: development. The APIs and an issuer of its own, on loopback, with a token to try."
    } else {
        "This build has no development issuer: a command is needed, such as `serve`."
    }
}

fn serve() -> clap::Command {
    with_options(clap::Command::new("serve"), options::serve())
        .about("Serve the APIs for the issuer that is configured")
        .after_help(
            "Examples:\n  sekisho serve --issuer https://tenant.example/ --audience auth0-multiple-api\n  \
             sekisho serve --env-file .env --grpc-listen 0.0.0.0:50051 --tls-certificate cert.pem --tls-key key.pem\n  \
             sekisho serve --env-file .env --allow-origin https://app.example\n  \
             sekisho serve --config sekisho.toml                        as sekisho check-config judges it beforehand",
        )
}

fn check_config() -> clap::Command {
    with_options(clap::Command::new("check-config"), options::serve())
        .about("Judge a configuration as `serve` would, without starting: 0 where it is in order, else 2 with all faults")
        .after_help(
            "Examples:\n  sekisho check-config --config sekisho.toml\n  \
             sekisho check-config --env-file .env --grpc-listen 0.0.0.0:50051 --tls-certificate cert.pem --tls-key key.pem\n\n\
             Files are read, certificates and keys among them. Nothing is fetched, and no listener is bound.",
        )
}

fn token() -> clap::Command {
    with_options(clap::Command::new("token"), options::token())
        .about("Print one access token, by client credentials, and nothing else")
        .after_help(
            "Examples:\n  sekisho token                                   of the development issuer, for api1 and api2\n  \
             sekisho token --scope api3:read:status --expires-in 60s\n  \
             SEKISHO_TOKEN_CLIENT_SECRET=… sekisho token --issuer https://tenant.example/ --client-id m2m --audience auth0-multiple-api\n  \
             SEKISHO_TOKEN_CLIENT_SECRET=… sekisho token --config sekisho.toml --issuer-name keycloak --client-id m2m",
        )
}

fn healthcheck() -> clap::Command {
    with_options(clap::Command::new("healthcheck"), options::healthcheck())
        .about("Exit with 0 if the server answers that it is serving, within 3 seconds")
        .after_help(
            "Examples:\n  sekisho healthcheck\n  \
             sekisho healthcheck --grpc-listen 0.0.0.0:50051   as the server was told: asks 127.0.0.1",
        )
}

fn with_options(command: clap::Command, options: Vec<&'static Opt>) -> clap::Command {
    command.args(options.into_iter().map(argument))
}

pub(super) fn argument(option: &'static Opt) -> Arg {
    let argument = Arg::new(option.name).long(option.name).help(help(option)).help_heading(option.heading);
    match option.kind {
        Kind::Value => argument.value_name(option.value_name).action(ArgAction::Set),
        Kind::List => argument.value_name(option.value_name).action(ArgAction::Append),
        Kind::Switch => argument.action(ArgAction::SetTrue),
    }
}

/// clap would show the value that a variable has now; which one it is says more.
fn help(option: &Opt) -> String {
    let default = option.default.map(|text| format!(" [default: {text}]")).unwrap_or_default();
    let variable = option.variable.map(|name| format!(" [env: {name}]")).unwrap_or_default();
    format!("{}{default}{variable}", option.help)
}

#[cfg(test)]
pub(super) use tests::documented;

#[cfg(test)]
mod tests;
