//! What holds where nothing is said: the table of the options.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::config::{KeyLocation, LogCalls, LogFormat, ServerSettings, TokenRules};
use crate::server::{Limits, Reflection};
use sekisho::jwks::{Algorithm, PlainHttp, Schedule};
use sekisho::scope::ScopePrefix;
use sekisho::token::TokenProfile;

const SECOND: Duration = Duration::from_secs(1);

#[track_caller]
fn assert_server(server: &ServerSettings, reflection: Reflection) {
    assert_eq!(server.grpc_listen, "127.0.0.1:50051".parse().unwrap());
    assert_eq!((server.max_token_size, server.remembered_tokens), (8192, 10_000));
    assert_eq!(server.shutdown_grace, 20 * SECOND);
    assert_eq!(server.reflection, reflection);
    // Each default stands in two places: in the help, and in the type.
    assert_eq!(server.limits, Limits::default());
    assert_eq!(server.allow_origins, None);
    assert!(server.tls.is_none() && !server.report_only);
    assert_eq!((server.log.format, server.log.calls), (LogFormat::Text, LogCalls::Refused));
    assert_eq!(server.log.filter, "info");
}

fn rules(audience: &str) -> TokenRules {
    TokenRules {
        audience: audience.to_owned(),
        audience_claim: "aud".to_owned(),
        algorithms: vec![Algorithm::Rs256],
        leeway: 5 * SECOND,
        scope_claims: vec!["scope".parse().unwrap(), "scp".parse().unwrap()],
        client_claims: vec!["client_id".parse().unwrap(), "azp".parse().unwrap()],
        keep_claims: Vec::new(),
        log_claims: Vec::new(),
        scopes_of: BTreeMap::new(),
        scope_prefix: ScopePrefix::default(),
        profile: TokenProfile::Any,
        accept_bound_tokens: false,
    }
}

#[track_caller]
fn assert_schedule(schedule: Schedule) {
    let Schedule { refresh, cooldown, max_stale } = schedule;
    assert_eq!((refresh, cooldown, max_stale), (300 * SECOND, 30 * SECOND, 24 * 3600 * SECOND));
}

#[test]
fn development_needs_nothing() {
    let settings = told("").development();
    assert_server(&settings.server, Reflection::Public);
    assert_eq!(settings.issuer_listen, "127.0.0.1:9000".parse().unwrap());
    assert_eq!(settings.token_lifetime, 3600 * SECOND);
    let page = settings.server.page.unwrap();
    assert_eq!((page.web_listen, page.client_id.as_str()), ("127.0.0.1:8080".parse().unwrap(), "page"));
    assert!(page.connect_origins.is_empty());
    assert_eq!(settings.token, rules("auth0-multiple-api"));
    assert_schedule(settings.schedule);
}

#[test]
fn serve_needs_issuer_and_audience() {
    let settings = served("").serve();
    assert_eq!(settings.server.page, None);
    assert_server(&settings.server, Reflection::Off);
    let [TrustedIssuer { name: None, required: true, issuer, token }] = &settings.issuers[..] else {
        panic!("{settings:?}")
    };
    assert_eq!(*token, rules("api"));
    assert_eq!(issuer.name, "https://tenant.example/");
    assert!(matches!(&issuer.keys, KeyLocation::Discovered(url) if url.as_str() == issuer.name));
    assert_eq!(issuer.plain_http, PlainHttp::LoopbackOnly);
    assert!(issuer.ca_file.is_empty());
    assert_schedule(issuer.schedule);
}

#[test]
fn a_token_comes_from_the_development_issuer() {
    let settings = told("token").token();
    assert_eq!(settings.issuer.as_str(), "http://127.0.0.1:9000/");
    assert_eq!((settings.client_id.as_str(), settings.client_secret.0.as_str()), ("cli", "cli-secret"));
    assert_eq!(settings.scope.as_deref(), Some("api1:read:status api2:read:status"));
    assert_eq!(settings.audience.as_deref(), Some("auth0-multiple-api"));
    assert_eq!(settings.expires_in, Some(3600 * SECOND));
}

#[test]
fn a_token_comes_from_the_issuer_that_is_named() {
    let settings = told("token --issuer https://tenant.example/ --client-id m2m")
        .env("SEKISHO_TOKEN_CLIENT_SECRET", "s3cret")
        .token();
    assert_eq!(settings.issuer.as_str(), "https://tenant.example/");
    assert_eq!((settings.client_id.as_str(), settings.client_secret.0.as_str()), ("m2m", "s3cret"));
    assert_eq!((settings.scope.clone(), settings.audience.clone()), (None, None));
    assert_eq!(settings.expires_in, None);
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn a_healthcheck_asks_an_address_that_can_be_connected_to() {
    for (listen, asked) in [
        ("", "127.0.0.1:50051"),
        ("--grpc-listen 0.0.0.0:7000", "127.0.0.1:7000"),
        ("--grpc-listen [::]:7000", "[::1]:7000"),
        ("--grpc-listen 192.0.2.1:7000", "192.0.2.1:7000"),
    ] {
        let settings = told(&format!("healthcheck {listen}")).healthcheck();
        assert_eq!(settings.address, asked.parse().unwrap(), "{listen}");
    }
}
