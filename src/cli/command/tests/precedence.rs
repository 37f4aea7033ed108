//! Flag over environment over `.env` file over file.

use std::time::Duration;

use super::*;
use crate::config::{HealthcheckTransport, KeyLocation, LogCalls, LogFormat};
use crate::server::{AllowedOrigins, Hosts, KeepAlive, Limits, Reflection};
use sekisho::jwks::{Algorithm, PlainHttp};
use sekisho::token::{ClaimPath, TokenProfile};

#[test]
fn each_source_counts_over_the_next() {
    let by_all = |flag: &str, variable: &str| {
        told(flag)
            .file("--env-file", ".env", "OIDC_AUDIENCE=of-env-file\n")
            .config("audience = \"of-file\"")
            .env("OIDC_AUDIENCE", variable)
    };
    let audience = |told: Told| told.development().token.audience;
    assert_eq!(audience(by_all("--audience of-flag", "of-variable")), "of-flag");
    assert_eq!(audience(by_all("", "of-variable")), "of-variable");
    // An empty variable is unset.
    assert_eq!(audience(by_all("", "")), "of-env-file");
    assert_eq!(audience(told("").config("audience = \"of-file\"").env("OIDC_AUDIENCE", "")), "of-file");
    let empty_everywhere = told("").file("--env-file", ".env", "OIDC_AUDIENCE=\n").env("OIDC_AUDIENCE", "");
    assert_eq!(audience(empty_everywhere), "auth0-multiple-api");
}

