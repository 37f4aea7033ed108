//! Tables: what is given by flag, environment and file, and what comes of it.

mod changes;
mod defaults;
mod faults;
mod faults_of_server;
mod help;
mod issuers;
mod issuers_faults;
mod precedence;
mod read_again;
mod token_of_table;

use std::path::PathBuf;

pub(in crate::cli) use issuers::documented;

use super::*;
use crate::config::TrustedIssuer;

/// What the program is told, of which each test says only what is of interest.
#[derive(Default)]
struct Told {
    arguments: Vec<String>,
    environment: Vec<(OsString, OsString)>,
    directory: Option<tempfile::TempDir>,
}

/// The arguments after the program's name, separated by spaces.
fn told(arguments: &str) -> Told {
    Told { arguments: arguments.split_whitespace().map(ToOwned::to_owned).collect(), ..Told::default() }
}

/// `sekisho serve` with the two values that it has to have, and more.
fn served(arguments: &str) -> Told {
    told(&format!("serve --issuer https://tenant.example/ --audience api {arguments}"))
}

/// A certificate and its key, as PEM.
struct TlsPem {
    certificate: String,
    key: String,
}

fn tls_files() -> TlsPem {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    TlsPem { certificate: made.cert.pem(), key: made.signing_key.serialize_pem() }
}

impl Told {
    fn env(mut self, name: &str, text: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), text.into()));
        self
    }

    fn argument(mut self, text: &str) -> Self {
        self.arguments.push(text.to_owned());
        self
    }

    /// A file, whose path is the value of `flag`.
    fn file(mut self, flag: &str, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        self.arguments.extend([flag.to_owned(), path.display().to_string()]);
        self
    }

    fn config(self, text: &str) -> Self {
        self.file("--config", "sekisho.toml", text)
    }

    fn path(&mut self, name: &str) -> PathBuf {
        self.directory.get_or_insert_with(|| tempfile::tempdir().unwrap()).path().join(name)
    }

    fn parse(&self) -> Result<Command, Stop> {
        let program = std::iter::once("sekisho".into());
        parse(program.chain(self.arguments.iter().map(Into::into)), self.environment.clone())
    }

    #[track_caller]
    fn serve(&self) -> ServeSettings {
        match self.parse() {
            Ok(Command::Serve(settings, _)) => settings,
            other => panic!("expected `serve`, found {other:?}"),
        }
    }

    /// The issuer that `serve` is told of, which is the only one.
    #[track_caller]
    fn issuer(&self) -> TrustedIssuer {
        let mut issuers = self.serve().issuers;
        assert_eq!(issuers.len(), 1, "{issuers:?}");
        issuers.remove(0)
    }

    #[track_caller]
    fn development(&self) -> DevelopmentSettings {
        match self.parse() {
            Ok(Command::Development(settings)) => settings,
            other => panic!("expected development, found {other:?}"),
        }
    }

    #[track_caller]
    fn token(&self) -> TokenSettings {
        match self.parse() {
            Ok(Command::Token(settings)) => settings,
            other => panic!("expected `token`, found {other:?}"),
        }
    }

    #[track_caller]
    fn healthcheck(&self) -> HealthcheckSettings {
        match self.parse() {
            Ok(Command::Healthcheck(settings)) => settings,
            other => panic!("expected `healthcheck`, found {other:?}"),
        }
    }

    /// The faults, with `DIR` for the directory of the files.
    #[track_caller]
    fn faults(&self) -> Vec<String> {
        let directory = self.directory.as_ref().map(|directory| directory.path().display().to_string());
        match self.parse() {
            Err(Stop::Faults(faults)) => match directory {
                Some(directory) => faults.iter().map(|fault| fault.replace(&directory, "DIR")).collect(),
                None => faults,
            },
            other => panic!("expected faults, found {other:?}"),
        }
    }
}
