//! The token endpoint: what it grants and what it refuses, by the RFC that says so.

use reqwest::Method;

use crate::support::{Answer, CLI, Parameter, TestIssuer};

/// A refusal's status and error code.
type Refusal = (u16, &'static str);

/// None where a token is issued.
type Outcome = Option<Refusal>;

/// RFC 6749 §5.1.
#[tokio::test]
async fn a_success_says_what_was_granted_and_is_not_stored() {
    let issuer = TestIssuer::start().await;
    let answer = issuer.post_as_cli(&[]).await;
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 3600);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

/// RFC 6749 §3.3.
#[tokio::test]
async fn scope_is_narrowed_and_the_answer_says_to_what() {
    let all = "api1:read:status api2:read:status api3:read:status";
    let table: [(&str, &[Parameter], &str); 5] = [
        ("none asked for", &[], all),
        ("an empty one", &[("scope", "")], all),
        ("one", &[("scope", "api3:read:status")], "api3:read:status"),
        ("one of another's", &[("scope", "admin api2:read:status")], "api2:read:status"),
        ("all", &[("scope", all)], all),
    ];
    let issuer = TestIssuer::start().await;
    for (case, parameters, granted) in table {
        let answer = issuer.post_as_cli(parameters).await;
        assert_eq!(answer.claims()["scope"], granted, "{case}");
        assert_eq!(answer.body["scope"], granted, "{case}");
    }
}

/// What a well authenticated client may add to its request, and what not.
#[tokio::test]
async fn requests_of_a_client_that_is_known() {
    let table: [(&str, &[Parameter], Outcome); 16] = [
        ("RFC 6749 §4.4.2: nothing more is needed", &[], None),
        ("RFC 6749 §3.2: what is not known is ignored", &[("colour", "red")], None),
        (
            "RFC 6749 §3.2: a repeated parameter",
            &[("scope", "a"), ("scope", "a")],
            Some((400, "invalid_request")),
        ),
        ("RFC 6749 §3.2: a repeated unknown", &[("x", "1"), ("x", "2")], Some((400, "invalid_request"))),
        (
            "RFC 6749 §5.2: a scope of which none is allowed",
            &[("scope", "admin")],
            Some((400, "invalid_scope")),
        ),
        (
            "RFC 6749 §3.3: a malformed scope",
            &[("scope", "api1:read:status \"")],
            Some((400, "invalid_scope")),
        ),
        ("Auth0: the audience", &[("audience", "auth0-multiple-api")], None),
        ("Auth0: another audience", &[("audience", "elsewhere")], Some((400, "invalid_target"))),
        ("RFC 8707 §2: the resource", &[("resource", "auth0-multiple-api")], None),
        (
            "RFC 8707 §2: another resource",
            &[("resource", "https://elsewhere/")],
            Some((400, "invalid_target")),
        ),
        ("lifetime: the least", &[("expires_in", "1")], None),
        ("lifetime: less than that", &[("expires_in", "0")], Some((400, "invalid_request"))),
        ("lifetime: the most", &[("expires_in", "86400")], None),
        ("lifetime: more than that", &[("expires_in", "86401")], Some((400, "invalid_request"))),
        ("lifetime: below zero", &[("expires_in", "-1")], Some((400, "invalid_request"))),
        ("lifetime: with a unit", &[("expires_in", "60s")], Some((400, "invalid_request"))),
    ];
    let issuer = TestIssuer::start().await;
    for (case, parameters, refusal) in table {
        let answer = issuer.post_as_cli(parameters).await;
        match refusal {
            None => assert!(!answer.access_token().is_empty(), "{case}"),
            Some(refusal) => assert_refused(&answer, refusal, case),
        }
    }
}

/// RFC 6749 §2.3.1 and §5.2.
#[tokio::test]
async fn client_authentication() {
    let table: [(&str, Option<&str>, &[Parameter], Outcome); 12] = [
        ("post", None, &[("client_id", "cli"), ("client_secret", "cli-secret")], None),
        ("basic", Some("cli:cli-secret"), &[], None),
        ("basic, encoded", Some("%63li:cli%2Dsecret"), &[], None),
        ("basic, client_id in the body too", Some("cli:cli-secret"), &[("client_id", "cli")], None),
        ("none", None, &[], Some((401, "invalid_client"))),
        (
            "post, wrong secret",
            None,
            &[("client_id", "cli"), ("client_secret", "x")],
            Some((401, "invalid_client")),
        ),
        ("post, no secret", None, &[("client_id", "cli")], Some((401, "invalid_client"))),
        (
            "post, unknown",
            None,
            &[("client_id", "x"), ("client_secret", "cli-secret")],
            Some((401, "invalid_client")),
        ),
        ("basic, wrong secret", Some("cli:x"), &[], Some((401, "invalid_client"))),
        ("basic, another's secret", Some("unprivileged:cli-secret"), &[], Some((401, "invalid_client"))),
        ("both", Some("cli:cli-secret"), &[("client_secret", "cli-secret")], Some((400, "invalid_request"))),
        (
            "two names",
            Some("cli:cli-secret"),
            &[("client_id", "unprivileged")],
            Some((400, "invalid_request")),
        ),
    ];
    let issuer = TestIssuer::start().await;
    for (case, basic, parameters, refusal) in table {
        let parameters = [&CLI[..1], parameters].concat();
        let answer = match basic {
            Some(credentials) => issuer.post_as(credentials, &parameters).await,
            None => issuer.post(&parameters).await,
        };
        match refusal {
            None => assert_eq!(answer.claims()["azp"], "cli", "{case}"),
            Some(refusal) => assert_refused(&answer, refusal, case),
        }
    }
}

/// RFC 6749 §5.2: how a client that tried another scheme is told.
#[tokio::test]
async fn another_scheme_than_basic_is_challenged_for_basic() {
    let issuer = TestIssuer::start().await;
    let answer = Answer::of(issuer.form(&CLI).header("authorization", "Bearer cli-secret")).await;
    // CLI has its secret in the body, which makes this more than one way.
    assert_refused(&answer, (400, "invalid_request"), "both");
    let answer = Answer::of(issuer.form(&CLI[..1]).header("authorization", "Bearer cli-secret")).await;
    assert_refused(&answer, (401, "invalid_client"), "Bearer alone");
}

/// RFC 6749 §4.4.2, §4.3; RFC 9700 §2.4.
#[tokio::test]
async fn row_85_grant_types_that_are_not_supported() {
    let password = [("username", "cli"), ("password", "cli-secret")];
    let table: [(&str, Option<&str>, Outcome); 6] = [
        ("client credentials", Some("client_credentials"), None),
        ("password", Some("password"), Some((400, "unsupported_grant_type"))),
        ("implicit", Some("implicit"), Some((400, "unsupported_grant_type"))),
        ("another case", Some("Client_Credentials"), Some((400, "unsupported_grant_type"))),
        ("empty", Some(""), Some((400, "invalid_request"))),
        ("none", None, Some((400, "invalid_request"))),
    ];
    let issuer = TestIssuer::start().await;
    for (case, grant_type, refusal) in table {
        let grant_type: Vec<Parameter> = grant_type.map(|value| ("grant_type", value)).into_iter().collect();
        let answer = issuer.post(&[&grant_type, &CLI[1..], &password].concat()).await;
        match refusal {
            None => assert!(!answer.access_token().is_empty(), "{case}"),
            Some(refusal) => assert_refused(&answer, refusal, case),
        }
    }
}

/// RFC 6749 §3.2: "The client MUST use the HTTP "POST" method".
#[tokio::test]
async fn tokens_are_asked_for_by_post_alone() {
    let issuer = TestIssuer::start().await;
    let query = CLI.map(|(name, value)| format!("{name}={value}")).join("&");
    for method in [Method::GET, Method::HEAD, Method::PUT] {
        let answer = Answer::of(issuer.request(method.clone(), &format!("oauth/token?{query}"))).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")), "{method}");
    }
    assert_eq!(issuer.post(&CLI).await.status, 200);
    let answer = Answer::of(issuer.request(Method::POST, &format!("oauth/token?{query}"))).await;
    assert_refused(&answer, (415, "invalid_request"), "parameters in the query");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let issuer = TestIssuer::start().await;
    let body = |padding: usize| {
        let form = CLI.map(|(name, value)| format!("{name}={value}")).join("&");
        issuer.form(&[]).body(format!("{form}&padding={}", "x".repeat(padding)))
    };
    assert_eq!(Answer::of(body(16_000)).await.status, 200);
    assert_refused(&Answer::of(body(17_000)).await, (413, "invalid_request"), "past the limit");
}

#[tokio::test]
async fn a_body_is_a_form() {
    let issuer = TestIssuer::start().await;
    let json = r#"{"grant_type":"client_credentials","client_id":"cli","client_secret":"cli-secret"}"#;
    let request =
        issuer.request(Method::POST, "oauth/token").header("content-type", "application/json").body(json);
    assert_refused(&Answer::of(request).await, (415, "invalid_request"), "JSON");
    assert_eq!(issuer.post(&CLI).await.status, 200);
}

/// A refusal as RFC 6749 §5.2 wants it: JSON, not stored, and with every 401 a challenge.
fn assert_refused(answer: &Answer, refusal: Refusal, case: &str) {
    assert_eq!(answer.refusal(), refusal, "{case}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{case}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{case}");
    let challenge = (refusal.0 == 401).then_some(r#"Basic realm="token endpoint""#);
    assert_eq!(answer.header("www-authenticate"), challenge, "{case}");
    assert!(answer.body["error_description"].is_string(), "{case}");
    assert!(answer.body.get("access_token").is_none(), "{case}");
    assert!(!answer.body.to_string().contains("cli-secret"), "{case}");
}
