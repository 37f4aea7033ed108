//! What describes one issuer.

use super::{ISSUER, Kind, Opt, TOKENS, value};

const fn of_issuer(name: &'static str, variable: &'static str, heading: &'static str) -> Opt {
    Opt { in_table: true, ..value(name, variable, heading) }
}

const fn of_table(name: &'static str, kind: Kind, default: Option<&'static str>) -> Opt {
    Opt { variable: None, kind, default, in_file: false, ..of_issuer(name, "", ISSUER) }
}

pub(in crate::cli) static ISSUER_URL: Opt = Opt {
    value_name: "URL",
    help: "The issuer, like https://tenant.example/; its keys are found by discovery; with --jwks any name, like urn:example:issuer; required in serve",
    ..of_issuer("issuer", "OIDC_ISSUER", ISSUER)
};
pub(in crate::cli) static JWKS: Opt = Opt {
    value_name: "URL|FILE",
    help: "The issuer's keys, where discovery is not to find them; the issuer is then written just as tokens carry it",
    ..of_issuer("jwks", "OIDC_JWKS_URI", ISSUER)
};
pub(in crate::cli) static JWKS_REFRESH: Opt = Opt {
    default: Some("5m"),
    value_name: "DURATION",
    help: "How often the keys are fetched anew",
    ..of_issuer("jwks-refresh", "OIDC_JWKS_REFRESH", ISSUER)
};
pub(in crate::cli) static JWKS_COOLDOWN: Opt = Opt {
    default: Some("30s"),
    value_name: "DURATION",
    help: "The least time between two fetches that unknown keys cause, and between two that signatures cause which do not verify",
    ..of_issuer("jwks-cooldown", "OIDC_JWKS_COOLDOWN", ISSUER)
};
pub(in crate::cli) static JWKS_MAX_STALE: Opt = Opt {
    default: Some("24h"),
    value_name: "DURATION",
    help: "How long keys serve after the last refresh that succeeded",
    ..of_issuer("jwks-max-stale", "OIDC_JWKS_MAX_STALE", ISSUER)
};
pub(in crate::cli) static CA_FILE: Opt = Opt {
    value_name: "FILE",
    help: "Roots (PEM) that are trusted for the issuer besides the usual ones",
    ..of_issuer("ca-file", "SEKISHO_CA_FILE", ISSUER)
};
pub(in crate::cli) static AUDIENCE: Opt = Opt {
    value_name: "NAME",
    help: "What a token's audience has to name, byte for byte; required in serve [default: auth0-multiple-api in development]",
    ..of_issuer("audience", "OIDC_AUDIENCE", TOKENS)
};
pub(in crate::cli) static AUDIENCE_CLAIM: Opt = Opt {
    default: Some("aud"),
    value_name: "CLAIM",
    help: "The name (no path) of the claim that names it; client_id for issuers that put no aud in access tokens; an aud that is there has to name it too",
    ..of_issuer("audience-claim", "OIDC_AUDIENCE_CLAIM", TOKENS)
};
pub(in crate::cli) static ALGORITHM: Opt = Opt {
    kind: Kind::List,
    default: Some("RS256"),
    value_name: "NAME",
    help: "An algorithm that is accepted; may be repeated",
    ..of_issuer("algorithm", "OIDC_ALGORITHMS", TOKENS)
};
pub(in crate::cli) static SCOPE_CLAIM: Opt = Opt {
    kind: Kind::List,
    default: Some("scope,scp"),
    value_name: "CLAIM",
    help: "A claim whose scopes count, like permissions, or a path to one, like realm_access.roles (a dot of a name is \\.); naming any replaces the usual ones",
    ..of_issuer("scope-claim", "SEKISHO_SCOPE_CLAIMS", TOKENS)
};
pub(in crate::cli) static SCOPE_PREFIX: Opt = Opt {
    value_name: "PREFIX",
    help: "What the issuer writes before the names of scopes, like api://orders/; it is taken off in tokens, and callers are told to ask with it",
    ..of_issuer("scope-prefix", "OIDC_SCOPE_PREFIX", TOKENS)
};
pub(in crate::cli) static TOKEN_PROFILE: Opt = Opt {
    default: Some("any"),
    value_name: "PROFILE",
    help: "any, or rfc9068 for at+jwt alone",
    ..of_issuer("token-profile", "SEKISHO_TOKEN_PROFILE", TOKENS)
};
pub(in crate::cli) static CLIENT_CLAIM: Opt = Opt {
    kind: Kind::List,
    default: Some("client_id,azp"),
    value_name: "CLAIM",
    help: "A claim that says which client asked for the token, like cid or appid; the first that is there counts; naming any replaces the usual ones",
    ..of_issuer("client-claim", "OIDC_CLIENT_CLAIMS", TOKENS)
};

/// The name of an issuer, which its table alone has.
pub(in crate::cli) static TABLE_NAME: Opt = of_table("name", Kind::Value, None);
/// Whether the server waits for its keys, which its table alone says.
pub(in crate::cli) static TABLE_REQUIRED: Opt = of_table("required", Kind::Switch, Some("true"));

/// The table of a table: the scopes of exact subjects.
pub(in crate::cli) const SCOPES_OF: &str = "scopes_of";

/// What describes one issuer: each is a flag for a single one, and a name in the tables `[[issuers]]` for several.
pub(in crate::cli) static OF_ISSUER: [&Opt; 13] = [
    &ISSUER_URL,
    &JWKS,
    &JWKS_REFRESH,
    &JWKS_COOLDOWN,
    &JWKS_MAX_STALE,
    &CA_FILE,
    &AUDIENCE,
    &AUDIENCE_CLAIM,
    &ALGORITHM,
    &SCOPE_CLAIM,
    &SCOPE_PREFIX,
    &TOKEN_PROFILE,
    &CLIENT_CLAIM,
];

/// The names that a table may have.
pub(in crate::cli) fn names_in_table() -> Vec<&'static str> {
    let own = [&TABLE_NAME, &TABLE_REQUIRED].into_iter().chain(OF_ISSUER);
    own.map(|option| option.name).chain([SCOPES_OF]).collect()
}
