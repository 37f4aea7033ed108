//! The files of the page that describe issuers by tables, each read by the program's own parser, with tokens of these
//! issuers judged as the text around the file says.

mod migration;
mod services;

use std::path::Path;
use std::sync::Arc;

use http::HeaderMap;
use sekisho::authorizer::{Authorization, Authorizer, Issuer, Verdict};
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::{ManualClock, TestIssuer, TokenBuilder, TokenShape};
use sekisho::token::ClaimValue;
use sekisho_server::config::{ServeSettings, TrustedIssuer};
use sekisho_server::server::{Config, Hosts, Limits, Reflection, Server};
use sekisho_server::services::three_apis;
use serde_json::json;

use super::{PAGE, settings};
use crate::support::{impostor, issuer};

const STATUS: &str = "api1:read:status";
const AUTH0: &str = "https://example.eu.auth0.com/";
const KEYCLOAK: &str = "https://keycloak.example/realms/example";
const AUDIENCE: &str = "auth0-multiple-api";

/// Every TOML block of the page, with the heading above it.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut rest = PAGE;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        if let Some(title) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
            heading = title;
        } else if line == "```toml" {
            let (block, after) = rest.split_once("```\n").expect("the end of a block");
            blocks.push((heading, block));
            rest = after;
        }
    }
    blocks
}

/// What the blocks below a heading say, where the files that they name are there.
fn files(heading: &str) -> Vec<ServeSettings> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    std::fs::write(folder.path().join("kubernetes.json"), issuer().jwks()).expect("to write it");
    let blocks = blocks().into_iter().filter(|(below, _)| *below == heading);
    let files = blocks.map(|(_, block)| read(folder.path(), &block.replace("/etc/sekisho", path)));
    files.collect()
}

fn read(folder: &Path, block: &str) -> ServeSettings {
    let file = folder.join("sekisho.toml");
    std::fs::write(&file, block).expect("to write it");
    settings(&["--config".to_owned(), file.display().to_string()])
}

fn file(heading: &str) -> ServeSettings {
    let [file] = <[_; 1]>::try_from(files(heading)).expect("one file");
    file
}

/// The issuer of a table, with the keys of a test's.
fn trusted(table: &TrustedIssuer, keys: &TestIssuer) -> Issuer {
    let (set, _) = KeySet::parse(keys.jwks().as_bytes()).expect("a key set");
    table.with_keys(Keys::fixed(table.issuer.name.as_str(), set))
}

/// The program's server of these issuers, as it decides calls.
fn authorizer(issuers: Vec<Issuer>) -> Authorizer {
    let config = Config {
        services: three_apis(Limits::default().message_size),
        issuers,
        report_only: false,
        clock: Arc::new(ManualClock::new()),
        max_token_size: 8192,
        remembered_tokens: 10_000,
        reflection: Reflection::Off,
        grpc_web: None,
        allowed_headers: Vec::new(),
        hosts: Hosts::Any,
        tls: None,
        limits: Limits::default(),
        shutdown_grace: std::time::Duration::from_secs(5),
    };
    Server::new(config).expect("a server").control().authorizer().clone()
}

fn of_file(settings: &ServeSettings, keys: &[&TestIssuer]) -> Authorizer {
    assert_eq!(settings.issuers.len(), keys.len());
    authorizer(settings.issuers.iter().zip(keys).map(|(table, keys)| trusted(table, keys)).collect())
}

/// Of API `number`.
fn verdict(authorizer: &Authorizer, number: u8, token: &str) -> Verdict {
    let entry = format!("Bearer {token}").parse().expect("visible characters");
    let metadata = HeaderMap::from_iter([(http::header::AUTHORIZATION, entry)]);
    let path = format!("/api{number}.v1.Api{number}/GetStatus");
    match authorizer.authorize(&path, &metadata) {
        Authorization::Decided(verdict) => verdict,
        other => panic!("the keys are held: {other:?}"),
    }
}

/// The reason, or nothing where the call is allowed; and whose token it is told to have been.
fn told(authorizer: &Authorizer, token: &TokenBuilder<'_>) -> (String, String) {
    let verdict = verdict(authorizer, 1, &token.sign());
    let reason = verdict.denial().and_then(sekisho::authorizer::Denial::reason).unwrap_or_default();
    (reason.to_owned(), verdict.issuer_name().unwrap_or_default().to_owned())
}

fn as_told(reason: &str, name: &str) -> (String, String) {
    (reason.to_owned(), name.to_owned())
}

fn auth0() -> TestIssuer {
    issuer().clone().renamed(AUTH0, AUDIENCE).shape(TokenShape::Auth0)
}

