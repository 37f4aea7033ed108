use crate::cli::command::documented;
use crate::cli::{Command, parse};

use super::*;

fn checked(arguments: &str, config: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), config).unwrap();
    let path = file.path().display().to_string();
    let arguments =
        ["sekisho", "check-config", "--config", &path].into_iter().chain(arguments.split_whitespace());
    match parse(arguments.map(Into::into), []) {
        Ok(Command::CheckConfig(settings)) => summary(&settings),
        other => panic!("expected settings, found {other:?}"),
    }
}

#[test]
fn a_single_issuer_has_no_name() {
    assert_eq!(
        checked("--issuer https://tenant.example/ --audience api", ""),
        "The configuration is in order.\n\
         Issuers:\n  https://tenant.example/, audience api, keys found by discovery\n\
         Listeners:\n  gRPC: 127.0.0.1:50051, plain text\n"
    );
}

#[test]
fn issuers_listeners_and_dangers_are_told() {
    let config = r#"
        grpc-listen = "0.0.0.0:1"
        client-id = "page"
        allow-origin = ["*"]
        dangerous-listen-without-tls = true
        dangerous-report-only = true
        dangerous-allow-plain-http = true
        dangerous-accept-bound-tokens = true
        [[issuers]]
        name = "auth0"
        issuer = "https://tenant.example/"
        audience = "my api"
        jwks = "https://tenant.example/keys"
        [[issuers]]
        name = "ci"
        required = false
        issuer = "https://ci.example"
        audience = "api"
        scopes_of = { a = ["b"], c = ["d"] }
    "#;
    assert_eq!(
        checked("", config),
        "The configuration is in order.\n\
         Issuers:\n  auth0: https://tenant.example/, audience my api, keys from https://tenant.example/keys\n  \
         ci: https://ci.example, audience api, keys found by discovery, not required, scopes of 2 subjects\n\
         Listeners:\n  gRPC: 0.0.0.0:1, plain text\n  page: 127.0.0.1:8080, plain text, client page\n\
         Dangerous:\n  dangerous-report-only: no call is refused\n  \
         dangerous-listen-without-tls: whoever is on the way can take the tokens\n  \
         dangerous-allow-plain-http: whoever is on the way to an issuer can forge tokens\n  \
         dangerous-accept-bound-tokens: whoever steals a bound token can use it\n  \
         allow-origin = *: every page may call\n"
    );
}

/// On loopback, what is allowed is of no use, and so no danger.
#[test]
fn what_is_allowed_and_not_used_is_no_danger() {
    let text = checked("--issuer https://tenant.example/ --audience api --dangerous-listen-without-tls", "");
    assert!(!text.contains("Dangerous"), "{text}");
}

#[test]
fn texts_stay_on_their_lines() {
    let config = "issuer = 'https://tenant.example/'\naudience = \"a\\nb\\u001b[2J\"";
    assert!(checked("", config).contains("audience a b [2J, keys"), "{}", checked("", config));
}

#[test]
fn the_documentation_shows_what_is_printed() {
    let keys = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(keys.path(), sekisho::testing::TestIssuer::new("x", "api").jwks()).unwrap();
    let text = include_str!("../../../docs/configuration.md");
    let (_, rest) = text.split_once("$ sekisho check-config --config sekisho.toml\n").unwrap();
    let shown = rest.split_once("```").unwrap().0;
    let printed = checked("", &documented(keys.path()));
    assert_eq!(printed.replace(&keys.path().display().to_string(), "/etc/sekisho/kubernetes.json"), shown);
}

/// It is no fault, and nobody's token is accepted before it has one.
#[test]
fn a_file_without_a_usable_key_is_told() {
    let keys = tempfile::NamedTempFile::new().unwrap();
    let path = keys.path().display().to_string();
    let told = |algorithm: &str| {
        let issuer = format!("--issuer urn:ci --audience api --jwks {path} --algorithm {algorithm}");
        checked(&issuer, "").contains("(it has no usable key yet)")
    };
    std::fs::write(&path, sekisho::testing::TestIssuer::new("urn:ci", "api").jwks()).unwrap();
    assert!(!told("RS256"));
    assert!(told("ES256"));
    std::fs::write(&path, r#"{"keys": []}"#).unwrap();
    assert!(told("RS256"));
}
