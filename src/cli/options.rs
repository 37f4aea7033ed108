//! Every option there is: one entry an option, whatever it comes by.

mod door;
mod limits;
mod page;

pub(super) use door::*;
pub(super) use limits::*;
pub(super) use page::*;

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
pub(super) static ISSUER_URL: Opt = Opt {
    value_name: "URL",
    help: "The issuer, like https://tenant.example/; its keys are found by discovery; with --jwks any name, like urn:example:issuer; required in serve",
    ..value("issuer", "OIDC_ISSUER", ISSUER)
};
pub(super) static JWKS: Opt = Opt {
    value_name: "URL|FILE",
    help: "The issuer's keys, where discovery is not to find them; the issuer is then written just as tokens carry it",
    ..value("jwks", "OIDC_JWKS_URI", ISSUER)
};
pub(super) static JWKS_REFRESH: Opt = Opt {
    default: Some("5m"),
    value_name: "DURATION",
    help: "How often the keys are fetched anew",
    ..value("jwks-refresh", "OIDC_JWKS_REFRESH", ISSUER)
};
pub(super) static JWKS_COOLDOWN: Opt = Opt {
    default: Some("30s"),
    value_name: "DURATION",
    help: "The least time between two fetches that unknown keys cause, and between two that signatures cause which do not verify",
    ..value("jwks-cooldown", "OIDC_JWKS_COOLDOWN", ISSUER)
};
pub(super) static JWKS_MAX_STALE: Opt = Opt {
    default: Some("24h"),
    value_name: "DURATION",
    help: "How long keys serve after the last refresh that succeeded",
    ..value("jwks-max-stale", "OIDC_JWKS_MAX_STALE", ISSUER)
};
pub(super) static CA_FILE: Opt = Opt {
    value_name: "FILE",
    help: "Roots (PEM) that are trusted for the issuer besides the usual ones",
    ..value("ca-file", "SEKISHO_CA_FILE", ISSUER)
};
pub(super) static DANGEROUS_ALLOW_PLAIN_HTTP: Opt = Opt {
    kind: Kind::Switch,
    help: "Fetch keys by http from elsewhere than loopback: whoever is on the way can then forge tokens",
    ..value("dangerous-allow-plain-http", "SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP", ISSUER)
};
pub(super) static AUDIENCE: Opt = Opt {
    value_name: "NAME",
    help: "What a token's audience has to name, byte for byte; required in serve [default: auth0-multiple-api in development]",
    ..value("audience", "OIDC_AUDIENCE", TOKENS)
};
pub(super) static AUDIENCE_CLAIM: Opt = Opt {
    default: Some("aud"),
    value_name: "CLAIM",
    help: "The name (no path) of the claim that names it; client_id for issuers that put no aud in access tokens; an aud that is there has to name it too",
    ..value("audience-claim", "OIDC_AUDIENCE_CLAIM", TOKENS)
};
pub(super) static ALGORITHM: Opt = Opt {
    kind: Kind::List,
    default: Some("RS256"),
    value_name: "NAME",
    help: "An algorithm that is accepted; may be repeated",
    ..value("algorithm", "OIDC_ALGORITHMS", TOKENS)
};
pub(super) static LEEWAY: Opt = Opt {
    default: Some("5s"),
    value_name: "DURATION",
    help: "By how much the clocks of issuer and server may differ",
    ..value("leeway", "SEKISHO_LEEWAY", TOKENS)
};
pub(super) static MAX_TOKEN_SIZE: Opt = Opt {
    default: Some("8192"),
    value_name: "BYTES",
    help: "How long the authorization entry may be",
    ..value("max-token-size", "SEKISHO_MAX_TOKEN_SIZE", TOKENS)
};
pub(super) static REMEMBER_TOKENS: Opt = Opt {
    default: Some("10000"),
    value_name: "COUNT",
    help: "How many verified tokens are remembered, so that none of them is verified at each call; 0 for none",
    ..value("remember-tokens", "SEKISHO_REMEMBER_TOKENS", TOKENS)
};
pub(super) static SCOPE_CLAIM: Opt = Opt {
    kind: Kind::List,
    default: Some("scope,scp"),
    value_name: "CLAIM",
    help: "A claim whose scopes count, like permissions, or a path to one, like realm_access.roles (a dot of a name is \\.); naming any replaces the usual ones",
    ..value("scope-claim", "SEKISHO_SCOPE_CLAIMS", TOKENS)
};
pub(super) static SCOPE_PREFIX: Opt = Opt {
    value_name: "PREFIX",
    help: "What the issuer writes before the names of scopes, like api://orders/; it is taken off in tokens, and callers are told to ask with it",
    ..value("scope-prefix", "OIDC_SCOPE_PREFIX", TOKENS)
};
pub(super) static TOKEN_PROFILE: Opt = Opt {
    default: Some("any"),
    value_name: "PROFILE",
    help: "any, or rfc9068 for at+jwt alone",
    ..value("token-profile", "SEKISHO_TOKEN_PROFILE", TOKENS)
};
pub(super) static DANGEROUS_ACCEPT_BOUND_TOKENS: Opt = Opt {
    kind: Kind::Switch,
    help: "Accept tokens that are bound to their sender (cnf) without checking the binding: whoever steals one can use it",
    ..value("dangerous-accept-bound-tokens", "SEKISHO_DANGEROUS_ACCEPT_BOUND_TOKENS", TOKENS)
};
pub(super) static LOG_FORMAT: Opt = Opt {
    default: Some("text"),
    value_name: "FORMAT",
    help: "text or json; the level is set by RUST_LOG",
    ..value("log-format", "SEKISHO_LOG_FORMAT", OUTPUT)
};
pub(super) static LOG_CALLS: Opt = Opt {
    default: Some("refused"),
    value_name: "WHICH",
    help: "Which calls are logged, a line each: all, refused or none",
    ..value("log-calls", "SEKISHO_LOG_CALLS", OUTPUT)
};
pub(super) static CONFIG: Opt = Opt {
    value_name: "FILE",
    help: "A TOML file with the same names, lists as arrays",
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
pub(super) static SCOPE: Opt = Opt {
    variable: None,
    value_name: "SCOPES",
    help: "What to ask for, like \"api1:read:status api2:read:status\" (the default, of the development issuer)",
    in_file: false,
    ..value("scope", "", TOKENS)
};
pub(super) static EXPIRES_IN: Opt = Opt {
    variable: None,
    value_name: "DURATION",
    help: "How long the token lasts [default: 1h]; of the development issuer alone",
    in_file: false,
    ..value("expires-in", "", TOKENS)
};
pub(super) static CLIENT_ID: Opt = Opt {
    value_name: "ID",
    help: "Who asks [default: cli, of the development issuer, which the variable is not for]",
    in_file: false,
    ..value("client-id", "SEKISHO_TOKEN_CLIENT_ID", TOKENS)
};
pub(super) static CLIENT_SECRET: Opt = Opt {
    value_name: "SECRET",
    help: "Its secret; better in the variable, where no list of processes shows it",
    in_file: false,
    ..value("client-secret", "SEKISHO_TOKEN_CLIENT_SECRET", TOKENS)
};

/// Both servers.
static SERVERS: [&Opt; 20] = [
    &GRPC_LISTEN,
    &REFLECTION,
    &SHUTDOWN_GRACE,
    &ISSUER_URL,
    &JWKS,
    &JWKS_REFRESH,
    &JWKS_COOLDOWN,
    &JWKS_MAX_STALE,
    &CA_FILE,
    &DANGEROUS_ALLOW_PLAIN_HTTP,
    &AUDIENCE,
    &AUDIENCE_CLAIM,
    &ALGORITHM,
    &LEEWAY,
    &MAX_TOKEN_SIZE,
    &REMEMBER_TOKENS,
    &SCOPE_CLAIM,
    &SCOPE_PREFIX,
    &TOKEN_PROFILE,
    &DANGEROUS_ACCEPT_BOUND_TOKENS,
];
/// Both servers, last in their help.
static CONFIGURATION: [&Opt; 4] = [&LOG_FORMAT, &LOG_CALLS, &CONFIG, &ENV_FILE];

/// The options of `sekisho`.
pub(super) fn development() -> Vec<&'static Opt> {
    [
        &SERVERS[..],
        &[&ISSUER_LISTEN, &ISSUER_TOKEN_LIFETIME],
        &page::ALL,
        &door::ALL,
        &limits::ALL,
        &CONFIGURATION,
    ]
    .concat()
}

