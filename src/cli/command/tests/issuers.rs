//! Several issuers, as the tables of the file describe them.

use std::time::Duration;

use super::*;
use crate::config::{KeyLocation, TrustedIssuer};
use sekisho::jwks::{Algorithm, HeldKeys, KeySet, PlainHttp};
use sekisho::scope::ScopeSet;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::{BearerToken, ClaimValue, Claims, TokenProfile};

/// Two tables with the least that each has to have.
pub(super) const TWO: &str = "
    [[issuers]]
    name = 'auth0'
    issuer = 'https://tenant.example/'
    audience = 'api'

    [[issuers]]
    name = 'keycloak'
    issuer = 'https://keycloak.example/realms/one'
    audience = 'account'
";

fn trusted(config: &str) -> Vec<TrustedIssuer> {
    told("serve").config(config).serve().issuers
}

#[test]
fn a_table_has_the_defaults_of_the_flags() {
    let issuers = trusted(TWO);
    let labels: Vec<_> = issuers.iter().map(TrustedIssuer::label).collect();
    assert_eq!(labels, ["auth0", "keycloak"]);
    let by_flags = served("").issuer();
    assert_eq!(issuers[0], TrustedIssuer { name: Some("auth0".to_owned()), ..by_flags });
}

#[test]
fn a_table_has_the_names_of_the_flags() {
    let issuers = trusted(
        r#"
        leeway = "0s"
        keep-claim = ["tenant"]
        log-claim = ["email"]
        dangerous-allow-plain-http = true
        dangerous-accept-bound-tokens = true

        [[issuers]]
        name = "github"
        required = false
        issuer = "urn:example:github"
        audience = "api"
        audience-claim = "client_id"
        algorithm = ["ES256"]
        jwks = "http://issuer.example/keys"
        jwks-refresh = "100ms"
        jwks-cooldown = "2s"
        jwks-max-stale = "1h"
        scope-claim = ["permissions"]
        scope-prefix = "api://orders/"
        token-profile = "rfc9068"
        client-claim = ["cid"]

        [issuers.scopes_of]
        "repo:octo/orders:ref:refs/heads/main" = ["orders:read", "orders:write"]
        "system:serviceaccount:default:orders" = ["orders:read"]

        [[issuers]]
        name = "other"
        issuer = "https://other.example/"
        audience = "other"
        "#,
    );
    let [TrustedIssuer { name: Some(name), required: false, issuer, token }, other] = &issuers[..] else {
        panic!("{issuers:?}")
    };
    assert_eq!((name.as_str(), issuer.name.as_str()), ("github", "urn:example:github"));
    assert!(matches!(&issuer.keys, KeyLocation::Url(url) if url.as_str() == "http://issuer.example/keys"));
    let schedule = issuer.schedule;
    assert_eq!((schedule.refresh, schedule.cooldown), (Duration::from_millis(100), Duration::from_secs(2)));
    assert_eq!(schedule.max_stale, Duration::from_secs(3600));
    assert_eq!((token.audience.as_str(), token.audience_claim.as_str()), ("api", "client_id"));
    assert_eq!((&token.algorithms[..], token.profile), (&[Algorithm::Es256][..], TokenProfile::Rfc9068));
    assert_eq!(token.scope_claims, ["permissions".parse().unwrap()]);
    assert_eq!(token.client_claims, ["cid".parse().unwrap()]);
    assert_eq!(token.scope_prefix.as_str(), "api://orders/");
    let scopes = |text: &str| text.parse::<ScopeSet>().unwrap();
    let scopes_of = [
        ("repo:octo/orders:ref:refs/heads/main".to_owned(), scopes("orders:read orders:write")),
        ("system:serviceaccount:default:orders".to_owned(), scopes("orders:read")),
    ];
    assert_eq!(token.scopes_of, scopes_of.into());
    // What one table says is nothing to another.
    let by_flags =
        told("serve --issuer https://other.example/ --audience other --keep-claim tenant --leeway 0s")
            .argument("--log-claim=email")
            .argument("--dangerous-accept-bound-tokens")
            .argument("--dangerous-allow-plain-http")
            .issuer();
    assert_eq!(*other, TrustedIssuer { name: Some("other".to_owned()), ..by_flags });
    assert_eq!(issuer.plain_http, PlainHttp::DangerousAnywhere);
    assert!(token.accept_bound_tokens && token.leeway.is_zero());
    assert_eq!(
        (&token.keep_claims, &token.log_claims),
        (&vec!["tenant".parse().unwrap()], &vec!["email".parse().unwrap()])
    );
}

