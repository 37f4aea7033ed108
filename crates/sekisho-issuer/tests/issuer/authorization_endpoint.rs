//! The authorization endpoint: what is answered, what is refused, and who is told.

use crate::browser::{ALL, Browser, CHALLENGE, Request, VERIFIER, location, parameter, redeeming};
use crate::support::TestIssuer;

const API1: &str = "api1:read:status";

/// RFC 6749 §4.1.2, RFC 9207 §2.
#[tokio::test]
async fn an_answer_has_a_code_the_state_and_the_issuer() {
    let issuer = TestIssuer::start().await;
    let url = Browser::new(&issuer).allow(&Request::new(API1).with("state", "a&b=c#d %é")).await;
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(parameter(&url, "state").as_deref(), Some("a&b=c#d %é"));
    assert_eq!(parameter(&url, "iss").as_deref(), Some(issuer.url.as_str()));
    let url = Browser::new(&issuer).allow(&Request::new(API1).with("state", "")).await;
    assert_eq!(parameter(&url, "state"), None);
}

/// RFC 6749 §4.1.2.1, RFC 9700 §2.1: nobody is redirected where no client is known to be.
#[tokio::test]
async fn row_83_redirect_uris_that_are_not_registered() {
    let issuer = TestIssuer::start().await;
    let table = [
        "http://localhost:8080",
        "http://localhost:8080/callback",
        "http://localhost:8080/.",
        "http://localhost:8080/x/..",
        "http://localhost:8080/?x=1",
        "http://localhost:8080/#",
        "http://localhost:8080/#fragment",
        "http://localhost:8081/",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
        "http://LOCALHOST:8080/",
        "HTTP://localhost:8080/",
        "https://localhost:8080/",
        "http://localhost:8080@elsewhere.example/",
        "http://user@localhost:8080/",
        "http://localhost:8080/%2e",
        "http://localhost:8080.elsewhere.example/",
        "//localhost:8080/",
        "javascript:alert(1)",
        " http://localhost:8080/",
    ];
    for uri in table {
        assert_not_redirected(&issuer, &Request::new(API1).with("redirect_uri", uri), uri).await;
    }
    let request = Request::new(API1);
    assert_not_redirected(&issuer, &request.clone().with("redirect_uri", ""), "none").await;
    assert_not_redirected(&issuer, &request.clone().and("redirect_uri", "http://x.example/"), "two").await;
    assert_not_redirected(&issuer, &request.clone().and("redirect_uri", "http://localhost:8080/"), "twice")
        .await;
    assert!(parameter(&Browser::new(&issuer).allow(&request).await, "code").is_some(), "the registered one");
}

#[tokio::test]
async fn a_client_that_is_not_known_is_told_nothing() {
    let issuer = TestIssuer::start().await;
    for id in ["", "stranger", "Page", "cli", "unprivileged"] {
        assert_not_redirected(&issuer, &Request::new(API1).with("client_id", id), id).await;
    }
    assert_not_redirected(&issuer, &Request::new(API1).and("client_id", "page"), "twice").await;
    assert!(parameter(&Browser::new(&issuer).allow(&Request::new(API1)).await, "code").is_some());
}

async fn assert_not_redirected(issuer: &TestIssuer, request: &Request, case: &str) {
    // Not even what else is wrong is told elsewhere.
    for request in [request.clone(), request.clone().with("response_type", "token")] {
        let answer = Browser::new(issuer).open(&request.path()).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (400, None), "{case}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{case}");
        assert_eq!(answer.header("set-cookie"), None, "{case}");
    }
}

/// RFC 6749 §3.1.1, RFC 9700 §2.1.2.
#[tokio::test]
async fn row_85_response_types_that_are_not_supported() {
    let issuer = TestIssuer::start().await;
    for response_type in ["token", "id_token", "code token", "code id_token", "none", "CODE"] {
        let request = Request::new(API1).with("response_type", response_type);
        assert_eq!(refusal(&issuer, &request).await, "unsupported_response_type", "{response_type}");
    }
    assert_eq!(refusal(&issuer, &Request::new(API1).with("response_type", "")).await, "invalid_request");
    assert!(parameter(&Browser::new(&issuer).allow(&Request::new(API1)).await, "code").is_some());
}

