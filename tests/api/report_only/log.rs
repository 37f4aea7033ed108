//! What is logged of calls that go on although they would be refused.

use super::{ENFORCED, SCOPES, bearer, call, right, wrongs};
use crate::support::{App, Setup, assert_not_logged, issuer, lines_with, trusting};

#[tokio::test]
async fn row_112_what_would_be_refused_is_logged_with_the_reason_and_the_issuer() {
    for (index, wrong) in wrongs().into_iter().enumerate() {
        let name = format!("log-of-reports-{index}-");
        let issuer = trusting(|verifier| verifier).named(name.as_str());
        let app = App::start_with(Setup { issuer, ..Setup::default() }).await;
        for (path, outcome) in [(SCOPES, "would_deny"), (ENFORCED, "refused")] {
            call(&app, path, &wrong.entries).await;
            let lines = lines_with(&name);
            let line = lines.last().expect("a line");
            let expected = [
                format!(r#"method="{path}""#),
                format!(r#"issuer="{name}""#),
                format!(r#"outcome="{outcome}""#),
                format!(r#"reason="{}""#, wrong.reason),
            ];
            for part in expected {
                assert!(line.contains(&part), "{}: {part} in {line}", wrong.name);
            }
            assert_eq!(line.contains(r#"subject="alice""#), !wrong.subject.is_empty(), "{line}");
        }
        assert_eq!(lines_with(&name).len(), 2);
        for entry in wrong.entries {
            assert_not_logged(entry.trim_start_matches("Bearer "));
        }
    }
}

#[tokio::test]
async fn what_is_allowed_is_logged_as_allowed() {
    let issuer_of_test = trusting(|verifier| verifier).named("log-of-allowed-reports");
    let app = App::start_with(Setup { issuer: issuer_of_test, ..Setup::default() }).await;
    call(&app, SCOPES, &right()).await;
    let lines = lines_with("log-of-allowed-reports");
    assert!(lines.len() == 1 && lines[0].contains(r#"outcome="allowed""#), "{lines:?}");
    let token = issuer().token().scope("kinds:read").sign();
    call(&app, SCOPES, &bearer(&token)).await;
    assert_not_logged(&token);
}