#[test]
fn files_of_a_table_are_read() {
    let root = rcgen::generate_simple_self_signed(["issuer.example".to_owned()]).unwrap().cert.pem();
    let mut told = told("serve");
    let (roots, keys) = (told.path("ca.pem"), told.path("keys.json"));
    std::fs::write(&roots, &root).unwrap();
    std::fs::write(&keys, TestIssuer::new("x", "api").jwks()).unwrap();
    let config = TWO.replace("'account'", &format!("'account'\nca-file = '{}'", roots.display()));
    let config = config.replace("'api'", &format!("'api'\njwks = '{}'", keys.display()));
    let issuers = told.config(&config).serve().issuers;
    assert!(issuers[0].issuer.ca_file.is_empty() && issuers[1].issuer.ca_file == root.as_bytes());
    assert_eq!(issuers[0].issuer.keys, KeyLocation::File(keys));
}

#[test]
fn the_page_logs_in_at_the_first() {
    let by_keys = |name: &str| TWO.replace(&format!("'{name}'"), "'urn:x'\njwks = 'https://keys.example/'");
    let first_by_keys = by_keys("https://tenant.example/");
    let faults = told("serve --client-id page").config(&first_by_keys).faults();
    let reason = "\"urn:x\": expected an https URL; the page (--client-id) logs in there";
    assert_eq!(faults, [format!("issuers[1] \"auth0\": issuer in DIR/sekisho.toml: {reason}")]);
    told("serve").config(&first_by_keys).serve();
    // The second may be of any name, where its keys are named.
    let second_by_keys = by_keys("https://keycloak.example/realms/one");
    let settings = told("serve --client-id page").config(&second_by_keys).serve();
    assert!(settings.server.page.is_some());
    assert_eq!(settings.issuers[1].issuer.name, "urn:x");
}

#[test]
fn as_many_as_can_be_trusted() {
    let tables = |count: usize| {
        let table = |number| {
            format!(
                "[[issuers]]\nname = 'i{number}'\nissuer = 'https://i{number}.example'\naudience = 'api'\n"
            )
        };
        told("serve").config(&(0..count).map(table).collect::<String>())
    };
    assert_eq!(tables(1).serve().issuers.len(), 1);
    assert_eq!(tables(32).serve().issuers.len(), 32);
    let too_many = "33 issuers are too many; at most 32 can be trusted";
    assert_eq!(tables(33).faults(), [format!("issuers in DIR/sekisho.toml: {too_many}")]);
}

#[test]
fn other_commands_pass_over_the_tables() {
    let healthcheck = told("healthcheck").config(TWO).healthcheck();
    assert_eq!(healthcheck.address, "127.0.0.1:50051".parse().unwrap());
    assert_eq!(told("token").config(TWO).token().issuer.as_str(), "http://127.0.0.1:9000/");
}

/// The example of the documentation, with a file of keys that is there.
pub(in crate::cli) fn documented(keys: &std::path::Path) -> String {
    let text = include_str!("../../../../docs/configuration.md");
    let (_, rest) = text.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0.replace("/etc/sekisho/kubernetes.json", &keys.display().to_string())
}

#[test]
fn the_example_of_the_documentation_is_one() {
    let keys = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(keys.path(), TestIssuer::new("x", "api").jwks()).unwrap();
    let issuers = trusted(&documented(keys.path()));
    let labels: Vec<_> = issuers.iter().map(TrustedIssuer::label).collect();
    assert_eq!(labels, ["auth0", "kubernetes"]);
    assert!(!issuers[1].required && issuers[1].token.scopes_of.len() == 1);
}

/// What the verifier that settings make has of a token.
fn verified(token: &crate::config::TokenRules, issuer: &TestIssuer, bearer: &str) -> Claims {
    let set = KeySet::parse(issuer.jwks().as_bytes()).unwrap().0.into();
    let keys = HeldKeys { issuer: "https://tenant.example/".into(), set };
    let header = format!("Bearer {bearer}");
    let decoded = BearerToken::parse([header.as_bytes()], 8192).unwrap().decode().unwrap();
    let verifier = token.verifier();
    verifier.verify(&verifier.read(&decoded).unwrap(), &keys, ManualClock::new().time()).unwrap()
}

#[test]
fn what_is_told_of_claims_reaches_the_verifier() {
    let issuer = TestIssuer::new("https://tenant.example/", "api");
    let bearer =
        issuer.token().claim("tenant", "acme").claim("email", "a@b.example").claim("cid", "spa").sign();
    let claims = |arguments: &str| verified(&served(arguments).issuer().token, &issuer, &bearer);
    let told = claims("--keep-claim tenant --log-claim email --client-claim cid");
    assert_eq!((told.claim("tenant"), told.client()), (ClaimValue::Text("acme"), Some("spa")));
    assert_eq!(told.claim("email"), ClaimValue::Text("a@b.example"));
    assert_eq!(told.logged().as_deref(), Some("email=\"a@b.example\""), "what is kept alone is not logged");
    let untold = claims("");
    assert_eq!((untold.claim("tenant"), untold.client()), (ClaimValue::NotKept, Some("test-client")));
}
