//! What is wrong with the tables of issuers, each with its place.

use super::issuers::TWO;
use super::*;

/// The second table, called keycloak, with more lines.
fn with(lines: &str) -> Told {
    told("serve").config(&format!("{TWO}\n{lines}"))
}

#[test]
fn a_value_at_fault_is_named_by_its_table() {
    let place = "issuers[2] \"keycloak\"";
    let cases = [
        ("jwks = '/nowhere'", "jwks", "/nowhere: No such file or directory (os error 2)"),
        ("ca-file = '/nowhere'", "ca-file", "/nowhere: No such file or directory (os error 2)"),
        ("algorithm = 'RS256'", "algorithm", "expected an array of strings, found a string"),
        ("algorithm = []", "algorithm", "it names nothing"),
        ("required = 'yes'", "required", "expected true or false, found a string"),
        ("jwks-refresh = '5ms'", "jwks-refresh", "\"5ms\" is too short; expected at least 100ms"),
        ("jwks-cooldown = 30", "jwks-cooldown", "\"30\" is no duration; expected one like 30s, 5m or 24h"),
        (
            "token-profile = 'strict'",
            "token-profile",
            "\"strict\" is no token profile; expected any or rfc9068",
        ),
        ("scope-prefix = 'a b'", "scope-prefix", "\"a b\": a space may not stand in a scope"),
        ("audience-claim = ''", "audience-claim", "it is empty"),
        ("jkws = 'keys.json'", "\"jkws\"", "there is no option of that name"),
        ("leeway = '1s'", "\"leeway\"", "it holds for all issuers, and stands in front of the first table"),
        (
            "max-token-size = 1",
            "\"max-token-size\"",
            "it holds for all issuers, and stands in front of the first table",
        ),
        (
            "scopes_of = ['a']",
            "scopes_of",
            "expected a table of subjects, each with an array of scopes, found an array",
        ),
        ("scopes_of.a = 'b'", "scopes_of.\"a\"", "expected an array of strings, found a string"),
        ("scopes_of.a = []", "scopes_of.\"a\"", "it names no scope"),
        ("scopes_of.a = ['']", "scopes_of.\"a\"", "\"\": a scope is empty"),
        ("scopes_of.a = ['b c']", "scopes_of.\"a\"", "\"b c\": a space may not stand in a scope"),
        ("scopes_of.'' = ['b']", "scopes_of.\"\"", "the subject: it is empty"),
        ("scopes_of.\"a\\n\" = ['b']", r#"scopes_of."a\n""#, "the subject: it has a control character"),
    ];
    for (line, name, reason) in cases {
        assert_eq!(with(line).faults(), [format!("{place}: {name} in DIR/sekisho.toml: {reason}")], "{line}");
    }
    for line in ["required = false", "scopes_of = {}", "scopes_of.a = ['b']", "algorithm = ['ES256']"] {
        with(line).serve();
    }
}

#[test]
fn what_a_table_has_to_have_is_told_of_each() {
    let faults =
        told("serve").config("[[issuers]]\n[[issuers]]\nname = 'b'\naudience = 1\nissuer = true").faults();
    assert_eq!(
        faults,
        [
            "issuers[1]: name in DIR/sekisho.toml: it is required",
            "issuers[2] \"b\": issuer in DIR/sekisho.toml: expected a string or a whole number, found a boolean",
            "issuers[1]: issuer in DIR/sekisho.toml: it is required",
            "issuers[1]: audience in DIR/sekisho.toml: it is required",
        ]
    );
}

#[test]
fn a_name_is_short_plain_and_of_one_issuer() {
    let reason = "expected 1 to 64 letters, digits, hyphens, underscores and dots, like keycloak";
    let longest = "x".repeat(64);
    for name in ["", " ", "a b", "名", "a\\u001b[2J", "a/b", &format!("{longest}x")] {
        let told = told("serve").config(&TWO.replace("'keycloak'", &format!("\"{name}\"")));
        assert_eq!(told.faults(), [format!("issuers[2]: name in DIR/sekisho.toml: {reason}")], "{name:?}");
    }
    for name in ["a", "Keycloak_2.eu-west", &longest] {
        told("serve").config(&TWO.replace("keycloak'", &format!("{name}'"))).serve();
    }
    let same = told("serve").config(&TWO.replace("'auth0'", "'keycloak'"));
    let place = "issuers[2] \"keycloak\": name in DIR/sekisho.toml";
    assert_eq!(same.faults(), [format!("{place}: issuers[1] \"keycloak\" has the same")]);
}

/// A token says whose it is up to the last slash, until the issuer has said how its name is written.
#[test]
fn no_two_tables_are_of_one_issuer() {
    let (first, second) = ("https://tenant.example/", "https://keycloak.example/realms/one");
    let of = |one: &str, two: &str| told("serve").config(&TWO.replace(first, one).replace(second, two));
    let reason = "it is the issuer of issuers[1] \"auth0\" too (a last slash counts for nothing)";
    let same = [format!("issuers[2] \"keycloak\": issuer in DIR/sekisho.toml: {reason}")];
    for (one, two) in [(first, first), (first, "https://tenant.example"), ("https://tenant.example", first)] {
        assert_eq!(of(one, two).faults(), same, "{one} {two}");
    }
    // With keys that are named as well, and told beside what else is wrong.
    let by_keys = format!("{}'\njwks = 'https://keys.example/", "https://tenant.example");
    assert_eq!(of(first, &by_keys).faults(), same);
    let by_keys = format!("{}'\njwks = '/nowhere", "https://tenant.example");
    assert_eq!(of(first, &by_keys).faults()[..1], same);
    for two in ["https://tenant.example//", "https://tenant.example/b", "https://TENANT.example/"] {
        of(first, two).serve();
    }
}

#[test]
fn beside_tables_no_issuer_is_described_elsewhere() {
    let reason = "the issuers are described by [[issuers]] in DIR/sekisho.toml; this belongs into the table of one of them";
    let values = [
        ("issuer", "https://other.example/"),
        ("jwks", "https://other.example/keys"),
        ("jwks-refresh", "1m"),
        ("jwks-cooldown", "1m"),
        ("jwks-max-stale", "1m"),
        ("ca-file", "ca.pem"),
        ("audience", "other"),
        ("audience-claim", "aud"),
        ("algorithm", "RS256"),
        ("scope-claim", "scp"),
        ("scope-prefix", "a"),
        ("token-profile", "any"),
        ("client-claim", "cid"),
    ];
    assert_eq!(values.map(|(name, _)| name), options::OF_ISSUER.map(|option| option.name));
    for (option, (name, text)) in options::OF_ISSUER.iter().zip(values) {
        let variable = option.variable.unwrap();
        let flag = told("serve").argument(&format!("--{name}={text}")).config(TWO);
        assert_eq!(flag.faults(), [format!("--{name}: {reason}")]);
        assert_eq!(told("serve").config(TWO).env(variable, text).faults(), [format!("{variable}: {reason}")]);
        let env_file = told("serve").config(TWO).file("--env-file", ".env", format!("{variable}={text}"));
        assert_eq!(env_file.faults(), [format!("{variable} in DIR/.env: {reason}")]);
        let value = if option.kind == Kind::List { format!("['{text}']") } else { format!("'{text}'") };
        let top_level = told("serve").config(&format!("{name} = {value}\n{TWO}"));
        assert_eq!(top_level.faults(), [format!("{name} in DIR/sekisho.toml: {reason}")]);
    }
    // Each source, so that whoever takes one away does not find the next.
    let both = told("serve --audience a").env("OIDC_AUDIENCE", "b").config(TWO);
    assert_eq!(both.faults(), [format!("--audience: {reason}"), format!("OIDC_AUDIENCE: {reason}")]);
    told("serve").config(TWO).env("OIDC_AUDIENCE", "").serve();
}

#[test]
fn what_is_no_list_of_tables_is_a_fault_and_nothing_is_missing_beside_it() {
    let expected = "expected tables, each under a line [[issuers]], found";
    for (config, reason) in [
        ("issuers = 'a'", format!("{expected} a string")),
        ("[issuers]\nname = 'a'", format!("{expected} a table")),
        ("issuers = ['a']", format!("{expected} a string")),
        ("issuers = []", "it names nothing".to_owned()),
    ] {
        let faults = [format!("issuers in DIR/sekisho.toml: {reason}")];
        assert_eq!(told("serve").config(config).faults(), faults);
        // Whichever command reads the file.
        assert_eq!(told("healthcheck").config(config).faults(), faults);
    }
}

#[test]
fn an_unknown_name_of_a_table_is_told_by_every_command() {
    let faults = told("healthcheck").config("[[issuers]]\nname = 'a'\njkws = 1").faults();
    let expected = "issuers[1] \"a\": \"jkws\" in DIR/sekisho.toml: there is no option of that name";
    assert_eq!(faults, [expected]);
}

#[test]
fn development_refuses_tables() {
    let reason = "development has an issuer of its own; use `sekisho serve` with one that is configured";
    assert_eq!(told("").config(TWO).faults(), [format!("issuers in DIR/sekisho.toml: {reason}")]);
}

#[test]
fn faults_of_all_tables_are_told_with_all_others() {
    let config = TWO.replace("'api'", "''").replace("'account'", "'account'\nalgorithm = ['none', 'HS256']");
    let faults = told("serve --leeway soon --reflection sometimes").config(&config).faults();
    let places: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "--reflection",
            "issuers[1] \"auth0\"",
            "--leeway",
            "issuers[2] \"keycloak\"",
            "issuers[2] \"keycloak\"",
        ],
        "{faults:?}"
    );
}
