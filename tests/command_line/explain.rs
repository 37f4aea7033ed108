//! `sekisho policy explain` says what `sekisho serve` answers: by the same configuration, of the same call, in the words of
//! the status and of the log line.
#![cfg(unix)]

mod beside_server;
mod cases;
mod issuers;
mod kinds;
mod page;
mod secrecy;
mod signature;
mod support;

use serde_json::Value;

use crate::support::serving::{SCOPE, Serving, issuer, token};
use cases::{Case, METHOD, refusals};
use support::{call, explain, reason_of, write_token};

/// By which all calls of the table are judged.
pub(crate) const CONFIG: &str =
    "issuer = 'https://one.example/'\naudience = 'api'\njwks = 'one'\nmax-token-size = 2000\n";

/// Each row of the contract's table of refusals, but for what cannot be checked; and beside each a call that differs by
/// what is refused alone, and is granted.
#[tokio::test]
async fn explain_says_of_each_refusal_what_the_status_and_the_log_line_say() {
    let one = issuer("one");
    let mut server = Serving::start(CONFIG, &[&one]).await;
    for Case { name, path, wrong, right, reason, check } in refusals(&one) {
        let told = call(&server, path, &wrong).await.expect_err(name);
        write_token(&server, &wrong);
        let explained = explain(&server, path, "--token-file token --config sekisho.toml").await;
        assert_eq!(explained.code, Some(1), "{name}: {}", explained.stderr);
        explained.says_the_words_of(&told, name);
        assert_eq!(explained.refused_by(), Some(check), "{name}");
        assert_eq!(explained.json["refusal"]["reason"], reason, "{name}");
        assert_eq!(reason_of(&told).as_deref().unwrap_or("UNKNOWN_METHOD"), reason, "{name}");
        let line = server.line_with("outcome=\"refused\"").await;
        assert!(line.ends_with(&explained.log_line), "{name}: {line}\n{}", explained.log_line);

        call(&server, METHOD, &right).await.unwrap_or_else(|status| panic!("{name}: {status}"));
        write_token(&server, &right);
        let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml").await;
        assert_eq!((explained.code, explained.refused_by()), (Some(0), None), "{name}: {}", explained.out);
        assert_eq!(explained.json["outcome"], "granted", "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_checked_now_is_not_judged() {
    let one = issuer("one");
    let files = [("none", r#"{"keys": []}"#)];
    let config = CONFIG.replace("'one'", "'none'");
    let server = Serving::start_with("serve --config sekisho.toml", &config, &[&one], &files).await;
    let sent = [format!("Bearer {}", token(&one).sign())];
    let told = call(&server, METHOD, &sent).await.expect_err("no key is held");
    write_token(&server, &sent);
    let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml").await;
    assert_eq!((explained.code, &explained.json["outcome"]), (Some(2), &Value::from("not_judged")));
    explained.says_the_words_of(&told, "no key");
    assert_eq!(explained.result_of("key"), "unknown");
    assert!(explained.stderr.starts_with("error: the call could not be judged: "), "{}", explained.stderr);
    // With the keys, which a server would read at its next refresh.
    let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml --jwks one").await;
    assert_eq!((explained.code, explained.stderr.as_str()), (Some(0), ""), "{}", explained.out);
    // A key that the file does not have yet, of a token that is younger than the file.
    let sent = [format!("Bearer {}", token(&one).header("kid", "next").sign())];
    write_token(&server, &sent);
    let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml --jwks one").await;
    assert_eq!((explained.code, explained.result_of("key")), (Some(2), "unknown".to_owned()));
    assert!(explained.out.contains(r#"RS256 "one""#), "which keys there are: {}", explained.out);
}

#[tokio::test]
async fn what_a_server_only_reports_is_explained_and_granted() {
    let one = issuer("one");
    let config = format!("{CONFIG}dangerous-report-only = true\n");
    let mut server = Serving::start(&config, &[&one]).await;
    let sent = [format!("Bearer {}", token(&one).scope("other").sign())];
    call(&server, METHOD, &sent).await.expect("it only reports");
    write_token(&server, &sent);
    let explained = explain(&server, METHOD, "--token-file token --config sekisho.toml").await;
    assert_eq!((explained.code, &explained.json["outcome"]), (Some(0), &Value::from("would_deny")));
    assert_eq!(explained.refused_by(), Some("scopes"));
    assert_eq!(explained.json["enough"]["missing_scopes"], serde_json::json!([[SCOPE]]));
    let line = server.line_with("outcome=\"would_deny\"").await;
    assert!(line.ends_with(&explained.log_line), "{line}\n{}", explained.log_line);
}
