//! Every option there is: one entry an option, whatever it comes by.

mod door;
mod issuer;
mod limits;
mod page;
mod request;
mod tokens;

pub(super) use door::*;
pub(super) use issuer::*;
pub(super) use limits::*;
pub(super) use page::*;
pub(super) use request::*;
pub(super) use tokens::*;

/// An option, as a flag, a variable and a name in the file.
#[derive(Debug)]
pub(super) struct Opt {
    /// `--NAME`, and the name in the file.
    pub(super) name: &'static str,
    /// The variable.
    pub(super) variable: Option<&'static str>,
    pub(super) kind: Kind,
    pub(super) default: Option<&'static str>,
    pub(super) heading: &'static str,
    pub(super) value_name: &'static str,
    pub(super) help: &'static str,
    /// Whether the file may have it.
    pub(super) in_file: bool,
    /// Whether it describes one issuer, so that a table of the file may have it.
    pub(super) in_table: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One value.
    Value,
    /// Several: the flag is repeated, the variable has commas, the file an array.
    List,
    /// On or off.
    Switch,
}

const SERVER: &str = "Server";
const ISSUER: &str = "Issuer and keys";
const TOKENS: &str = "Access tokens";
const OUTPUT: &str = "Configuration and logs";

/// What most options are like, for the table below to fill in.
const fn value(name: &'static str, variable: &'static str, heading: &'static str) -> Opt {
    Opt {
        name,
        variable: Some(variable),
        kind: Kind::Value,
        default: None,
        heading,
        value_name: "VALUE",
        help: "",
        in_file: true,
        in_table: false,
    }
}

pub(super) static GRPC_LISTEN: Opt = Opt {
    default: Some("127.0.0.1:50051"),
    value_name: "IP:PORT",
    help: "Where gRPC, gRPC-Web, health and reflection are served; port 0 takes a free one",
    ..value("grpc-listen", "SEKISHO_GRPC_LISTEN", SERVER)
};
pub(super) static ISSUER_LISTEN: Opt = Opt {
    default: Some("127.0.0.1:9000"),
    value_name: "IP:PORT",
    help: "Where the development issuer listens; loopback alone",
    ..value("issuer-listen", "SEKISHO_ISSUER_LISTEN", SERVER)
};
pub(super) static ISSUER_TOKEN_LIFETIME: Opt = Opt {
    default: Some("1h"),
    value_name: "DURATION",
    help: "How long access tokens of the development issuer last; short ones show what happens when they end",
    ..value("issuer-token-lifetime", "SEKISHO_ISSUER_TOKEN_LIFETIME", SERVER)
};
pub(super) static REFLECTION: Opt = Opt {
    value_name: "WHO",
    help: "Who may ask what is served: public, authenticated or off [default: public in development, off in serve]",
    ..value("reflection", "SEKISHO_REFLECTION", SERVER)
};
pub(super) static SHUTDOWN_GRACE: Opt = Opt {
    default: Some("20s"),
    value_name: "DURATION",
    help: "How long calls in flight may go on after SIGTERM or SIGINT",
    ..value("shutdown-grace", "SEKISHO_SHUTDOWN_GRACE", SERVER)
};
pub(super) static DANGEROUS_REPORT_ONLY: Opt = Opt {
    kind: Kind::Switch,
    help: "Refuse nobody: what would be refused is logged and counted, and goes through; for trying rules on live traffic",
    ..value("dangerous-report-only", "SEKISHO_DANGEROUS_REPORT_ONLY", SERVER)
};
pub(super) static LOG_FORMAT: Opt = Opt {
    default: Some("text"),
    value_name: "FORMAT",
    help: "text or json",
    ..value("log-format", "SEKISHO_LOG_FORMAT", OUTPUT)
};
pub(super) static LOG_LEVEL: Opt = Opt {
    default: Some("info"),
    value_name: "LEVELS",
    help: "Which lines are logged: error, warn, info, debug or trace, for parts like warn,sekisho::call=info",
    ..value("log-level", "RUST_LOG", OUTPUT)
};
pub(super) static LOG_CALLS: Opt = Opt {
    default: Some("refused"),
    value_name: "WHICH",
    help: "Which calls are logged, a line each: all, refused or none",
    ..value("log-calls", "SEKISHO_LOG_CALLS", OUTPUT)
};
pub(super) static CONFIG: Opt = Opt {
    value_name: "FILE",
    help: "A TOML file with the same names, lists as arrays; several issuers as tables [[issuers]]",
    in_file: false,
    ..value("config", "SEKISHO_CONFIG", OUTPUT)
};
pub(super) static ENV_FILE: Opt = Opt {
    variable: None,
    value_name: "FILE",
    help: "A .env file; what the environment says already stands",
    in_file: false,
    ..value("env-file", "", OUTPUT)
};
/// Both servers.
static SERVERS: [&Opt; 4] = [&GRPC_LISTEN, &REFLECTION, &SHUTDOWN_GRACE, &DANGEROUS_REPORT_ONLY];
/// Both servers, last in their help.
static CONFIGURATION: [&Opt; 5] = [&LOG_FORMAT, &LOG_LEVEL, &LOG_CALLS, &CONFIG, &ENV_FILE];

