//! What holds for the tokens of every issuer.

use super::{ISSUER, Kind, Opt, TOKENS, value};

pub(in crate::cli) static DANGEROUS_ALLOW_PLAIN_HTTP: Opt = Opt {
    kind: Kind::Switch,
    help: "Fetch keys by http from elsewhere than loopback: whoever is on the way can then forge tokens",
    ..value("dangerous-allow-plain-http", "SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP", ISSUER)
};
pub(in crate::cli) static LEEWAY: Opt = Opt {
    default: Some("5s"),
    value_name: "DURATION",
    help: "By how much the clocks of issuer and server may differ",
    ..value("leeway", "SEKISHO_LEEWAY", TOKENS)
};
pub(in crate::cli) static MAX_TOKEN_SIZE: Opt = Opt {
    default: Some("8192"),
    value_name: "BYTES",
    help: "How long the authorization entry may be",
    ..value("max-token-size", "SEKISHO_MAX_TOKEN_SIZE", TOKENS)
};
pub(in crate::cli) static REMEMBER_TOKENS: Opt = Opt {
    default: Some("10000"),
    value_name: "COUNT",
    help: "How many verified tokens of each issuer are remembered, so that none of them is verified at each call; 0 for none",
    ..value("remember-tokens", "SEKISHO_REMEMBER_TOKENS", TOKENS)
};
pub(in crate::cli) static DANGEROUS_ACCEPT_BOUND_TOKENS: Opt = Opt {
    kind: Kind::Switch,
    help: "Accept tokens that are bound to their sender (cnf) without checking the binding: whoever steals one can use it",
    ..value("dangerous-accept-bound-tokens", "SEKISHO_DANGEROUS_ACCEPT_BOUND_TOKENS", TOKENS)
};
pub(in crate::cli) static KEEP_CLAIM: Opt = Opt {
    kind: Kind::List,
    value_name: "CLAIM",
    help: "A further claim that handlers may ask for, or a path to one, like tenant or realm_access.roles; may be repeated",
    ..value("keep-claim", "OIDC_KEEP_CLAIMS", TOKENS)
};
pub(in crate::cli) static LOG_CLAIM: Opt = Opt {
    kind: Kind::List,
    value_name: "CLAIM",
    help: "A further claim that is logged with each call, and that handlers may ask for; may be repeated",
    ..value("log-claim", "OIDC_LOG_CLAIMS", TOKENS)
};

pub(super) static ALL: [&Opt; 7] = [
    &DANGEROUS_ALLOW_PLAIN_HTTP,
    &LEEWAY,
    &MAX_TOKEN_SIZE,
    &REMEMBER_TOKENS,
    &KEEP_CLAIM,
    &LOG_CLAIM,
    &DANGEROUS_ACCEPT_BOUND_TOKENS,
];