/// RFC 7636 §4.3, §4.4.1; RFC 9700 §2.1.1.
#[tokio::test]
async fn row_82_challenges() {
    let issuer = TestIssuer::start().await;
    let request = Request::new(API1);
    let table = [
        ("none", request.clone().with("code_challenge", "").with("code_challenge_method", "")),
        ("none of S256", request.clone().with("code_challenge", "")),
        ("no method, which is plain", request.clone().with("code_challenge_method", "")),
        ("plain", request.clone().with("code_challenge_method", "plain").with("code_challenge", VERIFIER)),
        ("s256", request.clone().with("code_challenge_method", "s256")),
        ("short", request.clone().with("code_challenge", &CHALLENGE[1..])),
        ("no base64url", request.clone().with("code_challenge", &CHALLENGE.replace('-', "+"))),
        ("padded", request.clone().with("code_challenge", &format!("{CHALLENGE}="))),
    ];
    for (case, request) in table {
        assert_eq!(refusal(&issuer, &request).await, "invalid_request", "{case}");
    }
    assert!(parameter(&Browser::new(&issuer).allow(&request).await, "code").is_some(), "S256");
}

/// RFC 6749 §3.3.
#[tokio::test]
async fn row_86_scope_beyond_what_may_be_asked_for() {
    let issuer = TestIssuer::start().await;
    let table = [
        ("a stranger's", "admin"),
        ("in another case", "API1:read:status"),
        ("none", ""),
        ("two spaces", "api1:read:status  api2:read:status"),
        ("a quote", "api1:read:status \""),
    ];
    for (case, scope) in table {
        assert_eq!(refusal(&issuer, &Request::new(scope)).await, "invalid_scope", "{case}");
    }
    let mut browser = Browser::new(&issuer);
    let answer = browser.tokens("admin api2:read:status api1:read:status api4:read:status").await;
    assert_eq!(answer.body["scope"], "api1:read:status api2:read:status");
    assert_eq!(answer.claims()["scope"], "api1:read:status api2:read:status");
}

#[tokio::test]
async fn requests_that_the_client_is_told_are_wrong() {
    let issuer = TestIssuer::start().await;
    let request = || Request::new(API1);
    let table = [
        ("RFC 6749 §3.1: twice", request().and("scope", API1), "invalid_request"),
        ("an unknown twice", request().and("x", "1").and("x", "2"), "invalid_request"),
        ("RFC 8707 §2: resource", request().with("resource", "https://elsewhere/"), "invalid_target"),
        (
            "one of two",
            request().and("resource", "auth0-multiple-api").and("resource", "b"),
            "invalid_target",
        ),
        ("Auth0: audience", request().with("audience", "elsewhere"), "invalid_target"),
        ("OIDC Core §3.1.2.6", request().with("request", "x"), "request_not_supported"),
        ("OIDC Core §3.1.2.6", request().with("request_uri", "https://x/"), "request_uri_not_supported"),
        ("response_mode", request().with("response_mode", "fragment"), "invalid_request"),
        ("prompt", request().with("prompt", "none login"), "invalid_request"),
        ("prompt", request().with("prompt", "sing"), "invalid_request"),
        ("max_age", request().with("max_age", "-1"), "invalid_request"),
        ("id_token_hint", request().with("id_token_hint", "x.y.z"), "invalid_request"),
    ];
    for (case, request, expected) in table {
        assert_eq!(refusal(&issuer, &request).await, expected, "{case}");
    }
    for request in [
        request().with("resource", "auth0-multiple-api").with("audience", "auth0-multiple-api"),
        request().and("resource", "auth0-multiple-api").and("resource", "auth0-multiple-api"),
        request().with("response_mode", "query").with("colour", "red"),
    ] {
        assert!(parameter(&Browser::new(&issuer).allow(&request).await, "code").is_some());
    }
}

