//! What strangers and issuers write into the log, as the text format of tracing-subscriber shows it to whoever takes
//! the library in. `tests/command_line/log_lines.rs` has the program's.

use sekisho::authorizer::Issuer;
use sekisho::jwks::{JwksFile, Keys, Schedule};
use sekisho::testing::ManualClock;
use sekisho::token::Verifier;
use serde_json::json;
use tonic::Code;

use crate::support::{AUDIENCE, App, Document, IssuerServer, Setup, issuer, lines_with};

const API1: &str = "/api1.v1.Api1/GetStatus";

/// What follows a name that is looked for, and how it is shown. `n` is the test's own, so that its lines are found.
const HOSTILE: [(&str, &str); 12] = [
    (r#" outcome="allowed""#, r#" outcome=\"allowed\""#),
    (r#"" outcome="allowed"#, r#"\" outcome=\"allowed"#),
    (r#"\" outcome="allowed"#, r#"\\\" outcome=\"allowed"#),
    (
        "\r\n2027-01-01T00:00:00Z  INFO call outcome=\"x\"",
        r#"\r\n2027-01-01T00:00:00Z  INFO call outcome=\"x\""#,
    ),
    ("\u{1b}[2J\u{1b}]0;t\u{7}", r"\u{1b}[2J\u{1b}]0;t\u{7}"),
    ("\u{9b}2J\u{7f}\u{8}\0", r"\u{9b}2J\u{7f}\u{8}\0"),
    ("a\u{200b}b\u{feff}c\u{2060}d\u{ad}", r"a\u{200b}b\u{feff}c\u{2060}d\u{ad}"),
    ("\u{e0041}\u{e0001}\u{e0101}\u{fe0f}", r"\u{e0041}\u{e0001}\u{e0101}\u{fe0f}"),
    ("\u{202e}gpj\u{2066}\u{61c}\u{200f}", r"\u{202e}gpj\u{2066}\u{61c}\u{200f}"),
    ("\u{2028}\u{2029}\u{85}", r"\u{2028}\u{2029}\u{85}"),
    ("e\u{301}\u{34f}", r"e\u{301}\u{34f}"),
    ("\u{a0}\u{3000}", r"\u{a0}\u{3000}"),
];

const READABLE: [&str; 5] =
    ["auth0|6f2", "m2m@clients", "https://a.example/#alice", "山田 太郎", "Zoë Müller"];

/// A line without what stands between quotes.
fn outside_quotes(line: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let outside = line.chars().filter(|c| {
        let was_quoted = quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        !was_quoted && !quoted
    });
    outside.collect()
}

/// Nothing of a stranger stands outside quotes, and there is one outcome.
#[track_caller]
fn assert_call_line(line: &str, n: &str) {
    let outside = outside_quotes(line);
    assert!(outside.chars().all(|c| matches!(c, ' '..='~')), "{line}");
    assert_eq!(outside.matches("outcome=").count(), 1, "{line}");
    assert!(!outside.contains(n), "{line}");
}

#[tokio::test]
async fn row_42_what_a_caller_writes_is_quoted_and_escaped() {
    let app = App::start().await;
    for (index, (hostile, shown)) in HOSTILE.into_iter().enumerate() {
        let n = format!("by-a-caller-{index}-");
        let text = format!("{n}{hostile}");
        let text = text.as_str();
        let call = |token: String| app.call(API1).bearer(&token).send();
        assert_eq!(call(issuer().token().claim("sub", text).sign()).await.code(), Code::PermissionDenied);
        assert_eq!(
            call(issuer().token().claim("client_id", text).sign()).await.code(),
            Code::PermissionDenied
        );
        let allowed = issuer().token().claim("sub", text).claim("scope", "api1:read:status").sign();
        assert_eq!(call(allowed).await.code(), Code::Ok);
        let lines = lines_with(&n);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        for (line, field) in lines.iter().zip(["subject", "client", "subject"]) {
            assert!(line.contains(&format!("{field}=\"{n}{shown}\"")), "{line}");
            assert_call_line(line, &n);
        }
        // What names a key, or says what kind of token it is, is in no line at all.
        for header in ["kid", "typ", "alg"] {
            let token = issuer().token().header(header, format!("in-a-header-{index}-{hostile}")).sign();
            assert_eq!(call(token).await.code(), Code::Unauthenticated);
        }
        assert_eq!(lines_with("in-a-header-"), Vec::<String>::new());
    }
}

#[tokio::test]
async fn row_42_an_ordinary_caller_is_shown_readably_and_a_long_one_in_part() {
    let app = App::start().await;
    for text in READABLE {
        let subject = format!("readable {text}");
        app.call(API1).bearer(&issuer().token().claim("sub", subject.as_str()).sign()).send().await;
        let lines = lines_with(&subject);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains(&format!(r#" subject="{subject}" client="test-client" outcome="refused" "#))
        );
    }
    let long = format!("long-winded{}", "x".repeat(3000));
    app.call(API1).bearer(&issuer().token().claim("sub", long.as_str()).sign()).send().await;
    let lines = lines_with("long-winded");
    assert!(
        lines[0].contains(&format!("subject=\"{}…\"", &long[..256])) && lines[0].len() < 1000,
        "{lines:?}"
    );
}

#[tokio::test]
async fn row_42_a_path_that_is_none_is_not_shown() {
    let app = App::start().await;
    for path in
        ["/by.path/Get%0aoutcome=allowed", "/by.path/a\" outcome=\"allowed", "/by.path/a;b", "/by.path/a'"]
    {
        let Ok(_) = path.parse::<http::Uri>() else { continue };
        assert_eq!(app.call(path).send().await.code(), Code::Unimplemented, "{path}");
    }
    assert_eq!(lines_with("by.path"), Vec::<String>::new());
    assert_eq!(app.call("/by.name/Get").send().await.code(), Code::Unimplemented);
    let lines = lines_with("by.name");
    assert!(
        lines[0].contains(r#"method="/by.name/Get" outcome="refused" reason="UNKNOWN_METHOD""#),
        "{lines:?}"
    );
}

#[tokio::test]
async fn row_42_what_an_issuer_writes_is_quoted_and_escaped() {
    let server = IssuerServer::start(Document::default()).await;
    let clock = std::sync::Arc::default();
    let keys = server.keys(&clock);
    let trusted = Issuer::new(keys.clone(), Verifier::new(AUDIENCE));
    let _app = App::start_with(Setup { issuer: trusted, ..Setup::default() }).await;
    let good = issuer().jwk();
    for (index, (hostile, shown)) in HOSTILE.into_iter().enumerate() {
        let n = format!("by-an-issuer-{index}-");
        let text = format!("{n}{hostile}");
        let text = text.as_str();
        server.discovery(&server.metadata(&server.url()));
        let unusable = json!({ "kty": "none", "kid": text });
        server.publish(Document::Json(json!({ "keys": [unusable, good] }).to_string()));
        keys.refresh().await.expect("keys");
        let lines = lines_with(&n);
        assert!(
            lines[0].contains(&format!("key=1 kid=\"{n}{shown}\" reason=\"its kty is none of ")),
            "{lines:?}"
        );
        // A set of it alone, and metadata of somebody else.
        server.publish(Document::Json(json!({ "keys": [unusable] }).to_string()));
        keys.refresh().await.expect_err("no keys");
        server.discovery(&server.metadata(text));
        keys.refresh().await.expect_err("no keys");
        let lines = lines_with(&n);
        assert_eq!(lines.len(), 3, "{lines:#?}");
        for line in lines {
            let outside = outside_quotes(&line);
            assert!(outside.chars().all(|c| matches!(c, ' '..='~')), "{line}");
            assert!(!outside.contains(&n) && !outside.contains("outcome"), "{line}");
        }
    }
    // A URL, which an error shows as it is written: without white space, but with quotes.
    let url = format!("{}?by-its-url\"outcome=\"allowed\u{200b}\u{e0041}", server.url());
    server.discovery(&json!({ "issuer": server.url(), "jwks_uri": url }).to_string());
    keys.refresh().await.expect_err("no keys");
    let lines = lines_with("by-its-url");
    assert!(
        lines.len() == 1 && lines[0].contains(r#"?by-its-url\"outcome=\"allowed\u{200b}\u{e0041} "#),
        "{lines:?}"
    );
    server.discovery(&server.metadata(&format!("of-an-issuer-{}", "x".repeat(900_000))));
    keys.refresh().await.expect_err("no keys");
    let lines = lines_with("of-an-issuer-");
    assert!(lines.len() == 1 && lines[0].len() < 2000, "{lines:?}");
}

#[tokio::test]
async fn a_long_name_of_an_issuer_is_shown_in_part() {
    // What is logged is kept from here on.
    let _app = App::start().await;
    let name = format!("urn:long-named-{}", "x".repeat(3000));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("jwks.json");
    std::fs::write(&path, json!({ "keys": [{ "kty": "none" }, issuer().jwk()] }).to_string()).unwrap();
    let clock = std::sync::Arc::<ManualClock>::default();
    let keys = Keys::remote(JwksFile::new(name.as_str(), &path), Schedule::default(), clock);
    keys.refresh().await.expect("keys");
    std::fs::remove_file(&path).unwrap();
    keys.refresh().await.expect_err("no file");
    let lines = lines_with("urn:long-named-");
    assert_eq!(lines.len(), 3, "that they are held, which is not used, that they are not there: {lines:#?}");
    for line in lines {
        assert!(line.contains(&format!("issuer=\"{}…\"", &name[..256])) && line.len() < 1000, "{line}");
    }
}
