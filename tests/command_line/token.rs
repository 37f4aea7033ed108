//! `sekisho token`, against an issuer that says what the test wants.

mod issuer;
mod metadata;

use axum::http::StatusCode;
use sekisho::jwks::{HttpUrl, PlainHttp};
use sekisho_server::cli::{TokenRequestError, request_token};
use sekisho_server::config::TokenSettings;
use tokio::net::TcpListener;

use crate::support::{end, run, sekisho};
use issuer::{Answer, Issuer};

const TOKEN: &str = r#"{"access_token":"the.access.token","token_type":"Bearer"}"#;

fn credentials(issuer: &Issuer) -> String {
    format!("token --issuer {} --client-id me --client-secret hush", issuer.url())
}

#[tokio::test]
async fn the_development_issuer_is_asked_as_its_client() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    let ended = run(&format!("token --issuer-listen {}", issuer.address)).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(ended.stdout, "the.access.token\n");
    let asked = issuer.asked();
    assert_eq!(asked.authorization, "Basic Y2xpOmNsaS1zZWNyZXQ=", "cli:cli-secret");
    assert_eq!(asked.content_type, "application/x-www-form-urlencoded");
    assert_eq!(
        asked.form,
        [
            ("grant_type", "client_credentials"),
            ("scope", "api1:read:status api2:read:status"),
            ("audience", "auth0-multiple-api"),
            ("expires_in", "3600"),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
}

#[tokio::test]
async fn what_is_asked_for_may_be_chosen() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    let mut command =
        sekisho(&format!("token --issuer-listen {} --expires-in 60s --audience x", issuer.address));
    command.args(["--scope", "api3:read:status other"]);
    assert_eq!(end(command).await.code, Some(0));
    let form = issuer.asked().form;
    let value = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str());
    assert_eq!(value("scope"), Some("api3:read:status other"));
    assert_eq!((value("audience"), value("expires_in")), (Some("x"), Some("60")));
}

#[tokio::test]
async fn another_issuer_gets_credentials_as_the_rfc_encodes_them() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    let mut command = sekisho("token");
    command
        .env("OIDC_ISSUER", issuer.url())
        .env("SEKISHO_TOKEN_CLIENT_ID", "my id")
        .env("SEKISHO_TOKEN_CLIENT_SECRET", "a:b/ä%");
    let ended = end(command).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "the.access.token\n"), "{}", ended.stderr);
    let asked = issuer.asked();
    // `my+id:a%3Ab%2F%C3%A4%25` (RFC 6749 §2.3.1).
    assert_eq!(asked.authorization, "Basic bXkraWQ6YSUzQWIlMkYlQzMlQTQlMjU=");
    let names: Vec<_> = asked.form.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["grant_type"], "nothing is asked for that was not named");
}

#[tokio::test]
async fn a_refusal_is_told_in_the_issuers_words_but_not_with_the_secret() {
    let refusal = r#"{"error":"invalid_client","error_description":"hush is\nnot it"}"#;
    let issuer = Issuer::start(Answer::of(StatusCode::UNAUTHORIZED, refusal)).await;
    let ended = run(&credentials(&issuer)).await;
    assert_eq!(ended.one_error(1), "the issuer refused: invalid_client ([secret] is not it)");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Issuer::start(Answer::json(TOKEN)).await;
    let issuer = Issuer::start(Answer::redirect(&elsewhere.url())).await;
    let ended = run(&credentials(&issuer)).await;
    let error = ended.one_error(1);
    assert_eq!(error, format!("{}token answered with HTTP status 307 and no token", issuer.url()));
    assert!(!elsewhere.was_asked());
}

#[tokio::test]
async fn an_answer_that_is_none_shows_no_token() {
    for answer in [
        Answer::json("the.access.token"),
        Answer::json(r#"{"token":"the.access.token"}"#),
        Answer::json(r#"{"access_token":"the.access.token\u001b[2J"}"#),
        Answer::of(StatusCode::CREATED, TOKEN),
        Answer::of(StatusCode::BAD_GATEWAY, "the.access.token"),
        Answer::json(&format!("{TOKEN}{}", " ".repeat(64 * 1024))),
    ] {
        let issuer = Issuer::start(answer).await;
        let ended = run(&credentials(&issuer)).await;
        let error = ended.one_error(1);
        assert!(error.contains(" answered with ") && !error.contains("the.access.token"), "{error}");
    }
}

#[tokio::test]
async fn a_token_of_another_type_than_bearer_is_not_shown() {
    let long = "x".repeat(301);
    for (token_type, shown) in [
        ("\"DPoP\"", "DPoP"),
        ("\"mac\"", "mac"),
        ("\"N_A\"", "N_A"),
        ("\"\"", ""),
        ("\"Bearer \"", "Bearer "),
        ("null", "(no text)"),
        ("[\"Bearer\"]", "(no text)"),
        (r#""a\u001b[2J\u200b of the.access.token for hush""#, r"a [2J\u{200b} of [token] for [secret]"),
        (&format!("\"{long}\""), &long[1..]),
    ] {
        let answer = format!(r#"{{"access_token":"the.access.token","token_type":{token_type}}}"#);
        let issuer = Issuer::start(Answer::json(&answer)).await;
        let ended = run(&credentials(&issuer)).await;
        assert_eq!(
            ended.one_error(1),
            format!(
                "{}token answered with a token of type \"{}\"; only bearer tokens can be used here",
                issuer.url(),
                shown.trim()
            )
        );
    }
}

#[tokio::test]
async fn a_bearer_token_may_be_named_in_any_case_or_not_at_all() {
    for token_type in [r#","token_type":"bearer""#, r#","token_type":"BEARER""#, ""] {
        let answer = format!(r#"{{"access_token":"the.access.token"{token_type}}}"#);
        let issuer = Issuer::start(Answer::json(&answer)).await;
        let ended = run(&credentials(&issuer)).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "the.access.token\n"), "{}", ended.stderr);
    }
}

#[tokio::test]
async fn credentials_go_to_nobody_else() {
    let issuer = Issuer::start(Answer::json(TOKEN)).await;
    for (metadata, reason) in [
        (r#"{"issuer":"https://other.example/","token_endpoint":"URLtoken"}"#, "it names another issuer"),
        (r#"{"token_endpoint":"URLtoken"}"#, "it names another issuer"),
        (r#"{"issuer":"URL"}"#, "it names no token_endpoint"),
        (r#"{"issuer":"URL","token_endpoint":"http://other.example/token"}"#, "http without TLS"),
        ("<html>", "it is no JSON"),
    ] {
        issuer.publish(metadata);
        let ended = run(&credentials(&issuer)).await;
        let error = ended.one_error(1);
        assert!(error.contains(reason), "{error}");
        assert!(!issuer.was_asked(), "{metadata}");
    }
}

#[tokio::test]
async fn nobody_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let ended = run(&format!("token --issuer-listen {address}")).await;
    let error = ended.one_error(1);
    assert!(error.starts_with(&format!("http://{address}/: ")) && error.contains("refused"), "{error}");
}

/// The clock stands still but for timers, so that the ten seconds pass at once.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let issuer = HttpUrl::parse(&url, PlainHttp::LoopbackOnly).unwrap();
    let error = request_token(&TokenSettings::of_development(issuer, "api")).await.unwrap_err();
    assert_eq!(error, TokenRequestError::TimedOut { issuer: url });
}
