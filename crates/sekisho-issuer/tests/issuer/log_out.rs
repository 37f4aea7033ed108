//! RP-initiated logout: who may end a session, and where that leads.

use url::form_urlencoded::Serializer;

use crate::browser::{Browser, Request};
use crate::support::{Answer, Parameters, TestIssuer};

const BACK: &str = "http://localhost:8080/";

#[tokio::test]
async fn with_its_id_token_an_application_logs_out_without_asking() {
    let issuer = TestIssuer::start().await;
    for path in [("client_id", "page"), ("ui_locales", "ja")] {
        let (mut browser, id_token) = logged_in(&issuer).await;
        // A day later, too: the hint may have expired, as long as the session has not.
        issuer.pass(7200);
        let hint = [
            ("id_token_hint", id_token.as_str()),
            ("post_logout_redirect_uri", BACK),
            ("state", "s&t"),
            path,
        ];
        let answer = log_out(&mut browser, &hint).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some("http://localhost:8080/?state=s%26t"));
        assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
        assert!(!is_logged_in(&mut browser).await);
    }
}

#[tokio::test]
async fn without_it_the_person_is_asked() {
    let issuer = TestIssuer::start().await;
    let (_, of_another_session) = logged_in(&issuer).await;
    let table: [(&str, Parameters<'_>, Option<&str>); 4] = [
        ("nothing", &[], None),
        ("a name", &[("client_id", "page")], None),
        ("a name and where to go", &[("client_id", "page"), ("post_logout_redirect_uri", BACK)], Some(BACK)),
        ("the token of another session", &[("id_token_hint", &of_another_session)], None),
    ];
    for (case, parameters, leads_to) in table {
        let (mut browser, _) = logged_in(&issuer).await;
        let page = log_out(&mut browser, parameters).await;
        assert_eq!(page.status, 200, "{case}");
        assert!(page.text.contains("/oidc/logout/confirm"), "{case}");
        let stayed = browser.submit(&page, &[("decision", "stay")]).await;
        assert!(stayed.text.contains("still logged in") && is_logged_in(&mut browser).await, "{case}");
        let left = browser.submit(&page, &[("decision", "log-out")]).await;
        assert_eq!(left.header("location"), leads_to, "{case}");
        assert!(!is_logged_in(&mut browser).await, "{case}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_led_to_by_nobody() {
    let issuer = TestIssuer::start().await;
    let (mut browser, id_token) = logged_in(&issuer).await;
    let hint = ("id_token_hint", id_token.as_str());
    let table: [(&str, Parameters<'_>); 7] = [
        ("another", &[hint, ("post_logout_redirect_uri", "https://elsewhere.example/")]),
        ("nearly", &[hint, ("post_logout_redirect_uri", "http://localhost:8080")]),
        ("below", &[hint, ("post_logout_redirect_uri", "http://localhost:8080/x")]),
        ("nobody's", &[("post_logout_redirect_uri", BACK)]),
        ("another client's", &[hint, ("client_id", "other"), ("post_logout_redirect_uri", BACK)]),
        ("a stranger's", &[("client_id", "stranger"), ("post_logout_redirect_uri", BACK)]),
        ("no ID token", &[("id_token_hint", "x.y.z"), ("post_logout_redirect_uri", BACK)]),
    ];
    for (case, parameters) in table {
        let answer = log_out(&mut browser, parameters).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (400, None), "{case}");
        assert!(is_logged_in(&mut browser).await, "{case}");
    }
    let good = [hint, ("post_logout_redirect_uri", BACK)];
    assert_eq!(log_out(&mut browser, &good).await.header("location"), Some(BACK));
}

#[tokio::test]
async fn an_access_token_is_no_hint() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let tokens = browser.tokens("openid").await;
    assert_eq!(log_out(&mut browser, &[("id_token_hint", tokens.access_token())]).await.status, 400);
    assert!(is_logged_in(&mut browser).await);
}

#[tokio::test]
async fn who_is_not_logged_in_is_sent_back_at_once() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let answer = log_out(&mut browser, &[("client_id", "page"), ("post_logout_redirect_uri", BACK)]).await;
    assert_eq!(answer.header("location"), Some(BACK));
    assert!(log_out(&mut browser, &[]).await.text.contains("You are logged out"));
}

/// OpenID Connect RP-Initiated Logout §2: by POST too, which comes from elsewhere without the cookie.
#[tokio::test]
async fn a_request_may_be_posted() {
    let issuer = TestIssuer::start().await;
    let (mut browser, id_token) = logged_in(&issuer).await;
    let request = issuer
        .request(reqwest::Method::POST, "oidc/logout")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("id_token_hint={id_token}"));
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, 303);
    browser.open(answer.header("location").unwrap().trim_start_matches('/')).await;
    assert!(!is_logged_in(&mut browser).await);
}

async fn logged_in(issuer: &TestIssuer) -> (Browser<'_>, String) {
    let mut browser = Browser::new(issuer);
    let tokens = browser.tokens("openid").await;
    (browser, tokens.body["id_token"].as_str().unwrap().to_owned())
}

async fn log_out(browser: &mut Browser<'_>, parameters: Parameters<'_>) -> Answer {
    let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
    browser.open(&format!("oidc/logout?{query}")).await
}

async fn is_logged_in(browser: &mut Browser<'_>) -> bool {
    let answer = browser.open(&Request::new("openid").with("prompt", "none").path()).await;
    !answer.header("location").unwrap().contains("login_required")
}
