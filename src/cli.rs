//! The command line: parse, run, print.

mod banner;
mod bounded_file;
mod check_config;
mod client;
mod command;
mod env_file;
mod healthcheck;
mod judge;
mod logging;
mod options;
mod output;
mod policy;
mod reread;
mod settings;
mod sources;
mod start;
mod text;
mod token;
mod values;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

pub use banner::{BannerFacts, banner};
pub use command::{Command, Stop, parse};
pub use healthcheck::{NotServing, healthcheck};
pub use policy::PolicyCommand;
pub use reread::Reread;
pub use token::{TokenRequestError, request_token};

/// Runs the program: exit code 0, 2 for a bad configuration, 1 for what failed later. `sekisho policy` ends with 1 where
/// its answer is no, and with 2 where it could not judge.
pub async fn main(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    match parse(arguments, environment) {
        Ok(command) => match run(command).await {
            Ok(code) => code,
            Err(failure) => failure.tell(),
        },
        Err(stop) => {
            let code = stop.code();
            tell(stop);
            ExitCode::from(code)
        }
    }
}

/// Help is what was asked for, and is written until it is read. For faults the end does not wait so long.
fn tell(stop: Stop) {
    let _ = match stop.code() {
        0 => Some(stop.print()),
        _ => output::within(output::LAST_WORDS, move || stop.print()),
    };
}

/// Tells what kept the program from running.
pub fn fail(error: &dyn std::error::Error) -> ExitCode {
    Failure::at_run_time(error).tell()
}

/// What failed once the configuration was read.
#[derive(Debug)]
struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn tell(self) -> ExitCode {
        output::last_words(format!("error: {}\n", text::one_line(&self.message)));
        ExitCode::from(self.code)
    }

    #[expect(clippy::needless_pass_by_value, reason = "so that it can be handed to `map_err`")]
    fn at_run_time(message: impl ToString) -> Self {
        Self { message: message.to_string(), code: 1 }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Development(settings) => start::development(settings).await?,
        Command::Serve(settings, reread) => start::serve(settings, reread).await?,
        Command::CheckConfig(settings) => {
            // The exit code is the verdict, be the summary read or not.
            let _ = output::write_all(&mut io::stdout(), check_config::summary(&settings).as_bytes());
        }
        Command::Token(settings) => {
            let token = request_token(&settings).await.map_err(Failure::at_run_time)?;
            writeln!(io::stdout(), "{token}").map_err(Failure::at_run_time)?;
        }
        Command::Healthcheck(settings) => healthcheck(settings).await.map_err(Failure::at_run_time)?,
        Command::Policy(command) => return Ok(policy::run(command).await),
    }
    Ok(ExitCode::SUCCESS)
}
