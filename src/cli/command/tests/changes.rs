//! What is new in a configuration, told by the names of its options.

use super::issuers::TWO;
use super::*;
use crate::config::{Changes, IssuerChanges, TrustedIssuer};

/// Of a server that runs with what it was started with.
pub(super) fn changes(old: &ServeSettings, new: &ServeSettings) -> Changes {
    crate::config::changes(old, old.issuers.first(), new)
}

/// Every option that can be set without a file, with a value that is not its default.
const AT_ONCE: &[(&str, &str)] = &[
    ("leeway", "1s"),
    ("max-token-size", "100"),
    ("keep-claim", "tenant"),
    ("log-claim", "email"),
    ("dangerous-allow-plain-http", ""),
    ("dangerous-accept-bound-tokens", ""),
    ("allow-origin", "https://app.example"),
    ("allow-header", "traceparent"),
    ("max-connections", "1"),
    ("max-concurrent-streams", "1"),
    ("max-header-list-size", "10000"),
    ("max-frame-size", "20000"),
    ("max-message-size", "1"),
    ("first-head-timeout", "1s"),
    ("head-timeout", "1s"),
    ("idle-timeout", "1s"),
    ("keep-alive-interval", "1s"),
    ("keep-alive-timeout", "1s"),
    ("max-connection-age", "1s"),
    ("max-connection-age-grace", "1s"),
    ("log-level", "warn"),
    ("log-calls", "all"),
];

const NEEDS_RESTART: &[(&str, &str)] = &[
    ("grpc-listen", "127.0.0.1:1"),
    ("web-listen", "127.0.0.1:1"),
    ("client-id", "other"),
    ("connect-origin", "https://login.example"),
    ("remember-tokens", "0"),
    ("dangerous-report-only", ""),
    ("reflection", "public"),
    ("shutdown-grace", "1s"),
    ("log-format", "json"),
    ("tls-certificate", "other.pem"),
    ("tls-key", "other.pem"),
    ("tls-client-ca", "other.pem"),
    ("tls-client-certificate", "optional"),
    ("tls-reload", "2m"),
];

/// Each makes the issuer another one, whatever its name.
const OF_ISSUER: &[(&str, &str)] = &[
    ("jwks", "https://keys.example/"),
    ("jwks-refresh", "1m"),
    ("jwks-cooldown", "1m"),
    ("jwks-max-stale", "1m"),
    ("ca-file", "certificate.pem"),
    ("audience", "other"),
    ("audience-claim", "client_id"),
    ("algorithm", "ES256"),
    ("scope-claim", "permissions"),
    ("scope-prefix", "a/"),
    ("token-profile", "rfc9068"),
    ("client-claim", "cid"),
];

/// A server with all that has further settings, and one setting that is another.
fn started(files: &std::path::Path, other: (&str, &str)) -> ServeSettings {
    let path = |name: &str| files.join(name).display().to_string();
    let mut settings = std::collections::BTreeMap::from([
        ("issuer", "https://tenant.example/".to_owned()),
        ("audience", "api".to_owned()),
        ("client-id", "page".to_owned()),
        ("tls-certificate", path("certificate.pem")),
        ("tls-key", path("key.pem")),
        ("tls-client-ca", path("certificate.pem")),
    ]);
    let (name, text) = other;
    if !name.is_empty() {
        let is_file = std::path::Path::new(text).extension().is_some_and(|extension| extension == "pem");
        let copy = |of: &str| std::fs::copy(path(of), path(text)).map(drop).unwrap();
        match name {
            "tls-key" => copy("key.pem"),
            "tls-certificate" | "tls-client-ca" => copy("certificate.pem"),
            _ => {}
        }
        settings.insert(name, if is_file { path(text) } else { text.to_owned() });
    }
    let told = settings.iter().fold(told("serve"), |told, (name, text)| match text.as_str() {
        "" => told.argument(&format!("--{name}")),
        _ => told.argument(&format!("--{name}={text}")),
    });
    told.serve()
}

#[test]
fn every_option_is_told_by_its_name() {
    let files = tempfile::tempdir().unwrap();
    let pem = tls_files();
    std::fs::write(files.path().join("certificate.pem"), pem.certificate).unwrap();
    std::fs::write(files.path().join("key.pem"), pem.key).unwrap();
    let old = started(files.path(), ("", ""));
    let changes_by = |other| changes(&old, &started(files.path(), other));
    assert_eq!(changes_by(("", "")), Changes::default());
    for other in AT_ONCE {
        assert_eq!(changes_by(*other), Changes { settings: vec![other.0], ..Changes::default() });
    }
    for other in NEEDS_RESTART {
        assert_eq!(changes_by(*other), Changes { needs_restart: vec![other.0], ..Changes::default() });
    }
    for other in OF_ISSUER {
        let changed = vec!["https://tenant.example/".to_owned()];
        let issuers = IssuerChanges { changed, ..IssuerChanges::default() };
        // The page was told of these at the start.
        let is_told = ["audience", "scope-prefix"].contains(&other.0);
        let needs_restart = if is_told { vec!["the issuer of the page"] } else { Vec::new() };
        assert_eq!(changes_by(*other), Changes { issuers, needs_restart, ..Changes::default() });
    }
    let moved = changes_by(("issuer", "https://other.example/"));
    assert_eq!(
        moved.to_string(),
        "changed: new issuer https://other.example/, removed issuer https://tenant.example/; \
         needs a restart: the issuer of the page"
    );
}

