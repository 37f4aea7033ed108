//! Files that differ in whatever a running server can take.

use crate::support::serving::table;

/// Tokens of `a`, of `c` and of the discovered issuer are good for all of them; those of `b` for some.
pub(super) struct Configuration {
    pub(super) text: String,
    /// What is told where it comes after the one before it.
    pub(super) told: &'static str,
    pub(super) trusts_b: bool,
}

/// The one before the last, in whose place a faulty one is read, and after which the first one comes then.
pub(super) const BEFORE_LAST: usize = 3;

/// What is told of the first one then.
pub(super) const TOLD_AFTER_FAULTY: &str =
    "changed: issuer c, removed issuer b, the order of the issuers, max-token-size, log-level";

/// It would let nobody in.
pub(super) const FAULTY: &str = "leeway = 'soon'\nmax-connections = 'many'\nmax-token-size = 1\n";

/// What is wrong with it.
pub(super) const FAULTS: [&str; 4] =
    ["max-connections in ", "--issuer (or ", "--audience (or ", "leeway in "];

const SETTINGS: &str = "reflection = 'authenticated'\nlog-calls = 'none'\n";

pub(super) fn configurations(discovered: &str) -> [Configuration; 5] {
    let [a, b, c] = ["a", "b", "c"].map(|name| table(name, ""));
    let d = format!("[[issuers]]\nname = 'd'\nissuer = '{discovered}'\naudience = 'api'\n");
    let other_scopes = table("c", "scope-claim = ['permissions', 'scope']");
    let other_schedule = table("c", "jwks-refresh = '1h'\nrequired = false");
    let of = |settings: &str, tables: &[&String], told| Configuration {
        text: format!(
            "{SETTINGS}{settings}\n{}",
            tables.iter().map(|table| table.as_str()).collect::<String>()
        ),
        told,
        trusts_b: tables.contains(&&b),
    };
    [
        of(
            "",
            &[&a, &c, &d],
            "changed: the order of the issuers, max-concurrent-streams, max-header-list-size",
        ),
        of(
            "max-connections = 100\nleeway = '7s'",
            &[&d, &a, &b, &other_scopes],
            "changed: issuer c, new issuer b, the order of the issuers, leeway, max-connections",
        ),
        of(
            "allow-origin = ['https://app.example']\nmax-message-size = 1000",
            &[&c, &a, &d],
            "changed: issuer c, removed issuer b, the order of the issuers, leeway, allow-origin, \
             max-connections, max-message-size",
        ),
        of(
            "log-level = 'info,sekisho::jwks=warn'\nmax-token-size = 4096",
            &[&a, &d, &b, &other_schedule],
            "changed: issuer c, new issuer b, the order of the issuers, allow-origin, max-token-size, \
             max-message-size, log-level",
        ),
        of(
            "max-header-list-size = 10000\nmax-concurrent-streams = 50",
            &[&a, &d, &c],
            "changed: issuer c, removed issuer b, max-token-size, max-concurrent-streams, \
             max-header-list-size, log-level",
        ),
    ]
}
