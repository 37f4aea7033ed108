//! The flags by which a command is told what to read.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches};

use sekisho::jwks::PlainHttp;

/// Over these flags in the help.
const HEADING: &str = "What is read (this program's own APIs where nothing is named)";

/// All of them.
pub(in crate::cli::policy) fn arguments() -> Vec<Arg> {
    let [ca_file, plain_http] = trust("");
    all([ca_file.requires("server"), plain_http.requires("server")])
}

/// All of them, for a command that is told of an issuer as well. Two of them are flags that a server has for its issuer. They
/// are for `--server` where that is given, and for the issuer otherwise.
pub(in crate::cli::policy) fn arguments_beside_an_issuer() -> Vec<Arg> {
    all(trust(". Without --server it is for the issuer, as in serve"))
}

/// How `--server` is trusted; the help goes on with `more`.
fn trust(more: &str) -> [Arg; 2] {
    let ca_file = "Roots (PEM) that are trusted for --server besides the usual ones";
    let plain_http = "Let --server http://HOST:PORT (http:// has to be written) be elsewhere than on loopback: whoever is \
                      on the way sees the token, and can forge the answer";
    [
        one("ca-file", "FILE", "").help(format!("{ca_file}{more} [env: SEKISHO_CA_FILE]")),
        Arg::new("dangerous-allow-plain-http")
            .long("dangerous-allow-plain-http")
            .help(format!("{plain_http}{more}"))
            .help_heading(HEADING)
            .action(ArgAction::SetTrue),
    ]
}

fn all(trust: [Arg; 2]) -> Vec<Arg> {
    let [ca_file, plain_http] = trust;
    vec![
        files("descriptors", "A descriptor set by buf or protoc, with its imports; repeatable"),
        files("proto", "Protos, or folders whose protos are all read; compiled here; repeatable").value_name("FILE|DIR").num_args(1..),
        files("include", "A folder in which protos and imports are found; repeatable [default: the current folder, then that of each proto; a folder of --proto stands for itself]")
            .value_name("DIR")
            .requires("proto"),
        one("server", "HOST:PORT", "A server, asked by reflection, with the token of SEKISHO_ACCESS_TOKEN if there is one"),
        ca_file,
        plain_http,
        rules_argument(),
        service_argument(),
    ]
}

/// `--rules`, for a command that reads what it is told by position.
pub(in crate::cli::policy) fn rules_argument() -> Arg {
    files("rules", "Rules of methods whose .proto has none, a line each: package.Service/Method { RULE }")
}

/// `--service`, for a command that reads what it is told by position.
pub(in crate::cli::policy) fn service_argument() -> Arg {
    list("service", "NAME", "Only this service, by its full name: package.Service; repeatable")
}

/// The flags as they were given, for a command that reads the same. `--service` is left to who knows what it narrows.
pub(in crate::cli::policy) fn given(flags: &ArgMatches) -> Vec<String> {
    let with_value = ["descriptors", "proto", "include", "server", "ca-file", "rules"];
    let mut given: Vec<String> = with_value.into_iter().flat_map(|name| with_values(flags, name)).collect();
    if flags.get_flag("dangerous-allow-plain-http") {
        given.push("--dangerous-allow-plain-http".to_owned());
    }
    given
}

/// A flag with each of its values.
pub(in crate::cli::policy) fn with_values(flags: &ArgMatches, name: &str) -> Vec<String> {
    let values = flags.get_raw(name).into_iter().flatten();
    let with_value = |value: &std::ffi::OsStr| match value.to_string_lossy().into_owned() {
        value if value.starts_with('-') => vec![format!("--{name}={value}")],
        value => vec![format!("--{name}"), value],
    };
    values.flat_map(with_value).collect()
}

fn files(name: &'static str, help: &'static str) -> Arg {
    list(name, "FILE", help).value_parser(clap::value_parser!(PathBuf))
}

fn one(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    list(name, value, help).action(ArgAction::Set)
}

fn list(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help).help_heading(HEADING).action(ArgAction::Append)
}

/// What the flags name.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) descriptors: Vec<PathBuf>,
    pub(super) protos: Vec<PathBuf>,
    pub(super) includes: Vec<PathBuf>,
    pub(super) server: Option<Server>,
    pub(super) rules: Vec<PathBuf>,
    pub(super) services: Vec<String>,
}

impl Named {
    pub(super) fn by(flags: &ArgMatches) -> Self {
        Self {
            descriptors: values(flags, "descriptors"),
            protos: values(flags, "proto"),
            includes: values(flags, "include"),
            server: Server::by(flags),
            rules: values(flags, "rules"),
            services: values(flags, "service"),
        }
    }
}

/// The server that is to be asked.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) target: String,
    pub(super) ca_file: Option<String>,
    pub(super) plain_http: PlainHttp,
}

impl Server {
    fn by(flags: &ArgMatches) -> Option<Self> {
        let plain_http = if flags.get_flag("dangerous-allow-plain-http") {
            PlainHttp::DangerousAnywhere
        } else {
            PlainHttp::LoopbackOnly
        };
        let target = flags.get_one("server").cloned()?;
        Some(Self { target, ca_file: flags.get_one("ca-file").cloned(), plain_http })
    }
}

fn values<T: Clone + Send + Sync + 'static>(flags: &ArgMatches, name: &str) -> Vec<T> {
    flags.get_many::<T>(name).into_iter().flatten().cloned().collect()
}