/// A further option has to be told of as well.
#[test]
fn no_option_is_left_out() {
    let told: Vec<_> = [AT_ONCE, NEEDS_RESTART, OF_ISSUER].concat();
    // Files, what is told as one that went and one that came, and what only lets others be as they are.
    let others = ["config", "env-file", "issuer", "dangerous-listen-without-tls"];
    for option in options::serve() {
        let is_told = told.iter().any(|(name, _)| *name == option.name) || others.contains(&option.name);
        assert!(is_told, "{}", option.name);
    }
}

#[test]
fn tls_and_page_come_and_go_with_a_restart() {
    let pem = tls_files();
    let with = served("--client-id page")
        .file("--tls-certificate", "certificate.pem", &pem.certificate)
        .file("--tls-key", "key.pem", &pem.key);
    let (with, without) = (with.serve(), served("").serve());
    for (old, new) in [(&with, &without), (&without, &with)] {
        let expected = Changes { needs_restart: vec!["client-id", "tls-certificate"], ..Changes::default() };
        assert_eq!(changes(old, new), expected);
    }
}

fn with_tables(config: &str) -> ServeSettings {
    told("serve").config(config).serve()
}

#[test]
fn issuers_are_told_by_their_names() {
    let old = with_tables(TWO);
    let changes_to = |config: &str| changes(&old, &with_tables(config)).to_string();
    assert_eq!(changes_to(TWO), "nothing changed");
    let third = "\n[[issuers]]\nname = 'third'\nissuer = 'https://third.example'\naudience = 'api'\n";
    assert_eq!(changes_to(&format!("{TWO}{third}")), "changed: new issuer third");
    let replaced = TWO.replace("'auth0'", "'okta'");
    assert_eq!(changes_to(&replaced), "changed: new issuer okta, removed issuer auth0");
    let all = format!(
        "leeway = '0s'\nmax-connections = 1\nlog-level = 'warn'\ngrpc-listen = '127.0.0.1:1'\n{TWO}\nrequired = false"
    );
    assert_eq!(
        changes_to(&all),
        "changed: issuer keycloak, leeway, max-connections, log-level; needs a restart: grpc-listen"
    );
    let listen = format!("grpc-listen = '127.0.0.1:1'\n{TWO}");
    assert_eq!(changes_to(&listen), "needs a restart: grpc-listen");
    for line in ["scopes_of.a = ['b']", "required = false", "algorithm = ['ES256']"] {
        assert_eq!(changes_to(&format!("{TWO}\n{line}")), "changed: issuer keycloak", "{line}");
    }
    // Under the same name somebody else: whoever holds the keys of the one has nothing of the other.
    let moved = TWO.replace("https://keycloak.example/realms/one", "https://keycloak.example/realms/two");
    assert_eq!(changes_to(&moved), "changed: issuer keycloak");
}

/// A server goes on with what it was told last, and its page with what it was told first.
#[test]
fn the_page_needs_a_restart_until_its_issuer_is_the_first_again() {
    let config = format!("client-id = 'page'\n{TWO}");
    let first = with_tables(&config);
    let page_of: Option<&TrustedIssuer> = first.issuers.first();
    let changes_from =
        |old: &ServeSettings, new: &ServeSettings| crate::config::changes(old, page_of, new).to_string();
    let moved = with_tables(&config.replace("https://tenant.example/", "https://other.example/"));
    let told = "changed: issuer auth0; needs a restart: the issuer of the page";
    assert_eq!(changes_from(&first, &moved), told);
    assert_eq!(changes_from(&moved, &moved), "needs a restart: the issuer of the page");
    assert_eq!(changes_from(&moved, &first), "changed: issuer auth0");
}

#[test]
fn the_order_of_issuers_is_told() {
    let (_, tables) = TWO.split_once("[[issuers]]").unwrap();
    let (first, second) = tables.split_once("[[issuers]]").unwrap();
    let reversed = with_tables(&format!("[[issuers]]{second}[[issuers]]{first}"));
    let changes = changes(&with_tables(TWO), &reversed);
    assert_eq!(changes.to_string(), "changed: the order of the issuers");
    assert!(changes.issuers.is_reordered && changes.issuers.changed.is_empty());
}
