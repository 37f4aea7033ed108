//! What `--help` teaches.

use super::*;

fn text_of(arguments: &str) -> String {
    match told(arguments).parse() {
        Err(stop @ Stop::Clap(_)) => {
            assert_eq!(stop.code(), 0, "{arguments}");
            let Stop::Clap(error) = stop else { unreachable!("it is what was matched") };
            error.to_string()
        }
        other => panic!("expected help, found {other:?}"),
    }
}

#[test]
fn every_option_is_shown_with_its_variable_and_its_default() {
    for (command, options) in [
        ("", options::development()),
        ("serve", options::serve()),
        ("check-config", options::serve()),
        ("token", options::token()),
        ("healthcheck", options::healthcheck()),
    ] {
        let help = text_of(&format!("{command} --help"));
        for option in options {
            assert!(help.contains(&format!("--{}", option.name)), "{command}: {}", option.name);
            let variable = option.variable.map(|name| format!("[env: {name}]"));
            assert!(variable.is_none_or(|text| help.contains(&text)), "{command}: {:?}", option.variable);
            let default = option.default.map(|text| format!("[default: {text}]"));
            assert!(default.is_none_or(|text| help.contains(&text)), "{command}: {:?}", option.default);
        }
    }
}

#[test]
fn no_option_of_the_development_issuer_is_offered_by_serve() {
    assert!(text_of("--help").contains("--issuer-listen"));
    assert!(!text_of("serve --help").contains("--issuer-listen"));
}

#[test]
fn every_command_has_examples_of_itself() {
    for command in ["serve", "check-config", "token", "healthcheck", "policy", "policy list", "policy proto"]
    {
        let example = format!("  sekisho {command}");
        assert!(text_of(&format!("{command} --help")).contains(&example), "{command}");
    }
}

#[test]
fn no_value_of_the_environment_is_shown() {
    let stop = told("token --help").env("SEKISHO_TOKEN_CLIENT_SECRET", "s3cret").parse().unwrap_err();
    assert!(!format!("{stop:?}").contains("s3cret"));
}

#[test]
fn what_clap_judges_ends_with_2() {
    for arguments in [
        "--no-such-flag",
        "serve --issuer",
        "serve --issuer-name keycloak",
        "check-config --issuer-listen 127.0.0.1:1",
        "serve --issuer-listen 127.0.0.1:1",
        "nonsense",
        "token --web-listen 127.0.0.1:1",
        "policy",
        "policy nonsense",
        "policy list --format yaml",
        "policy list --by method",
        "policy list --include proto",
        "policy list --scopes a --by scope",
        "policy list --config sekisho.toml",
    ] {
        match told(arguments).parse() {
            Err(stop @ Stop::Clap(_)) => assert_eq!(stop.code(), 2, "{arguments}"),
            other => panic!("{arguments}: expected a fault, found {other:?}"),
        }
    }
}