/// The error code that the client is told, with its state and the issuer.
async fn refusal(issuer: &TestIssuer, request: &Request) -> String {
    let url = location(&Browser::new(issuer).open(&request.path()).await);
    assert_eq!(parameter(&url, "state").as_deref(), Some("the state"));
    assert_eq!(parameter(&url, "iss").as_deref(), Some(issuer.url.as_str()));
    assert_eq!(parameter(&url, "code"), None);
    assert!(parameter(&url, "error_description").is_some());
    parameter(&url, "error").unwrap()
}

/// OpenID Connect Core §3.1.2.1: a request may be posted, from a page elsewhere and so without the cookie.
#[tokio::test]
async fn a_request_may_be_posted() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    browser.allow(&Request::new(API1)).await;
    let posted = issuer
        .request(reqwest::Method::POST, "authorize")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Request::new(API1).query());
    let answer = Browser::new(&issuer).send(posted).await;
    assert_eq!(answer.status, 303);
    let path = answer.header("location").unwrap().trim_start_matches('/').to_owned();
    assert!(parameter(&location(&browser.open(&path).await), "code").is_some());
}

/// OpenID Connect Core §3.1.2.6.
#[tokio::test]
async fn prompt_none_shows_no_page() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let silent = |scope| Request::new(scope).with("prompt", "none");
    assert_eq!(error(&mut browser, &silent(API1)).await, "login_required");
    browser.allow(&Request::new(API1)).await;
    assert_eq!(error(&mut browser, &silent(API1)).await, "(none)");
    assert_eq!(error(&mut browser, &silent("api1:read:status api2:read:status")).await, "consent_required");
    assert_eq!(
        error(
            &mut browser,
            &silent(API1).with("client_id", "other").with("redirect_uri", "http://localhost:8081/")
        )
        .await,
        "consent_required"
    );
    issuer.pass(8 * 60 * 60 - 1);
    assert_eq!(error(&mut browser, &silent(API1)).await, "(none)");
    issuer.pass(1);
    assert_eq!(error(&mut browser, &silent(API1)).await, "login_required");
}

async fn error(browser: &mut Browser<'_>, request: &Request) -> String {
    let answer = browser.open(&request.path()).await;
    let url = url::Url::parse(answer.header("location").unwrap()).unwrap();
    parameter(&url, "error").unwrap_or("(none)".to_owned())
}

/// A person who is logged in and has agreed is not asked again, unless that is asked for.
#[tokio::test]
async fn prompts_and_max_age() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    browser.allow(&Request::new(API1)).await;
    issuer.pass(60);
    let request = || Request::new(API1);
    let table = [
        ("nothing", request(), ""),
        ("prompt=login", request().with("prompt", "login"), "/authorize/login"),
        ("prompt=select_account", request().with("prompt", "select_account"), "/authorize/login"),
        ("prompt=consent", request().with("prompt", "consent"), "/authorize/consent"),
        ("max_age that is over", request().with("max_age", "59"), "/authorize/login"),
        ("max_age", request().with("max_age", "60"), ""),
        ("more scope", Request::new("api1:read:status api3:read:status"), "/authorize/consent"),
    ];
    for (case, request, form) in table {
        let answer = browser.open(&request.path()).await;
        match form {
            "" => assert!(parameter(&location(&answer), "code").is_some(), "{case}"),
            form => assert!(answer.text.contains(form), "{case}"),
        }
    }
}

/// Whoever logs in for a request need not do so twice, until it is answered.
#[tokio::test]
async fn prompt_login_asks_once_for_each_answer() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    for scope in [API1, API1] {
        let request = Request::new(scope).with("prompt", "login consent").with("max_age", "0");
        let page = browser.open(&request.path()).await;
        issuer.pass(5);
        let page = browser.submit(&page, &[("account", "alice")]).await;
        issuer.pass(5);
        assert!(page.text.contains("/authorize/consent"));
        let answer = browser.tick(&page, &[scope]).await;
        assert!(parameter(&location(&answer), "code").is_some());
    }
}

