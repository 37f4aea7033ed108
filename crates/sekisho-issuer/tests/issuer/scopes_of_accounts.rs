//! What each person can grant, what the page says of it, and clients that keep a secret and ask persons.

use sekisho_issuer::{Account, Client, Issuer, ScopeDescription};

use crate::browser::{Browser, Request, location, parameter, redeeming};
use crate::support::{PAGE, TestIssuer};

const READ_AND_WRITE: &str = "openid orders:read orders:write";

async fn start() -> TestIssuer {
    let builder = Issuer::builder()
        .client(Client::page("page", PAGE).scopes(READ_AND_WRITE.split(' ')))
        .client(Client::confidential("shop", "shop-secret").redirect_uri(format!("{PAGE}/")).any_scope())
        .account(Account::new("alice"))
        .account(Account::new("guest").name("A Guest").scopes(["orders:read"]))
        .scope(ScopeDescription::new("orders:read", "See <your> orders").japanese("注文を見る"))
        .scope(ScopeDescription::new("orders:write", "Place orders"))
        .scope(ScopeDescription::new("orders:audit", "See all orders"));
    TestIssuer::configured(builder).await
}

/// The page after that account has logged in.
async fn consent(browser: &mut Browser<'_>, request: &Request, account: &str) -> String {
    let page = browser.open(&request.path()).await;
    let page = browser.submit(&page, &[("account", account)]).await;
    page.text
}

#[tokio::test]
async fn a_person_grants_what_she_can_and_no_more() {
    let issuer = start().await;
    for (account, can_write) in [("alice", true), ("guest", false)] {
        let mut browser = Browser::new(&issuer);
        let request = Request::new(READ_AND_WRITE);
        let page = browser.open(&request.path()).await;
        let page = browser.submit(&page, &[("account", account)]).await;
        let offers = |scope: &str| page.text.contains(&format!("name=\"scope\" value=\"{scope}\" checked"));
        assert!(offers("orders:read") && offers("orders:write") == can_write, "{account}");
        let notice = "This account cannot grant: <code>orders:write</code>";
        assert_eq!(page.text.contains(notice), !can_write, "{account}");
        // Not even a box that is ticked by hand.
        let answer = browser.tick(&page, &["orders:read", "orders:write"]).await;
        let code = parameter(&location(&answer), "code").unwrap();
        let tokens = issuer.post(&redeeming(&code)).await;
        let expected = if can_write { READ_AND_WRITE } else { "openid orders:read" };
        assert_eq!(tokens.claims()["scope"], expected, "{account}");
        // What she has granted, she is not asked for again; what she cannot grant is no reason to.
        let again = browser.open(&request.path()).await;
        assert!(parameter(&location(&again), "code").is_some(), "{account}");
    }
}

#[tokio::test]
async fn whoever_can_grant_nothing_of_it_is_told_and_may_be_somebody_else() {
    let issuer = start().await;
    let mut browser = Browser::new(&issuer);
    let request = Request::new("orders:write");
    let page = browser.open(&request.path()).await;
    let page = browser.submit(&page, &[("account", "guest")]).await;
    assert!(page.text.contains("This account cannot grant: <code>orders:write</code>"), "{}", page.text);
    assert!(!page.text.contains("value=\"allow\""));
    let silent = browser.open(&request.clone().with("prompt", "none").path()).await;
    assert_eq!(parameter(&location(&silent), "error").as_deref(), Some("access_denied"));
    for fields in [vec![], vec![("scope", "orders:write")]] {
        let fields = [fields, vec![("decision", "allow")]].concat();
        let refused = location(&browser.submit(&page, &fields).await);
        assert_eq!(parameter(&refused, "error").as_deref(), Some("access_denied"));
    }
    let page = browser.submit(&page, &[("decision", "switch")]).await;
    let page = browser.submit(&page, &[("account", "alice")]).await;
    let granted = location(&browser.tick(&page, &["orders:write"]).await);
    assert!(parameter(&granted, "code").is_some());
}

#[tokio::test]
async fn scopes_are_described_as_was_set() {
    let issuer = start().await;
    let request = Request::new(READ_AND_WRITE);
    let english = consent(&mut Browser::new(&issuer), &request, "alice").await;
    for words in ["See &lt;your&gt; orders", "Place orders", "Know which account is yours"] {
        assert!(english.contains(words), "{english}");
    }
    let japanese = consent(&mut Browser::speaking(&issuer, "ja"), &request, "alice").await;
    for words in ["注文を見る", "Place orders", "あなたのアカウントを識別する"] {
        assert!(japanese.contains(words), "{japanese}");
    }
    let metadata = issuer.get(".well-known/openid-configuration").await.body;
    assert_eq!(
        metadata["scopes_supported"],
        serde_json::json!(["openid", "orders:audit", "orders:read", "orders:write"])
    );
}

#[tokio::test]
async fn an_account_is_shown_with_what_it_has() {
    let issuer = start().await;
    let page = Browser::new(&issuer).open(&Request::new("openid").path()).await;
    assert!(page.text.contains("<strong>A Guest</strong></span>"), "no e-mail address: {}", page.text);
    let tokens = Browser::new(&issuer).tokens("openid").await;
    assert_eq!(tokens.id_token()["sub"], "alice");
}

/// RFC 6749 §3.2.1: a client that has a secret shows it to redeem a code, and to refresh.
#[tokio::test]
async fn a_confidential_client_may_ask_persons_and_shows_its_secret() {
    let issuer = start().await;
    let mut browser = Browser::new(&issuer);
    let request = Request::new("openid offline_access orders:read").with("client_id", "shop");
    let redeeming = |code: &str| {
        let parameters = redeeming(code).map(|(name, value)| (name.to_owned(), value.to_owned()));
        parameters
            .map(|(name, value)| if name == "client_id" { (name, "shop".to_owned()) } else { (name, value) })
    };
    let log_in = browser.open(&request.path()).await;
    let consent = browser.submit(&log_in, &[("account", "alice")]).await;
    let code =
        parameter(&location(&browser.tick(&consent, &["offline_access", "orders:read"]).await), "code");
    let form = redeeming(&code.unwrap());
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for secret in [None, Some("shop-secreT")] {
        let secret = secret.map(|secret| ("client_secret", secret));
        let form: Vec<_> = form.iter().copied().chain(secret).collect();
        assert_eq!(issuer.post(&form).await.refusal(), (401, "invalid_client"));
    }
    let secret = [("client_secret", "shop-secret")];
    let tokens = issuer.post(&[&form[..], &secret].concat()).await;
    assert_eq!(tokens.claims()["azp"], "shop");
    let token = tokens.body["refresh_token"].as_str().unwrap();
    let refreshing = [("grant_type", "refresh_token"), ("client_id", "shop"), ("refresh_token", token)];
    assert_eq!(issuer.post(&refreshing).await.refusal(), (401, "invalid_client"));
    assert_eq!(issuer.post(&[&refreshing[..], &secret].concat()).await.status, 200);
}