/// The options of `sekisho`.
pub(super) fn development() -> Vec<&'static Opt> {
    [
        &SERVERS[..],
        &[&ISSUER_LISTEN, &ISSUER_TOKEN_LIFETIME],
        &OF_ISSUER,
        &tokens::ALL,
        &page::ALL,
        &door::ALL,
        &limits::ALL,
        &CONFIGURATION,
    ]
    .concat()
}

/// The options of `sekisho serve`.
pub(super) fn serve() -> Vec<&'static Opt> {
    [&SERVERS[..], &OF_ISSUER, &tokens::ALL, &page::ALL, &door::ALL, &limits::ALL, &CONFIGURATION].concat()
}

/// The options of `sekisho token`.
pub(super) fn token() -> Vec<&'static Opt> {
    let own: [&Opt; 10] = [
        &SCOPE,
        &EXPIRES_IN,
        &CLIENT_ID,
        &CLIENT_SECRET,
        &AUDIENCE,
        &ISSUER_URL,
        &ISSUER_NAME,
        &ISSUER_LISTEN,
        &CA_FILE,
        &DANGEROUS_ALLOW_PLAIN_HTTP,
    ];
    own.into_iter().chain([&CONFIG, &ENV_FILE]).collect()
}

/// The options of `sekisho policy explain` beside its own: those of a server by which calls are judged. Those of roots and
/// of plain text stand among what is said of a server that is asked for its descriptors.
pub(super) fn explain() -> Vec<&'static Opt> {
    let fetches_elsewhere = |option: &&'static Opt| option.name != CA_FILE.name;
    let of_calls: [&Opt; 8] = [
        &REFLECTION,
        &LEEWAY,
        &MAX_TOKEN_SIZE,
        &REMEMBER_TOKENS,
        &DANGEROUS_ACCEPT_BOUND_TOKENS,
        &KEEP_CLAIM,
        &LOG_CLAIM,
        &DANGEROUS_REPORT_ONLY,
    ];
    OF_ISSUER.into_iter().filter(fetches_elsewhere).chain(of_calls).chain([&CONFIG, &ENV_FILE]).collect()
}

/// Of [`explain`], those that do not change what is explained, and are taken since a server's configuration has them.
pub(super) static NOT_EXPLAINED: [&Opt; 6] =
    [&JWKS_REFRESH, &JWKS_COOLDOWN, &JWKS_MAX_STALE, &REMEMBER_TOKENS, &KEEP_CLAIM, &LOG_CLAIM];

/// The options of `sekisho healthcheck`.
pub(super) fn healthcheck() -> Vec<&'static Opt> {
    vec![&GRPC_LISTEN, &TLS_CERTIFICATE, &CLIENT_CERTIFICATE, &CLIENT_KEY, &CONFIG, &ENV_FILE]
}

/// The names that a file may have outside of its tables, whichever command reads it.
pub(super) fn names_in_file() -> Vec<&'static str> {
    development().iter().filter(|option| option.in_file).map(|option| option.name).collect()
}

/// Every variable that is read, by whichever command.
pub(super) fn names_of_variables() -> Vec<&'static str> {
    let options = [development(), serve(), token(), healthcheck()].concat();
    options.iter().filter_map(|option| option.variable).collect()
}
