//! Access tokens as well-known issuers write them, judged by a server that is configured as `docs/issuers.md` says:
//! the settings are read from that page, by the program's own parser.

mod claims;
mod shapes;
mod tables;

use std::collections::BTreeSet;

use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho_server::cli::{Command, parse};
use sekisho_server::config::{ServeSettings, TrustedIssuer};
use serde_json::Value;
use tonic::Code;

use crate::support::{App, Setup, issuer};
use shapes::{Shape, shapes};

const PAGE: &str = include_str!("../../docs/issuers.md");
const API1: &str = "/api1.v1.Api1/GetStatus";

#[tokio::test]
async fn each_shape_is_judged_as_the_page_says() {
    for shape in shapes() {
        let name = format!("{}, {}", shape.heading, shape.name);
        let settings =
            settings(&["--env-file".to_owned(), env_file(shape.heading).path().display().to_string()]);
        let app = app(&shape, &settings).await;
        let call =
            async |payload: &Value| app.call(API1).bearer(&signed(&shape.header, payload)).send().await;

        let allowed = call(&shape.access).await;
        assert_eq!((allowed.code(), allowed.reason().as_str()), (Code::Ok, ""), "{name}");

        let lacking = call(&shape.without_scope).await;
        assert_eq!(lacking.code(), Code::PermissionDenied, "{name}: without the scope");
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{}""#, shape.asked);
        assert_eq!(lacking.challenges(), [challenge], "{name}");

        let invalid = (Code::Unauthenticated, "ACCESS_TOKEN_INVALID");
        let foreign = call(&shape.for_another).await;
        assert_eq!((foreign.code(), foreign.reason().as_str()), invalid, "{name}: for another audience");
        assert_eq!(foreign.status().message(), "The access token is for another audience", "{name}");
        let id = call(&shape.id).await;
        assert_eq!((id.code(), id.reason().as_str()), invalid, "{name}: the ID token");
    }
}

#[tokio::test]
async fn an_opaque_token_is_told_to_be_none() {
    let app = App::start().await;
    for token in ["ya29.a0AfB_byC-opaque-1234567890", "ory_at_opaque.1234567890", "2YotnFZFEjr1zCsicMWpAA"] {
        let answer = app.call(API1).bearer(token).send().await;
        assert_eq!(answer.reason(), "ACCESS_TOKEN_MALFORMED", "{token}");
    }
}

#[test]
fn each_section_has_a_shape_and_each_shape_a_section() {
    let with_settings = sections().filter(|(_, text)| text.contains("```env"));
    let sections: BTreeSet<&str> = with_settings.map(|(heading, _)| heading).collect();
    let shapes: BTreeSet<&str> = shapes().iter().map(|shape| shape.heading).collect();
    assert_eq!(sections, shapes);
    for heading in sections {
        assert!(PAGE.contains(&format!("](#{})", anchor(heading))), "{heading} has no row in the table");
    }
}

#[test]
fn both_ways_to_write_the_settings_say_the_same() {
    for heading in shapes().iter().map(|shape| shape.heading) {
        let by_file = settings(&["--env-file".to_owned(), env_file(heading).path().display().to_string()]);
        let by_flags = settings(&flags(heading));
        assert_eq!(by_file.issuers[0].token, by_flags.issuers[0].token, "{heading}");
        assert_eq!(by_file.server.page, by_flags.server.page, "{heading}");
        assert_eq!(by_file.issuers[0].issuer.name, by_flags.issuers[0].issuer.name, "{heading}");
    }
}

/// A matrix of a shape tries what the page has its readers set.
#[test]
fn the_test_kit_has_the_settings_of_the_page() {
    for shape in shapes() {
        let page = settings(&["--env-file".to_owned(), env_file(shape.heading).path().display().to_string()]);
        let page = page.issuers[0].token.verifier();
        assert_eq!(format!("{:#?}", shape.verifier), format!("{page:#?}"), "{}", shape.name);
    }
}

/// The server of these settings. Discovery would have settled the issuer's last slash; nothing else may differ.
async fn app(shape: &Shape, settings: &ServeSettings) -> App {
    let name = shape.access["iss"].as_str().expect("an issuer");
    let TrustedIssuer { issuer: trusted, token, .. } = &settings.issuers[0];
    assert_eq!(trusted.name.trim_end_matches('/'), name.trim_end_matches('/'));
    let (set, _) = KeySet::parse(issuer().jwks().as_bytes()).expect("a key set");
    let issuer = Issuer::new(Keys::fixed(name, set), token.verifier());
    App::start_with(Setup { issuer, ..Setup::default() }).await
}

fn settings(arguments: &[String]) -> ServeSettings {
    let arguments = ["sekisho", "serve"].into_iter().chain(arguments.iter().map(String::as_str));
    match parse(arguments.map(Into::into), []) {
        Ok(Command::Serve(settings, _)) => settings,
        other => panic!("expected settings, found {other:?}"),
    }
}

/// Headings, with what stands below them.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGE.split("\n## ").skip(1).map(|section| section.split_once('\n').expect("a section"))
}

fn block(heading: &str, language: &str) -> &'static str {
    let (_, section) = sections().find(|(name, _)| *name == heading).expect("a section of that name");
    let (_, block) = section.split_once(&format!("```{language}\n")).expect("a block of that language");
    block.split_once("```").expect("its end").0
}

fn env_file(heading: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), block(heading, "env")).expect("to write it");
    file
}

/// What a shell makes of the command: words, over several lines, some in single quotes.
fn flags(heading: &str) -> Vec<String> {
    let command = block(heading, "sh").replace("\\\n", " ");
    let words = command.split_whitespace().map(|word| word.trim_matches('\'').to_owned());
    let mut words = words.skip_while(|word| word != "serve");
    words.next().expect("`sekisho serve`");
    words.collect()
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn signed(header: &Value, payload: &Value) -> String {
    issuer().sign(&header.to_string(), &payload.to_string())
}