#[test]
fn a_list_is_repeated_has_commas_or_is_an_array() {
    use Algorithm::{Es256, Ps256, Rs256};
    let algorithms = |told: Told| told.development().token.algorithms;
    assert_eq!(algorithms(told("--algorithm ES256 --algorithm RS256")), [Es256, Rs256]);
    assert_eq!(algorithms(told("").env("OIDC_ALGORITHMS", "ES256, PS256,")), [Es256, Ps256]);
    assert_eq!(algorithms(told("").config(r#"algorithm = ["PS256", "ES256"]"#)), [Ps256, Es256]);
    // A source replaces the next one whole.
    let both = told("--algorithm ES256").env("OIDC_ALGORITHMS", "PS256").config(r#"algorithm = ["RS256"]"#);
    assert_eq!(algorithms(both), [Es256]);
}

fn paths<const COUNT: usize>(texts: [&str; COUNT]) -> [ClaimPath; COUNT] {
    texts.map(|text| text.parse().unwrap())
}

#[test]
fn a_scope_claim_replaces_the_usual_ones() {
    let claims = |told: Told| told.development().token.scope_claims;
    assert_eq!(claims(told("--scope-claim permissions")), paths(["permissions"]));
    assert_eq!(
        claims(told("").env("SEKISHO_SCOPE_CLAIMS", "scope,realm_access.roles")),
        paths(["scope", "realm_access.roles"])
    );
    // As it is written in a file, in quotes that leave a backslash alone.
    let escaped = paths([r"resource_access.my\.api.roles"]);
    let file = r"scope-claim = ['resource_access.my\.api.roles']";
    assert_eq!(claims(told("").config(file)), escaped);
    let env_file = r"SEKISHO_SCOPE_CLAIMS='resource_access.my\.api.roles'";
    assert_eq!(claims(told("").file("--env-file", ".env", env_file)), escaped);
}

#[test]
fn further_claims_may_come_by_each_source() {
    let claims = |told: Told| {
        let token = told.issuer().token;
        (token.client_claims, token.keep_claims, token.log_claims)
    };
    let flags = "--client-claim cid --client-claim appid --keep-claim tenant --log-claim email";
    let by_flags = (paths(["cid", "appid"]).to_vec(), paths(["tenant"]).to_vec(), paths(["email"]).to_vec());
    assert_eq!(claims(served(flags).env("OIDC_KEEP_CLAIMS", "other")), by_flags);
    let by_variables = served("")
        .env("OIDC_CLIENT_CLAIMS", "cid, appid")
        .env("OIDC_KEEP_CLAIMS", "tenant")
        .env("OIDC_LOG_CLAIMS", "email");
    assert_eq!(claims(by_variables), by_flags);
    assert_eq!(claims(served("")), (paths(["client_id", "azp"]).to_vec(), Vec::new(), Vec::new()));
}

#[test]
fn a_scope_prefix_may_come_by_each_source() {
    let prefix = |told: Told| told.issuer().token.scope_prefix.as_str().to_owned();
    let by_all = |flag: &str, variable: &str| {
        served(flag).config("scope-prefix = \"of-file/\"").env("OIDC_SCOPE_PREFIX", variable)
    };
    assert_eq!(prefix(by_all("--scope-prefix of-flag/", "of-variable/")), "of-flag/");
    assert_eq!(prefix(by_all("", "of-variable/")), "of-variable/");
    assert_eq!(prefix(by_all("", "")), "of-file/");
    assert_eq!(prefix(served("")), "");
}

#[test]
fn the_file_has_the_names_of_the_flags() {
    let settings = told("serve")
        .config(
            r#"
            grpc-listen = "0.0.0.0:1"
            reflection = "authenticated"
            shutdown-grace = "0s"
            issuer = "http://issuer.example"
            dangerous-allow-plain-http = true
            jwks = "http://issuer.example/keys"
            jwks-refresh = "100ms"
            jwks-cooldown = "2s"
            jwks-max-stale = "1h"
            audience = "api"
            audience-claim = "client_id"
            algorithm = ["EdDSA"]
            leeway = "0s"
            max-token-size = 256
            remember-tokens = 0
            scope-claim = ["permissions"]
            scope-prefix = "api://orders/"
            client-claim = ["cid"]
            keep-claim = ["tenant", "realm_access.roles"]
            log-claim = ["email"]
            token-profile = "rfc9068"
            dangerous-accept-bound-tokens = true
            log-format = "json"
            log-level = "warn"
            dangerous-report-only = true
            log-calls = "none"
            issuer-listen = "127.0.0.1:1"
            allow-origin = ["https://a.example", "https://b.example"]
            web-listen = "0.0.0.0:2"
            client-id = "spa"
            connect-origin = ["https://login.example"]
            dangerous-listen-without-tls = true
            max-connections = 1
            max-concurrent-streams = 2
            max-header-list-size = 5000
            max-frame-size = 16777215
            max-message-size = 5
            first-head-timeout = "6s"
            head-timeout = "7s"
            idle-timeout = "8s"
            keep-alive-interval = "9s"
            keep-alive-timeout = "10s"
            max-connection-age = "11s"
            max-connection-age-grace = "12s"
            "#,
        )
        .serve();
    let server = &settings.server;
    assert_eq!(server.grpc_listen, "0.0.0.0:1".parse().unwrap());
    assert_eq!((server.reflection, server.shutdown_grace), (Reflection::Authenticated, Duration::ZERO));
    assert_eq!((server.max_token_size, server.remembered_tokens), (256, 0));
    assert_eq!((server.log.format, server.log.calls), (LogFormat::Json, LogCalls::None));
    assert!(server.report_only && server.log.filter == "warn");
    let origins = ["https://a.example", "https://b.example"].map(|text| text.parse().unwrap());
    assert_eq!(server.allow_origins, Some(AllowedOrigins::Listed(origins.to_vec())));
    let page = server.page.as_ref().unwrap();
    assert_eq!((page.web_listen, page.client_id.as_str()), ("0.0.0.0:2".parse().unwrap(), "spa"));
    assert_eq!(page.connect_origins, ["https://login.example".parse().unwrap()]);
    assert_eq!(
        server.limits,
        Limits {
            connections: 1,
            concurrent_streams: 2,
            header_list_size: 5000,
            frame_size: 16_777_215,
            message_size: 5,
            first_head: Duration::from_secs(6),
            head: Duration::from_secs(7),
            idle: Duration::from_secs(8),
            keep_alive: KeepAlive { interval: Duration::from_secs(9), timeout: Duration::from_secs(10) },
            connection_age: Duration::from_secs(11),
            connection_age_grace: Duration::from_secs(12),
        }
    );
    let TrustedIssuer { issuer, token, .. } = &settings.issuers[0];
    assert_eq!(issuer.name, "http://issuer.example");
    assert_eq!(issuer.plain_http, PlainHttp::DangerousAnywhere);
    assert!(matches!(&issuer.keys, KeyLocation::Url(url) if url.as_str() == "http://issuer.example/keys"));
    assert_eq!(issuer.schedule.refresh, Duration::from_millis(100));
    assert_eq!(issuer.schedule.cooldown, Duration::from_secs(2));
    assert_eq!(issuer.schedule.max_stale, Duration::from_secs(3600));
    assert!(token.accept_bound_tokens);
    assert_eq!((token.audience.as_str(), token.audience_claim.as_str()), ("api", "client_id"));
    assert_eq!((token.leeway, token.profile), (Duration::ZERO, TokenProfile::Rfc9068));
    assert_eq!(token.algorithms, [Algorithm::EdDsa]);
    assert_eq!(token.scope_claims, paths(["permissions"]));
    assert_eq!(token.scope_prefix.as_str(), "api://orders/");
    assert_eq!(token.client_claims, paths(["cid"]));
    assert_eq!(token.keep_claims, paths(["tenant", "realm_access.roles"]));
    assert_eq!(token.log_claims, paths(["email"]));
}

#[test]
fn tls_may_come_by_variables() {
    let pem = tls_files();
    let mut told = served("--grpc-listen 0.0.0.0:1");
    for (name, file, text) in [
        ("SEKISHO_TLS_CERTIFICATE", "certificate.pem", &pem.certificate),
        ("SEKISHO_TLS_KEY", "key.pem", &pem.key),
        ("SEKISHO_TLS_CLIENT_CA", "ca.pem", &pem.certificate),
    ] {
        let path = told.path(file);
        std::fs::write(&path, text).unwrap();
        told = told.env(name, path);
    }
    assert!(told.serve().server.tls.is_some());
    told.arguments = vec!["healthcheck".to_owned()];
    assert_eq!(told.healthcheck().transport, HealthcheckTransport::Tls { identity: None });
}

#[test]
fn the_three_values_of_an_env_file_are_enough() {
    let text = "OIDC_ISSUER=https://tenant.example/\n\
                OIDC_AUDIENCE=\"my api\"\n\
                OIDC_JWKS_URI=https://tenant.example/.well-known/jwks.json\n";
    let settings = told("serve").file("--env-file", ".env", text).issuer();
    assert_eq!(settings.issuer.name, "https://tenant.example/");
    assert_eq!(settings.token.audience, "my api");
    assert!(matches!(settings.issuer.keys, KeyLocation::Url(_)));
}

#[test]
fn an_env_file_may_come_from_another_system() {
    let text = "\u{feff}OIDC_ISSUER=https://tenant.example/\r\nOIDC_AUDIENCE=api\r\n";
    let settings = told("serve").file("--env-file", ".env", text).issuer();
    assert_eq!(settings.issuer.name, "https://tenant.example/");
    assert_eq!(settings.token.audience, "api");
}

#[test]
fn the_development_issuer_never_sees_the_credentials_of_another() {
    let with_variables = |arguments: &str| {
        told(arguments)
            .env("SEKISHO_TOKEN_CLIENT_ID", "m2m")
            .env("SEKISHO_TOKEN_CLIENT_SECRET", "s3cret")
            .token()
    };
    let own = with_variables("token");
    assert_eq!((own.client_id.as_str(), own.client_secret.0.as_str()), ("cli", "cli-secret"));
    let named = with_variables("token --client-id web --client-secret web-secret");
    assert_eq!((named.client_id.as_str(), named.client_secret.0.as_str()), ("web", "web-secret"));
    let other = with_variables("token --issuer https://tenant.example/");
    assert_eq!((other.client_id.as_str(), other.client_secret.0.as_str()), ("m2m", "s3cret"));
}

#[test]
fn the_example_of_an_env_file_is_one() {
    let text = include_str!("../../../../.env.example");
    let settings = told("serve").file("--env-file", ".env", text).issuer();
    assert!(matches!(settings.issuer.keys, KeyLocation::Discovered(_)));
    let with_keys = text.replace("#OIDC_JWKS_URI", "OIDC_JWKS_URI");
    let settings = told("serve").file("--env-file", ".env", with_keys).issuer();
    assert!(matches!(settings.issuer.keys, KeyLocation::Url(_)));
}

#[test]
fn the_file_may_be_named_by_the_environment_or_the_env_file() {
    let mut by_variable = told("");
    let path = by_variable.path("sekisho.toml");
    std::fs::write(&path, "audience = \"of-file\"").unwrap();
    let by_variable = by_variable.env("SEKISHO_CONFIG", &path);
    assert_eq!(by_variable.development().token.audience, "of-file");

    let by_env_file = told("").file("--env-file", ".env", format!("SEKISHO_CONFIG={}\n", path.display()));
    assert_eq!(by_env_file.development().token.audience, "of-file");
}

#[test]
fn a_switch_has_a_value_in_the_environment() {
    let url = "serve --issuer http://issuer.example/ --audience api";
    for on in ["true", "1"] {
        let settings = told(url).env("SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP", on).issuer();
        assert_eq!(settings.issuer.plain_http, PlainHttp::DangerousAnywhere, "{on}");
    }
    assert_eq!(told(url).env("SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP", "false").faults().len(), 1);
    let bound = |told: Told| told.issuer().token.accept_bound_tokens;
    let variable = "SEKISHO_DANGEROUS_ACCEPT_BOUND_TOKENS";
    assert!(bound(served("--dangerous-accept-bound-tokens")) && bound(served("").env(variable, "1")));
    assert!(!bound(served("")) && !bound(served("").env(variable, "0")));
    assert_eq!(served("").env(variable, "yes").faults().len(), 1);
}

#[test]
fn keys_may_come_from_a_file() {
    let jwks = sekisho::testing::TestIssuer::new("https://tenant.example/", "api").jwks();
    let settings = served("").file("--jwks", "keys.json", jwks).issuer();
    assert!(matches!(settings.issuer.keys, KeyLocation::File(path) if path.ends_with("keys.json")));
}

#[test]
fn an_issuer_that_nothing_is_fetched_from_may_have_any_name() {
    let jwks = sekisho::testing::TestIssuer::new("x", "api").jwks();
    let longest = "x".repeat(2048);
    for name in [
        "appid-oauth.example",
        "urn:example:issuer",
        "http://host/adfs/services/trust",
        "https://tenant.example",
        "https://tenant.example/?p=policy",
        "accounts.example issuer",
        "関所",
        &longest,
    ] {
        let told = || told("serve --audience api --issuer").argument(name);
        let by_file = told().file("--jwks", "keys.json", &jwks).issuer();
        assert_eq!(by_file.issuer.name, name);
        assert!(matches!(by_file.issuer.keys, KeyLocation::File(_)));
        let by_url = told().env("OIDC_JWKS_URI", "https://keys.example/jwks").issuer();
        assert_eq!(by_url.issuer.name, name);
        assert!(matches!(by_url.issuer.keys, KeyLocation::Url(_)));
    }
    let page = served("--jwks https://keys.example/jwks --client-id page").serve();
    assert_eq!(page.issuers[0].issuer.name, "https://tenant.example/");
    assert!(page.server.page.is_some());
}

#[test]
fn roots_are_read_once() {
    let root = rcgen::generate_simple_self_signed(["issuer.example".to_owned()]).unwrap().cert.pem();
    let settings = served("").file("--ca-file", "ca.pem", &root).issuer();
    assert_eq!(settings.issuer.ca_file, root.as_bytes());
}

#[test]
fn the_level_of_logs_is_an_option_with_the_variable_rust_log() {
    let by_all = |flag: &str, variable: &str| {
        let told = told(flag).config("log-level = 'error'").env("RUST_LOG", variable);
        told.development().server.log.filter
    };
    assert_eq!(by_all("--log-level debug", "warn"), "debug");
    assert_eq!((by_all("", "warn").as_str(), by_all("", "").as_str()), ("warn", "error"));
    let settings = told("").env("RUST_LOG", "warn,sekisho=debug").development();
    assert_eq!(settings.server.log.filter, "warn,sekisho=debug");
    let by_env_file = || told("").file("--env-file", ".env", "RUST_LOG=debug\n");
    assert_eq!(by_env_file().development().server.log.filter, "debug");
    assert_eq!(by_env_file().env("RUST_LOG", "warn").development().server.log.filter, "warn");
}

#[test]
fn headers_may_come_by_each_source() {
    let headers = |told: Told| {
        let headers = told.development().server.allow_headers;
        headers.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(headers(told("")).is_empty());
    let flags = "--allow-header Traceparent --allow-header x-request-id";
    assert_eq!(headers(told(flags).env("SEKISHO_ALLOW_HEADERS", "x")), ["traceparent", "x-request-id"]);
    assert_eq!(headers(told("").env("SEKISHO_ALLOW_HEADERS", "tracestate, X-A")), ["tracestate", "x-a"]);
    assert_eq!(headers(told("").config("allow-header = [\"baggage\"]")), ["baggage"]);
}

#[test]
fn development_alone_goes_by_names_of_loopback() {
    assert_eq!(told("").development().server.hosts, Hosts::LoopbackOnly);
    assert_eq!(served("").serve().server.hosts, Hosts::Any);
}
