//! Calls that go on although they would be refused, and what is shown of any call.

use super::replaced::{ISSUERS, named};
use super::*;
use crate::observe::{Decision, Outcome};

fn set() -> Vec<u8> {
    let source = r#"
        syntax = "proto3";
        package a.v1;
        import "sekisho/v1/access.proto";
        message M {}
        service A {
          rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" mode: REPORT_ONLY }; }
          rpc Any(M) returns (M) { option (sekisho.v1.access) = { authenticated: true mode: REPORT_ONLY }; }
          rpc Optional(M) returns (M) { option (sekisho.v1.access) = { optional: true mode: REPORT_ONLY }; }
          rpc Enforced(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" mode: ENFORCE }; }
          rpc Public(M) returns (M) { option (sekisho.v1.access) = { public: true mode: REPORT_ONLY }; }
        }
    "#;
    sekisho_build::descriptor_set_of(source).expect("a set")
}

fn reporting(issuers: [Issuer; 2]) -> Authorizer {
    let [first, second] = issuers;
    let policy = Policy::from_descriptor_set(&set()).expect("a policy");
    Authorizer::new(policy, first).also_trusting(second).clock(Arc::new(ManualClock::new()))
}

fn call(authorizer: &Authorizer, method: &str, entries: &[&str]) -> Verdict {
    let mut metadata = HeaderMap::new();
    for entry in entries {
        metadata.append(AUTHORIZATION, entry.parse().expect("a value"));
    }
    match authorizer.authorize(&format!("/a.v1.A/{method}"), &metadata) {
        Authorization::Decided(verdict) => verdict,
        Authorization::AwaitingKey(_) => panic!("nothing is to be awaited"),
    }
}

fn issuers() -> [Issuer; 2] {
    [named(&ISSUERS[0], "first"), named(&ISSUERS[1], "second")]
}

/// By name: the entry, the reason, and by which issuer.
fn refusals() -> Vec<(&'static str, String, &'static str, Option<&'static str>)> {
    let second = &ISSUERS[1];
    let token = || second.token().scope("read");
    vec![
        ("empty", String::new(), "CREDENTIALS_MALFORMED", None),
        ("Basic", "Basic YTpi".to_owned(), "CREDENTIALS_MALFORMED", None),
        ("no JWS", "Bearer a.b".to_owned(), "ACCESS_TOKEN_MALFORMED", None),
        ("expired", bearer(&token().claim("exp", 1)), "ACCESS_TOKEN_EXPIRED", Some("second")),
        ("bad", bearer(&token().claim("aud", "other")), "ACCESS_TOKEN_INVALID", Some("second")),
        ("of nobody", bearer(&ISSUERS[2].token()), "ACCESS_TOKEN_INVALID", None),
    ]
}

fn bearer(token: &TokenBuilder<'_>) -> String {
    format!("Bearer {}", token.sign())
}

#[test]
fn row_112_whoever_was_not_verified_goes_on_as_nobody_and_the_issuer_is_told_as_if_it_were_refused() {
    let authorizer = reporting(issuers());
    for method in ["Get", "Any"] {
        let verdict = call(&authorizer, method, &[]);
        let told = (verdict.denial().and_then(Denial::reason), verdict.issuer_name());
        assert_eq!(told, (Some("CREDENTIALS_MISSING"), None));
    }
    for (name, entry, reason, issuer) in refusals() {
        for method in ["Get", "Any", "Optional"] {
            let verdict = call(&authorizer, method, &[&entry]);
            assert_eq!(verdict.issuer_name(), issuer, "{name}, {method}");
            assert!(verdict.claims().is_none() && !verdict.is_remembered(), "{name}, {method}");
            let grant = verdict.into_result().expect("it goes on");
            assert_eq!(grant.would_deny().and_then(Denial::reason), Some(reason), "{name}, {method}");
            assert!(grant.is_anonymous() && grant.subject().is_none() && grant.scopes().is_none(), "{name}");
            assert_eq!((grant.issuer_name(), grant.method().name()), (None, method), "{name}");
        }
        // The twins: what is enforced is refused in the same words, what is public asks nobody.
        let enforced = call(&authorizer, "Enforced", &[&entry]);
        let told = enforced.result().expect_err("refused").reason();
        assert_eq!((told, enforced.issuer_name()), (Some(reason), issuer), "{name}");
        let public = call(&authorizer, "Public", &[&entry]).into_result().expect("anyone");
        assert!(public.is_anonymous() && public.would_deny().is_none(), "{name}");
    }
}

#[test]
fn row_112_a_caller_that_lacks_scope_is_known_and_one_that_does_not_is_not_reported() {
    let authorizer = reporting(issuers());
    for is_remembered in [false, true] {
        let verdict = call(&authorizer, "Get", &[&bearer(&ISSUERS[1].token().scope("write"))]);
        assert_eq!((verdict.is_remembered(), verdict.issuer_name()), (is_remembered, Some("second")));
        let grant = verdict.into_result().expect("it goes on");
        let told = grant.would_deny().and_then(Denial::reason);
        assert_eq!((grant.subject(), told), (Some("alice"), Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT")));
        assert_eq!((grant.issuer_name(), grant.is_anonymous()), (Some("second"), false));
    }
    for method in ["Get", "Any", "Optional", "Enforced"] {
        let allowed = call(&authorizer, method, &[&bearer(&ISSUERS[1].token().scope("read"))]);
        let grant = allowed.into_result().expect("allowed");
        assert_eq!((grant.subject(), grant.would_deny()), (Some("alice"), None), "{method}");
    }
    let nobody = call(&authorizer, "Optional", &[]).into_result().expect("anyone");
    assert!(nobody.is_anonymous() && nobody.would_deny().is_none());
    let unknown = call(&authorizer, "None", &[]);
    assert_eq!(unknown.result().err(), Some(&Denial::UnknownMethod));
}

/// Nothing that a handler or an observer can print has any part of a token in it.
#[test]
fn row_113_what_is_shown_of_a_decision_has_no_token_in_it() {
    let authorizer = reporting(issuers());
    let good =
        [ISSUERS[0].token().scope("read"), ISSUERS[1].token().scope("write")].map(|token| bearer(&token));
    let entries: Vec<String> = refusals().into_iter().map(|refusal| refusal.1).chain(good).collect();
    for entry in &entries {
        for method in ["Get", "Any", "Optional", "Enforced", "Public", "None"] {
            // A second time, when it is remembered.
            for _ in 0..2 {
                let token = entry.split(' ').nth(1).unwrap_or_default();
                let verdict = call(&authorizer, method, &[entry]);
                let paths = [format!("/{token}"), format!("/a.v1.A/{token}"), format!("/a.v1.A/Get?{token}")];
                for path in &paths {
                    let decision = Decision::new(&verdict, path, Duration::ZERO);
                    let denial = decision.denial().map(ToString::to_string);
                    let shown = format!("{decision:?} {verdict:?} {:?} {denial:?}", verdict.result());
                    let shown = format!("{shown} {} {:?}", decision.path(), decision.claims());
                    for part in token.split('.').filter(|part| part.len() > 16) {
                        assert!(!shown.contains(part), "{method}: {part} in {shown}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_outcome_is_what_comes_of_the_call() {
    let authorizer = reporting(issuers());
    let right = bearer(&ISSUERS[0].token().scope("read"));
    let outcome = |method: &str, entries: &[&str]| {
        let verdict = call(&authorizer, method, entries);
        let decision = Decision::new(&verdict, "/a.v1.A/None", Duration::ZERO);
        (decision.outcome(), decision.reason())
    };
    assert_eq!(outcome("Get", &[&right]), (Outcome::Allowed, None));
    assert_eq!(outcome("Get", &[]), (Outcome::WouldDeny, Some("CREDENTIALS_MISSING")));
    assert_eq!(outcome("Enforced", &[]), (Outcome::Refused, Some("CREDENTIALS_MISSING")));
    assert_eq!(outcome("Optional", &[]), (Outcome::Allowed, None));
    assert_eq!(outcome("Optional", &["Basic a"]), (Outcome::WouldDeny, Some("CREDENTIALS_MALFORMED")));
    assert_eq!(outcome("None", &[]), (Outcome::Refused, Some("UNKNOWN_METHOD")));
}
