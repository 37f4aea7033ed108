//! Every lifetime that can be set, shown by what is still good a second before its end, and no longer at its end.

use std::time::Duration;

use sekisho_issuer::{Client, Issuer};

use crate::browser::{Browser, Request, location, parameter, redeeming};
use crate::support::{PAGE, TestIssuer, json_part};

const MINUTES: Duration = Duration::from_secs(60);

async fn start() -> TestIssuer {
    let scopes = ["openid", "offline_access"];
    let builder = Issuer::builder()
        .client(Client::page("page", PAGE).scopes(scopes))
        .client(
            Client::page("other", "http://localhost:8081").scopes(scopes).access_token_lifetime(40 * MINUTES),
        )
        .client(Client::confidential("cli", "cli-secret"))
        .access_token_lifetime(10 * MINUTES)
        .id_token_lifetime(20 * MINUTES)
        .code_lifetime(3 * 60 * MINUTES)
        .refresh_token_lifetime(100 * MINUTES)
        .session_lifetime(300 * MINUTES);
    TestIssuer::configured(builder).await
}

#[tokio::test]
async fn tokens_last_as_long_as_is_set() {
    let issuer = start().await;
    let answer = Browser::new(&issuer).tokens("openid").await;
    assert_eq!(answer.body["expires_in"], 600);
    let lifetime = |token: &str| {
        let claims = json_part(token, 1);
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap()
    };
    assert_eq!(lifetime(answer.access_token()), 600);
    assert_eq!(lifetime(answer.body["id_token"].as_str().unwrap()), 1200);
    let machine = issuer.post_as_cli(&[]).await;
    assert_eq!((lifetime(machine.access_token()), &machine.body["expires_in"]), (600, &600.into()));
    let asked = issuer.post_as_cli(&[("expires_in", "7")]).await;
    assert_eq!(lifetime(asked.access_token()), 7);
    let other = issuer.issuer.token("other").account("alice").sign().unwrap();
    assert_eq!(lifetime(&other), 2400, "a client's own");
}

#[tokio::test]
async fn a_code_lasts_as_long_as_is_set_and_is_remembered_for_as_long() {
    let issuer = start().await;
    let codes = [
        Browser::new(&issuer).code(&Request::new("openid")).await,
        Browser::new(&issuer).code(&Request::new("openid offline_access")).await,
    ];
    issuer.pass(3 * 3600 - 1);
    let redeemed = issuer.post(&redeeming(&codes[0])).await;
    assert_eq!(redeemed.status, 200);
    issuer.pass(1);
    assert_eq!(issuer.post(&redeeming(&codes[1])).await.refusal(), (400, "invalid_grant"));
    // Longer than a code that was used is remembered at least.
    let code = Browser::new(&issuer).code(&Request::new("openid offline_access")).await;
    let redeemed = issuer.post(&redeeming(&code)).await;
    issuer.pass(3600);
    assert_eq!(issuer.post(&redeeming(&code)).await.refusal(), (400, "invalid_grant"));
    let refresh_token = redeemed.body["refresh_token"].as_str().unwrap();
    let refused = issuer.post(&refreshing(refresh_token)).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant"), "the second use of the code ended it");
}

fn refreshing(token: &str) -> [(&str, &str); 3] {
    [("grant_type", "refresh_token"), ("client_id", "page"), ("refresh_token", token)]
}

#[tokio::test]
async fn a_refresh_token_lasts_as_long_as_is_set_and_as_the_page_says() {
    let issuer = start().await;
    let mut browser = Browser::new(&issuer);
    let log_in = browser.open(&Request::new("openid offline_access").path()).await;
    let consent = browser.submit(&log_in, &[("account", "alice")]).await;
    assert!(consent.text.contains("Renew its access for 100 minutes without asking"), "{}", consent.text);
    let tokens = Browser::new(&issuer).tokens("openid offline_access").await;
    issuer.pass(100 * 60 - 1);
    let renewed = issuer.post(&refreshing(tokens.body["refresh_token"].as_str().unwrap())).await;
    assert_eq!(renewed.status, 200);
    issuer.pass(1);
    let refused = issuer.post(&refreshing(renewed.body["refresh_token"].as_str().unwrap())).await;
    assert_eq!(refused.refusal(), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_session_lasts_as_long_as_is_set_and_as_its_cookie_says() {
    let issuer = start().await;
    let mut browser = Browser::new(&issuer);
    let page = browser.open(&Request::new("openid").path()).await;
    assert!(page.header("set-cookie").unwrap().ends_with("; Max-Age=18000"));
    browser.allow(&Request::new("openid")).await;
    issuer.pass(300 * 60 - 1);
    assert!(parameter(&location(&browser.open(&Request::new("openid").path()).await), "code").is_some());
    issuer.pass(1);
    assert!(browser.open(&Request::new("openid").path()).await.text.contains("/authorize/login"));
}

/// What is revoked is remembered for as long as the longest-lived token of it could be shown.
#[tokio::test]
async fn a_grant_that_was_revoked_stays_so_while_any_of_its_tokens_lasts() {
    let issuer = start().await;
    let mut browser = Browser::new(&issuer);
    let request = Request::new("openid offline_access")
        .with("client_id", "other")
        .with("redirect_uri", "http://localhost:8081/");
    let page = browser.open(&request.path()).await;
    let consent = browser.submit(&page, &[("account", "alice")]).await;
    let answer = browser.submit(&consent, &[("scope", "offline_access"), ("decision", "allow")]).await;
    let url = url::Url::parse(answer.header("location").unwrap()).unwrap();
    let code = parameter(&url, "code").unwrap();
    let redeeming = redeeming(&code).map(|pair| match pair.0 {
        "client_id" => ("client_id", "other"),
        "redirect_uri" => ("redirect_uri", "http://localhost:8081/"),
        _ => pair,
    });
    let tokens = issuer.post(&redeeming).await;
    assert!(issuer.knows(&tokens).await);
    assert_eq!(issuer.revoke("other", tokens.body["refresh_token"].as_str().unwrap()).await, 200);
    issuer.pass(40 * 60 - 1);
    assert!(!issuer.knows(&tokens).await, "revoked, and not yet expired");
}