/// The options of `sekisho serve`.
pub(super) fn serve() -> Vec<&'static Opt> {
    [&SERVERS[..], &page::ALL, &door::ALL, &limits::ALL, &CONFIGURATION].concat()
}

/// The options of `sekisho token`.
pub(super) fn token() -> Vec<&'static Opt> {
    let own: [&Opt; 9] = [
        &SCOPE,
        &EXPIRES_IN,
        &CLIENT_ID,
        &CLIENT_SECRET,
        &AUDIENCE,
        &ISSUER_URL,
        &ISSUER_LISTEN,
        &CA_FILE,
        &DANGEROUS_ALLOW_PLAIN_HTTP,
    ];
    own.into_iter().chain([&CONFIG, &ENV_FILE]).collect()
}

/// The options of `sekisho healthcheck`.
pub(super) fn healthcheck() -> Vec<&'static Opt> {
    vec![&GRPC_LISTEN, &TLS_CERTIFICATE, &CLIENT_CERTIFICATE, &CLIENT_KEY, &CONFIG, &ENV_FILE]
}

/// The names that a file may have, whichever command reads it.
pub(super) fn names_in_file() -> Vec<&'static str> {
    development().iter().filter(|option| option.in_file).map(|option| option.name).collect()
}

/// The levels of the log are tracing's to name, so this has no option.
pub(super) const LEVELS: &str = "RUST_LOG";

/// Every variable that is read, by whichever command.
pub(super) fn names_of_variables() -> Vec<&'static str> {
    let options = [development(), serve(), token(), healthcheck()].concat();
    options.iter().filter_map(|option| option.variable).chain([LEVELS]).collect()
}