/// Its key is another one, of the same name.
fn keycloak() -> TestIssuer {
    impostor().clone().renamed(KEYCLOAK, AUDIENCE).shape(TokenShape::Keycloak)
}

#[test]
fn each_file_of_the_page_is_tried() {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (heading, _) in blocks() {
        match counts.last_mut() {
            Some((last, count)) if *last == heading => *count += 1,
            _ => counts.push((heading, 1)),
        }
    }
    let tried = [
        ("Auth0 beside Keycloak", 1),
        (migration::HEADING, 4),
        ("Kubernetes service accounts", 1),
        ("GitHub Actions", 1),
        ("Clients and further claims", 1),
    ];
    assert_eq!(counts, tried);
}

#[test]
fn a_token_of_each_of_two_is_judged_by_its_own_table() {
    let (auth0, keycloak) = (auth0(), keycloak().shape(TokenShape::KeycloakRealmRoles));
    let both = of_file(&file("Auth0 beside Keycloak"), &[&auth0, &keycloak]);
    for _ in 0..2 {
        assert_eq!(told(&both, &auth0.token().scope(STATUS)), as_told("", "auth0"));
        assert_eq!(told(&both, &keycloak.token().scope(STATUS)), as_told("", "keycloak"));
    }
    let lacking = "ACCESS_TOKEN_SCOPE_INSUFFICIENT";
    let roles = json!({ "roles": [STATUS] });
    assert_eq!(
        told(&both, &auth0.token().claim("realm_access", roles)),
        as_told(lacking, "auth0"),
        "a claim of the other one's"
    );
    assert_eq!(told(&both, &keycloak.token().scope("api2:read:status")), as_told(lacking, "keycloak"));
    // A key of one never verifies what is said to be the other's.
    let forged = keycloak.clone().renamed(AUTH0, AUDIENCE).shape(TokenShape::Auth0);
    assert_eq!(told(&both, &forged.token().scope(STATUS)), as_told("ACCESS_TOKEN_INVALID", "auth0"));
    let nobody = auth0.clone().renamed("https://other.example/", AUDIENCE);
    assert_eq!(told(&both, &nobody.token().scope(STATUS)), as_told("ACCESS_TOKEN_INVALID", ""));
}

#[test]
fn handlers_have_the_client_and_the_claims_that_the_page_keeps() {
    let okta = issuer().clone().renamed("https://example.okta.com/oauth2/default", "api://default");
    let entra = impostor().clone().renamed(
        "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
        "22222222-2222-2222-2222-222222222222",
    );
    let (okta, entra) = (okta.shape(TokenShape::Okta), entra.shape(TokenShape::EntraV2));
    let both = of_file(&file("Clients and further claims"), &[&okta, &entra]);
    for (issuer, claim) in [(&okta, "cid"), (&entra, "azp"), (&entra, "appid")] {
        let token = issuer.token().scope(STATUS).without_claim("azp").claim(claim, "the client");
        let token = token.claim("https://shop.example/tenant", "acme").claim("email", "secret@mail.example");
        let verdict = verdict(&both, 1, &token.sign());
        let grant = verdict.result().expect("it is allowed");
        assert_eq!(grant.client(), Some("the client"), "{claim}");
        assert_eq!(grant.claim("https://shop.example/tenant"), ClaimValue::Text("acme"));
        assert_eq!(grant.claim("realm_access.roles"), ClaimValue::Missing);
        assert_eq!(grant.claim("phone"), ClaimValue::NotKept);
        let logged = verdict.claims().and_then(sekisho::token::Claims::logged).unwrap_or_default();
        assert!(logged.contains("acme") && !logged.contains("secret"), "{logged}");
    }
}

#[test]
fn the_client_is_told_by_the_settings_of_each_section() {
    let cases = [
        ("Okta", TokenShape::Okta, "cid"),
        ("Microsoft Entra ID, v1.0 tokens", TokenShape::EntraV1, "appid"),
        ("Microsoft Entra ID, v2.0 tokens", TokenShape::EntraV2, "azp"),
        ("Keycloak", TokenShape::Keycloak, "azp"),
    ];
    for (heading, shape, claim) in cases {
        let table = &settings(&super::flags(heading)).issuers[0];
        let keys =
            issuer().clone().renamed(table.issuer.name.as_str(), table.token.audience.as_str()).shape(shape);
        let alone = authorizer(vec![trusted(table, &keys)]);
        let token = keys.token().scope(STATUS).claim(claim, "the client");
        let verdict = verdict(&alone, 1, &token.sign());
        assert_eq!(verdict.result().expect("it is allowed").client(), Some("the client"), "{heading}");
    }
}
