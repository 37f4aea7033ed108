//! `sekisho token --issuer-name`

use super::issuers::TWO;
use super::*;
use sekisho::jwks::PlainHttp;

fn asked(arguments: &str) -> Told {
    told(&format!("token --client-id m2m --client-secret s3cret {arguments}"))
}

#[test]
fn a_table_says_whom_to_ask_for_which_audience() {
    let settings = asked("--issuer-name keycloak").config(TWO).token();
    assert_eq!(settings.issuer.as_str(), "https://keycloak.example/realms/one");
    assert_eq!(settings.audience.as_deref(), Some("account"));
    assert_eq!((settings.client_id.as_str(), settings.client_secret.0.as_str()), ("m2m", "s3cret"));
    assert_eq!((settings.scope, settings.expires_in), (None, None));
    assert_eq!((settings.plain_http, settings.ca_file.len()), (PlainHttp::LoopbackOnly, 0));
    let settings = asked("--issuer-name auth0 --audience other --scope a").config(TWO).token();
    assert_eq!(settings.issuer.as_str(), "https://tenant.example/");
    assert_eq!((settings.audience.as_deref(), settings.scope.as_deref()), (Some("other"), Some("a")));
}

#[test]
fn a_table_says_which_roots_count_and_the_file_where_http_may_be_spoken() {
    let root = rcgen::generate_simple_self_signed(["issuer.example".to_owned()]).unwrap().cert.pem();
    let mut told = asked("--issuer-name auth0");
    let path = told.path("ca.pem");
    std::fs::write(&path, &root).unwrap();
    let config = TWO.replace("'api'", &format!("'api'\nca-file = '{}'", path.display()));
    let config =
        format!("dangerous-allow-plain-http = true\n{}", config.replace("https://tenant", "http://tenant"));
    let settings = told.config(&config).token();
    assert_eq!((settings.ca_file, settings.plain_http), (root.into_bytes(), PlainHttp::DangerousAnywhere));
}

#[test]
fn an_issuer_without_such_a_name_is_told_with_those_that_there_are() {
    let faults = asked("--issuer-name okta").config(TWO).faults();
    let known = "\"okta\" is the name of no issuer in DIR/sekisho.toml; there are: auth0, keycloak";
    assert_eq!(faults, [format!("--issuer-name: {known}")]);
    let none = "--issuer-name: no issuer has a name; expected --config with a file that describes some by [[issuers]]";
    assert_eq!(asked("--issuer-name okta").faults(), [none]);
    assert_eq!(asked("--issuer-name okta").config("max-connections = 1").faults(), [none]);
    // What cannot be read may have had it.
    let unread = asked("--issuer-name okta").config("[[issuers").faults();
    assert!(unread.len() == 1 && unread[0].starts_with("--config: "), "{unread:?}");
    let unread = asked("--issuer-name okta").config("issuers = 1").faults();
    assert!(unread.len() == 1 && unread[0].starts_with("issuers in "), "{unread:?}");
}

#[test]
fn what_the_table_says_is_not_said_elsewhere() {
    let reason = "with --issuer-name it is that of the table; leave it out";
    let named = |more: &str| asked(&format!("--issuer-name auth0 {more}")).config(TWO);
    assert_eq!(named("--issuer https://a.example/").faults(), [format!("--issuer: {reason}")]);
    assert_eq!(named("--ca-file ca.pem").faults(), [format!("--ca-file: {reason}")]);
    for variable in ["OIDC_ISSUER", "OIDC_AUDIENCE", "SEKISHO_CA_FILE"] {
        assert_eq!(named("").env(variable, "x").faults(), [format!("{variable}: {reason}")]);
    }
    let both = named("--audience a").env("OIDC_AUDIENCE", "b").faults();
    assert_eq!(both, [format!("OIDC_AUDIENCE: {reason}")]);
}

#[test]
fn a_token_of_a_table_has_the_needs_of_one_of_another_issuer() {
    let faults = told("token --issuer-name auth0 --expires-in 60s").config(TWO).faults();
    assert_eq!(
        faults,
        [
            "--client-id (or SEKISHO_TOKEN_CLIENT_ID): it is required",
            "--client-secret (or SEKISHO_TOKEN_CLIENT_SECRET): it is required",
            "--expires-in: only the development issuer lets a caller choose; leave it out with --issuer and --issuer-name",
        ]
    );
    // Its keys may be elsewhere; a token is asked for at the issuer.
    let by_keys = TWO.replace("'https://tenant.example/'", "'urn:x'\njwks = 'https://keys.example/'");
    let faults = asked("--issuer-name auth0").config(&by_keys).faults();
    assert_eq!(
        faults,
        ["issuers[1] \"auth0\": issuer in DIR/sekisho.toml: \"urn:x\": expected an https URL"]
    );
    asked("--issuer-name keycloak").config(&by_keys).token();
}
