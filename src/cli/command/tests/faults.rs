//! What is wrong, in one line each, all at once.

use super::*;

#[test]
fn all_faults_of_all_sources_are_told_at_once() {
    let told = told("serve --leeway 6m --algorithm HS256 --algorithm none --audience api")
        .env("OIDC_ISSUER", "http://issuer.example/")
        .env("SEKISHO_SCOPE_CLAIMS", "scp,.roles,roles.")
        .env("OIDC_SCOPE_PREFIX", "a prefix/")
        .env("SEKISHO_MAX_TOKEN_SIZE", "0")
        .file("--env-file", ".env", "OIDC_JWKS_REFRESH=0s\n")
        .config("reflection = \"sometimes\"\nlog-format = 1\nleevay = \"1s\"");
    let empty_name =
        r"a claim's name is empty; dots part names, and one that belongs to a name is written \.";
    let algorithms = "expected one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, Ed25519";
    assert_eq!(
        told.faults(),
        [
            r#""leevay" in DIR/sekisho.toml: there is no option of that name"#.to_owned(),
            r#"SEKISHO_MAX_TOKEN_SIZE: "0" is no number of bytes from 1 to 1048576"#.into(),
            r#"reflection in DIR/sekisho.toml: "sometimes" is none of public, authenticated, off"#.into(),
            r#"log-format in DIR/sekisho.toml: "1" is neither text nor json"#.into(),
            "OIDC_ISSUER: \"http://issuer.example/\": http without TLS is for loopback alone (localhost, \
             127.0.0.0/8, [::1]); use https, or allow it by --dangerous-allow-plain-http; with --jwks, which \
             says where its keys are, an issuer may have any name"
                .into(),
            r#"OIDC_JWKS_REFRESH in DIR/.env: "0s" is too short; expected at least 100ms"#.into(),
            format!(r#"--algorithm: "HS256" is no asymmetric signature algorithm; {algorithms}"#),
            format!(r#"--algorithm: "none" is no asymmetric signature algorithm; {algorithms}"#),
            r#"--leeway: "6m" is too long; expected at most 5m"#.into(),
            format!(r#"SEKISHO_SCOPE_CLAIMS: ".roles": {empty_name}"#),
            format!(r#"SEKISHO_SCOPE_CLAIMS: "roles.": {empty_name}"#),
            r#"OIDC_SCOPE_PREFIX: "a prefix/": a space may not stand in a scope"#.into(),
        ]
    );
}

#[test]
fn serve_says_what_it_has_to_have() {
    assert_eq!(
        told("serve").env("OIDC_ISSUER", "").faults(),
        ["--issuer (or OIDC_ISSUER): it is required", "--audience (or OIDC_AUDIENCE): it is required"]
    );
}

#[test]
fn files_that_are_missing_are_faults_among_others() {
    let faults = told("serve --config /nowhere/a.toml --env-file /nowhere/.env --audience api").faults();
    assert_eq!(
        faults,
        [
            "--env-file: /nowhere/.env: No such file or directory (os error 2)",
            "--config: /nowhere/a.toml: No such file or directory (os error 2)",
            "--issuer (or OIDC_ISSUER): it is required",
        ]
    );
    let by_variable = told("").env("SEKISHO_CONFIG", "/nowhere/a.toml").faults();
    assert_eq!(by_variable, ["SEKISHO_CONFIG: /nowhere/a.toml: No such file or directory (os error 2)"]);
}

#[test]
fn what_a_file_that_cannot_be_read_may_say_is_not_missing() {
    for (flag, name) in [("--config", "a.toml"), ("--env-file", ".env")] {
        for (contents, reason) in [
            (b"issuer = \"\xff\"".to_vec(), "it is not valid UTF-8"),
            (vec![b'#'; 1024 * 1024 + 1], "it is larger than 1048576 bytes"),
        ] {
            let faults = told("serve --leeway bad").file(flag, name, contents).faults();
            let [fault, leeway] = &faults[..] else { panic!("{faults:?}") };
            assert_eq!(*fault, format!("{flag}: DIR/{name}: {reason}"));
            assert!(leeway.starts_with("--leeway: "), "{leeway}");
        }
        // What can be read, and says nothing, has nothing of it.
        let faults = told("serve").file(flag, name, vec![b'#'; 1024 * 1024]).faults();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_a_fault() {
    for flag in ["--config", "--env-file", "--ca-file"] {
        let faults = served("").argument(flag).argument("/dev/zero").faults();
        assert_eq!(faults, [format!("{flag}: /dev/zero: it is larger than 1048576 bytes")]);
    }
}

#[test]
fn a_value_at_fault_is_named_by_what_carried_it() {
    let cases = [
        (
            "--grpc-listen localhost:1",
            r#""localhost:1" is no address; expected IP:PORT, like 127.0.0.1:50051"#,
        ),
        ("--remember-tokens 1000001", r#""1000001" is no number from 0 to 1000000"#),
        ("--remember-tokens some", r#""some" is no number from 0 to 1000000"#),
        ("--max-token-size 1048577", r#""1048577" is no number of bytes from 1 to 1048576"#),
        ("--jwks-cooldown 5ms", r#""5ms" is too short; expected at least 100ms"#),
        ("--jwks-max-stale 2years", r#""2years" is longer than a year"#),
        ("--shutdown-grace 20", r#""20" is no duration; expected one like 30s, 5m or 24h"#),
        ("--token-profile strict", r#""strict" is no token profile; expected any or rfc9068"#),
        (
            "--scope-claim realm_access..roles",
            r#""realm_access..roles": a claim's name is empty; dots part names, and one that belongs to a name is written \."#,
        ),
        (
            r"--scope-claim a\b",
            r#""a\b": a backslash stands only before a dot that belongs to a claim's name, or before a backslash"#,
        ),
        (r#"--scope-prefix api"/"#, r#""api\"/": a double quote may not stand in a scope"#),
        ("--log-format xml", r#""xml" is neither text nor json"#),
        ("--log-calls allowed", r#""allowed" is none of all, refused, none"#),
        ("--jwks ftp://x/", r#""ftp://x/": expected an https URL"#),
        ("--ca-file /nowhere", "/nowhere: No such file or directory (os error 2)"),
        ("--jwks /nowhere", "/nowhere: No such file or directory (os error 2)"),
    ];
    for (arguments, reason) in cases {
        let (flag, _) = arguments.split_once(' ').unwrap();
        assert_eq!(served(arguments).faults(), [format!("{flag}: {reason}")]);
    }
}

#[test]
fn what_is_written_into_claims_and_scopes_is_short_and_plain() {
    let flags = [
        "--audience-claim",
        "--scope-claim",
        "--client-claim",
        "--keep-claim",
        "--log-claim",
        "--scope-prefix",
    ];
    let given = |flag: &str, text: &str| served("").argument(&format!("{flag}={text}"));
    let (long, longer) = ("é".repeat(128), format!("{}e", "é".repeat(128)));
    for flag in flags {
        let is_ascii = flag == "--scope-prefix";
        let (long, longer) =
            if is_ascii { ("e".repeat(256), "e".repeat(257)) } else { (long.clone(), longer.clone()) };
        given(flag, &long).serve();
        assert_eq!(given(flag, &longer).faults(), [format!("{flag}: it is longer than 256 bytes")]);
        for text in ["a\u{1b}[31mb", "a\nb", "a\0b", "a\u{85}b"] {
            assert_eq!(
                given(flag, text).faults(),
                [format!("{flag}: it has a control character")],
                "{text:?}"
            );
        }
    }
    let longer = "e".repeat(257);
    let faults = served("").env("SEKISHO_SCOPE_CLAIMS", format!("scp,{longer}")).faults();
    assert_eq!(faults, ["SEKISHO_SCOPE_CLAIMS: it is longer than 256 bytes"]);
    let faults = served("").config(&format!("scope-prefix = \"{longer}\"")).faults();
    assert_eq!(faults, ["scope-prefix in DIR/sekisho.toml: it is longer than 256 bytes"]);
}

#[test]
fn an_empty_flag_is_a_fault() {
    for flag in
        ["--audience-claim", "--scope-claim", "--scope-prefix", "--grpc-listen", "--jwks", "--ca-file"]
    {
        let faults = served("").argument(flag).argument("").faults();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("{flag}: ")), "{faults:?}");
    }
}

#[test]
fn a_list_that_names_nothing_is_a_fault() {
    assert_eq!(told("").env("OIDC_ALGORITHMS", ",").faults(), ["OIDC_ALGORITHMS: it names nothing"]);
    let faults = told("").config("scope-claim = []").faults();
    assert_eq!(faults, ["scope-claim in DIR/sekisho.toml: it names nothing"]);
    let faults = told("").config("scope-claim = \"scp\"").faults();
    assert_eq!(faults, ["scope-claim in DIR/sekisho.toml: expected an array of strings, found a string"]);
}

#[test]
fn development_refuses_a_configured_issuer_whoever_names_it() {
    let reason = "development has an issuer of its own; use `sekisho serve` with one that is configured";
    let url = "https://tenant.example/";
    for (told, origin) in [
        (told(&format!("--issuer {url}")), "--issuer"),
        (told("").env("OIDC_ISSUER", url), "OIDC_ISSUER"),
        (told("").config(&format!("issuer = \"{url}\"")), "issuer in DIR/sekisho.toml"),
        (told("").file("--env-file", ".env", format!("OIDC_ISSUER={url}")), "OIDC_ISSUER in DIR/.env"),
        (told("--jwks keys.json"), "--jwks"),
        (told("").env("SEKISHO_CA_FILE", "ca.pem"), "SEKISHO_CA_FILE"),
        (told("").env("OIDC_SCOPE_PREFIX", "api://orders/"), "OIDC_SCOPE_PREFIX"),
    ] {
        assert_eq!(told.faults(), [format!("{origin}: {reason}")]);
    }
    told("").env("OIDC_ISSUER", "").development();
}

#[test]
fn in_development_the_page_is_not_the_command_line() {
    let reason = "the development issuer has a client of that name, the command line";
    for (told, origin) in
        [(told("--client-id cli"), "--client-id"), (told("").env("OIDC_CLIENT_ID", "cli"), "OIDC_CLIENT_ID")]
    {
        assert_eq!(told.faults(), [format!("{origin}: {reason}")]);
    }
    told("--client-id clio").development();
    served("--web-listen 127.0.0.1:0 --client-id cli").serve();
}

#[test]
fn development_does_not_leave_loopback() {
    for address in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1"] {
        let arguments = format!("--grpc-listen {address} --issuer-listen {address}");
        let faults = told(&arguments).faults();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults.iter().all(|fault| fault.contains("is not on loopback")), "{faults:?}");
    }
    told("--grpc-listen [::1]:0 --issuer-listen 127.1.2.3:0").development();
    served("--grpc-listen 0.0.0.0:1 --dangerous-listen-without-tls").serve();
}

#[test]
fn what_cannot_be_read_is_not_missing_as_well() {
    let pem = tls_files();
    let told = served("").config("tls-certificate = true\ngrpc-listen = \"0.0.0.0:1\"");
    let faults = told.file("--tls-key", "key.pem", &pem.key).faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("tls-certificate in "), "{faults:?}");
    let faults = served("--grpc-listen 0.0.0.0:1").config("no toml").faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
}

#[test]
fn serve_ignores_the_development_issuers_variable() {
    served("").env("SEKISHO_ISSUER_LISTEN", "nonsense").serve();
    assert_eq!(told("").env("SEKISHO_ISSUER_LISTEN", "nonsense").faults().len(), 1);
}

#[test]
fn files_without_what_is_looked_for_are_faults() {
    // A set that has no key yet may get one.
    served("").file("--jwks", "keys.json", r#"{"keys":[]}"#).serve();
    let keys = served("").file("--jwks", "keys.json", "[]").faults();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].starts_with("--jwks: DIR/keys.json is no usable set of keys"), "{keys:?}");
    let roots = served("").file("--ca-file", "ca.pem", "nothing").faults();
    assert_eq!(roots, ["--ca-file: DIR/ca.pem: there is no PEM certificate in it"]);
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let roots = served("").file("--ca-file", "key.pem", key).faults();
    assert_eq!(roots, ["--ca-file: DIR/key.pem: there is no PEM certificate in it"]);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let roots = served("").file("--ca-file", "ca.pem", broken).faults();
    assert_eq!(roots.len(), 1, "{roots:?}");
}

#[test]
fn a_file_that_cannot_be_parsed_says_where() {
    let faults = told("").config("audience = \"api\"\nleeway = 5s\n").faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("--config: DIR/sekisho.toml: line 2: "), "{faults:?}");
}

#[test]
fn an_env_file_that_cannot_be_parsed_shows_no_secret() {
    let text = "OIDC_AUDIENCE=api\nSEKISHO_TOKEN_CLIENT_SECRET=hush hush\n";
    let faults = told("token").file("--env-file", ".env", text).faults();
    let reason = "a value that has spaces, or begins with #, goes into quotes";
    assert_eq!(faults, [format!("--env-file: DIR/.env: line 2: SEKISHO_TOKEN_CLIENT_SECRET: {reason}")]);
}

#[test]
fn a_password_in_a_url_is_not_shown() {
    let cases = [
        ("https://me:hush@tenant.example/", "a user name or password may not stand in this URL"),
        (
            "http://me:hush@tenant.example/",
            "http without TLS is for loopback alone (localhost, 127.0.0.0/8, [::1]); use https, or allow it \
             by --dangerous-allow-plain-http",
        ),
        ("https://me:hush@ten ant/", "not an absolute URL; expected one like https://tenant.example/"),
        ("ftp://me:hush@tenant.example/", "expected an https URL"),
    ];
    for (url, reason) in cases {
        let faults = told("serve --audience api --issuer").argument(url).faults();
        let way_out = "with --jwks, which says where its keys are, an issuer may have any name";
        assert_eq!(faults, [format!("--issuer: {reason}; {way_out}")]);
        let faults = served("--jwks").argument(url).faults();
        assert_eq!(faults, [format!("--jwks: {reason}")]);
    }
}

/// Its keys are discovered there, or the page logs in there, or a token is asked for there.
#[test]
fn an_issuer_that_something_is_fetched_from_has_a_url() {
    let page = "the page (--client-id) logs in there";
    let discovery = "with --jwks, which says where its keys are, an issuer may have any name";
    let no_url = "not an absolute URL; expected one like https://tenant.example/";
    let plain = "http without TLS is for loopback alone (localhost, 127.0.0.0/8, [::1]); use https, or allow it by \
                 --dangerous-allow-plain-http";
    for (name, reason) in [
        ("appid-oauth.example", no_url),
        ("urn:example:issuer", "expected an https URL"),
        ("http://host/adfs/services/trust", plain),
        ("https://tenant.example/?p=policy", "an issuer has no query (RFC 8414 §2)"),
    ] {
        let told = |rest: &str| told(&format!("serve --audience api --issuer {name} {rest}"));
        let expected = |way_out: &str| [format!("--issuer: {name:?}: {reason}; {way_out}")];
        assert_eq!(told("").faults(), expected(discovery));
        assert_eq!(told("--client-id page").faults(), expected(discovery));
        let with_page = told("--jwks https://keys.example/jwks --client-id page");
        assert_eq!(with_page.faults(), expected(page));
        told("--jwks https://keys.example/jwks").serve();
        let token = super::told(&format!("token --client-id me --client-secret s --issuer {name}"));
        assert_eq!(token.faults(), [format!("--issuer: {name:?}: {reason}")]);
    }
}

#[test]
fn an_issuer_of_any_name_has_one() {
    for (name, reason) in [
        ("", "it is empty"),
        ("a\nb", "it has a control character"),
        ("a\u{1b}[31mb", "it has a control character"),
        ("  ", "it begins or ends with white space, which no token has there"),
        (" urn:x", "it begins or ends with white space, which no token has there"),
        ("urn:x\u{a0}", "it begins or ends with white space, which no token has there"),
        (&"x".repeat(2049), "it is longer than 2048 bytes"),
    ] {
        let told = told("serve --audience api --jwks https://keys.example/jwks --issuer").argument(name);
        assert_eq!(told.faults(), [format!("--issuer: {reason}")], "{name:?}");
    }
    // What is wrong with its keys is told once, and nothing else.
    let faults = told("serve --audience api --issuer urn:x --jwks /nowhere").faults();
    assert_eq!(faults, ["--jwks: /nowhere: No such file or directory (os error 2)"]);
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_told_once() {
    use std::os::unix::ffi::OsStringExt as _;
    let told = told("serve --audience api").env("OIDC_ISSUER", OsString::from_vec(vec![0xff]));
    assert_eq!(told.faults(), ["OIDC_ISSUER: it is not valid UTF-8"]);
    let levels = super::told("").env("RUST_LOG", OsString::from_vec(vec![0xff]));
    assert_eq!(levels.faults(), ["RUST_LOG: it is not valid UTF-8"]);
}

#[test]
fn a_token_of_another_issuer_needs_credentials_and_no_lifetime() {
    let told = told("token --expires-in 60s").env("OIDC_ISSUER", "https://tenant.example/");
    assert_eq!(
        told.faults(),
        [
            "--client-id (or SEKISHO_TOKEN_CLIENT_ID): it is required",
            "--client-secret (or SEKISHO_TOKEN_CLIENT_SECRET): it is required",
            "--expires-in: only the development issuer lets a caller choose; leave it out with --issuer and --issuer-name",
        ]
    );
}

#[test]
fn a_value_at_fault_is_told_even_where_it_would_not_be_used() {
    let plain_http = "SEKISHO_DANGEROUS_ALLOW_PLAIN_HTTP";
    let reason = r#""maybe" is neither true nor false"#;
    assert_eq!(told("").env(plain_http, "maybe").faults(), [format!("{plain_http}: {reason}")]);
    let own = told("token --ca-file /nowhere").env(plain_http, "maybe").faults();
    assert_eq!(
        own,
        [
            "--ca-file: /nowhere: No such file or directory (os error 2)".to_owned(),
            format!("{plain_http}: {reason}"),
        ]
    );
    let other = "token --issuer https://tenant.example/ --client-id m2m --client-secret s --issuer-listen x";
    let faults = told(other).faults();
    assert_eq!(faults, [r#"--issuer-listen: "x" is no address; expected IP:PORT, like 127.0.0.1:50051"#]);
}

#[test]
fn levels_of_logs_at_fault_are_named_by_what_carried_them() {
    assert_eq!(told("--log-level=").faults(), ["--log-level: it is empty"]);
    let by_file = told("").config("log-level = 'a=b=c'").faults();
    assert!(by_file.len() == 1 && by_file[0].starts_with("log-level in DIR/sekisho.toml: "), "{by_file:?}");
    let by_variable = told("").env("RUST_LOG", "a=b=c").faults();
    assert!(by_variable.len() == 1 && by_variable[0].starts_with("RUST_LOG: "), "{by_variable:?}");
    let by_env_file = told("").file("--env-file", ".env", "RUST_LOG=a=b=c\n").faults();
    assert!(
        by_env_file.len() == 1 && by_env_file[0].starts_with("RUST_LOG in DIR/.env: "),
        "{by_env_file:?}"
    );
}

#[test]
fn a_token_lasts_whole_seconds() {
    for text in ["0s", "1500ms", "soon"] {
        let faults = told(&format!("token --expires-in {text}")).faults();
        assert!(faults.len() == 1 && faults[0].starts_with("--expires-in: "), "{faults:?}");
    }
    assert_eq!(told("token --expires-in 60s").token().expires_in, Some(std::time::Duration::from_secs(60)));
}

#[test]
fn a_scope_has_the_characters_of_one() {
    let faults = told("token").argument("--scope").argument("a\"b").faults();
    assert!(faults.len() == 1 && faults[0].starts_with("--scope: "), "{faults:?}");
    let settings = told("token").argument("--scope").argument("api3:read:status other").token();
    assert_eq!(settings.scope.as_deref(), Some("api3:read:status other"));
}

#[test]
fn a_line_of_a_fault_is_one_line() {
    let faults = served("").argument("--config").argument("/nowhere/a\n\u{1b}[31mb").faults();
    assert_eq!(faults, ["--config: /nowhere/a [31mb: No such file or directory (os error 2)"]);
}

#[test]
fn one_line_that_cannot_be_read_hides_no_other_and_invents_none() {
    let env = "OIDC_ISSUER=https://tenant.example/\nSEKISHO_LEEWAY=bad\nbroken line\nOIDC_AUDIENCE=api\n";
    assert_eq!(
        told("serve").file("--env-file", ".env", env).faults(),
        [
            "--env-file: DIR/.env: line 3: expected NAME=VALUE, with quotes around a value that has spaces",
            r#"SEKISHO_LEEWAY in DIR/.env: "bad" is no duration; expected one like 30s, 5m or 24h"#,
        ]
    );
    let config =
        told("serve --leeway bad").config("issuer = \"https://tenant.example/\"\naudience =\n").faults();
    assert_eq!(config.len(), 2, "what the file says is not missing: {config:?}");
    assert!(config[0].contains("line 2") && config[1].starts_with("--leeway"), "{config:?}");
    let list = served("").config("scope-claim = [\"a\", 3]").faults();
    assert_eq!(
        list,
        [
            "scope-claim in DIR/sekisho.toml: expected an array of strings, found an array with something else in it"
        ]
    );
}

/// With what `dotenvy` made of it, the first accepted another audience: nothing stood for `$metadata`.
#[test]
fn a_value_of_an_env_file_that_could_be_read_in_two_ways_is_a_fault() {
    let dollar =
        "nothing is put in for $; put the value into single quotes, or write \\$, if the $ belongs to it";
    let twice = "it is there twice; the other one is in line 1";
    let cases = [
        ("OIDC_AUDIENCE=https://api.example/$metadata", 1, dollar),
        ("OIDC_AUDIENCE=\"https://api.example/${PATH}\"", 1, dollar),
        ("OIDC_AUDIENCE=s3cret\nOIDC_AUDIENCE=s3cret", 2, twice),
        ("OIDC_AUDIENCE=#s3cret", 1, "a value that has spaces, or begins with #, goes into quotes"),
        ("OIDC_AUDIENCE=s3 cret", 1, "a value that has spaces, or begins with #, goes into quotes"),
    ];
    for (text, line, reason) in cases {
        let told = told("serve --issuer https://tenant.example/").file("--env-file", ".env", text);
        // The audience is there, so that it is not said to be missing as well; its value may be a secret.
        assert_eq!(told.faults(), [format!("--env-file: DIR/.env: line {line}: OIDC_AUDIENCE: {reason}")]);
    }
    for text in
        ["OIDC_AUDIENCE='https://api.example/$metadata'", r"OIDC_AUDIENCE=https://api.example/\$metadata"]
    {
        let told = told("serve --issuer https://tenant.example/").file("--env-file", ".env", text);
        assert_eq!(told.issuer().token.audience, "https://api.example/$metadata");
    }
}

/// A file may be shared with other programs, and says to them what it likes, but for where a value ends.
#[test]
fn values_of_other_programs_are_not_judged() {
    let text = "OTHER=$HOME/x\nOTHER=\"${OTHER}\" \nTHEIRS=a b\nOIDC_AUDIENCE=api\n";
    assert_eq!(told("").file("--env-file", ".env", text).development().token.audience, "api");
    let open = "OTHER=\"s3cret\nOIDC_AUDIENCE=api\"\n";
    let faults = told("").file("--env-file", ".env", open).faults();
    let reason = "quotes stand around a whole value, and end on its line; other quotes belong between them";
    assert_eq!(
        faults,
        [
            format!("--env-file: DIR/.env: line 1: {reason}"),
            format!("--env-file: DIR/.env: line 2: OIDC_AUDIENCE: {reason}")
        ]
    );
}