/// OpenID Connect Core §3.1.2.1, on `id_token_hint`.
#[tokio::test]
async fn an_id_token_says_who_is_expected() {
    let issuer = TestIssuer::start().await;
    let mut alice = Browser::new(&issuer);
    let id_token =
        alice.tokens("openid api1:read:status").await.body["id_token"].as_str().unwrap().to_owned();
    let request = Request::new("openid api1:read:status").with("id_token_hint", &id_token);
    assert!(parameter(&alice.allow(&request).await, "code").is_some());

    let mut bob = Browser::new(&issuer);
    let page = bob.open(&request.path()).await;
    let answer = bob.submit(&page, &[("account", "bob")]).await;
    assert_eq!(parameter(&location(&answer), "error").as_deref(), Some("login_required"));
    assert_eq!(error(&mut bob, &request.clone().with("prompt", "none")).await, "login_required");
}

#[tokio::test]
async fn what_is_not_ticked_is_not_granted() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let page = browser.open(&Request::new(ALL).path()).await;
    let page = browser.submit(&page, &[("account", "bob")]).await;
    for scope in ALL.split(' ').skip(1) {
        assert!(page.text.contains(&format!("name=\"scope\" value=\"{scope}\" checked")), "{scope}");
    }
    let answer = browser.tick(&page, &["api3:read:status", "admin"]).await;
    let code = parameter(&location(&answer), "code").unwrap();
    let answer = issuer.post(&redeeming(&code)).await;
    assert_eq!(answer.body["scope"], "openid api3:read:status");
    assert_eq!(answer.claims()["scope"], "openid api3:read:status");
    assert!(answer.body.get("refresh_token").is_none(), "offline_access was not ticked");
    // What was refused is asked for again; what was granted is not.
    assert!(browser.open(&Request::new(ALL).path()).await.text.contains("/authorize/consent"));
    let request = Request::new("api3:read:status");
    assert!(parameter(&location(&browser.open(&request.path()).await), "code").is_some());
}

#[tokio::test]
async fn who_does_not_agree_is_not_asked_twice_and_the_client_is_told() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let request = Request::new(ALL);
    let log_in = browser.open(&request.path()).await;
    let cancelled = browser.submit(&log_in, &[("decision", "deny")]).await;
    let consent = browser.submit(&log_in, &[("account", "alice")]).await;
    let denied = browser.submit(&consent, &[("scope", API1), ("decision", "deny")]).await;
    let nothing = browser.submit(&consent, &[("decision", "allow")]).await;
    let no_decision = browser.submit(&consent, &[("scope", API1)]).await;
    for answer in [cancelled, denied, nothing, no_decision] {
        let url = location(&answer);
        assert_eq!(parameter(&url, "error").as_deref(), Some("access_denied"));
        assert_eq!(parameter(&url, "state").as_deref(), Some("the state"));
    }
    let allowed = browser.submit(&consent, &[("scope", API1), ("decision", "allow")]).await;
    assert!(parameter(&location(&allowed), "code").is_some());
}

#[tokio::test]
async fn another_account_can_be_used() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let page = browser.open(&Request::new("openid").path()).await;
    let page = browser.submit(&page, &[("account", "alice")]).await;
    assert!(page.text.contains("Alice"));
    let page = browser.submit(&page, &[("decision", "switch")]).await;
    assert!(page.text.contains("/authorize/login"));
    let page = browser.submit(&page, &[("account", "bob")]).await;
    let code = parameter(&location(&browser.tick(&page, &[]).await), "code").unwrap();
    assert_eq!(issuer.post(&redeeming(&code)).await.claims()["sub"], "development|bob");
}
