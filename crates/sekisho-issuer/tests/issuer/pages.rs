//! The pages that a person sees: what gets into them, and what may be sent from them.

use reqwest::Method;

use crate::browser::{ALL, Browser, Request, location, parameter, value};
use crate::support::{Answer, TestIssuer};

const HTML: &str = r#""><script>alert(1)</script><b x='"#;

/// Nothing that was sent is markup; and if it were, no script would run.
#[tokio::test]
async fn row_87_html_in_what_is_shown() {
    let issuer = TestIssuer::start().await;
    let hostile = |request: Request| {
        ["state", "login_hint", "ui_locales", "nonce", "error", "error_description"]
            .into_iter()
            .fold(request, |request, name| request.with(name, HTML))
    };
    let mut browser = Browser::new(&issuer);
    let log_in = browser.open(&hostile(Request::new(ALL)).path()).await;
    assert!(log_in.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the hint is shown");
    let consent = browser.submit(&log_in, &[("account", "alice")]).await;
    let log_out = browser.open(&format!("oidc/logout?state={HTML}&{HTML}={HTML}")).await;
    let unknown = browser.open(&hostile(Request::new(ALL).with("client_id", HTML)).path()).await;
    let elsewhere = browser.open(&hostile(Request::new(ALL).with("redirect_uri", HTML)).path()).await;
    let lost = browser.open(&format!("oidc/logout?id_token_hint={HTML}")).await;
    for page in [&log_in, &consent, &log_out, &unknown, &elsewhere, &lost] {
        assert!(page.header("content-type").unwrap().starts_with("text/html"));
        let text = page.text.to_ascii_lowercase();
        assert!(!text.contains("<script") && !text.contains("<b x"), "{text}");
        assert_hardened(page);
    }
    let answer = browser.tick(&consent, &["api1:read:status"]).await;
    assert_eq!(
        parameter(&location(&answer), "state").as_deref(),
        Some(HTML),
        "and the client gets its own back"
    );
}

fn assert_hardened(page: &Answer) {
    let policy = page.header("content-security-policy").unwrap();
    for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    assert_eq!(page.header("access-control-allow-origin"), None);
}

/// A form leads where its answer does: some browsers hold redirects to form-action too.
#[tokio::test]
async fn forms_may_lead_to_the_client_and_nowhere_else() {
    let issuer = TestIssuer::start().await;
    let page = Browser::new(&issuer).open(&Request::new(ALL).path()).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' http://localhost:8080;"), "{policy}");
    let page = Browser::new(&issuer).open("authorize").await;
    assert!(page.header("content-security-policy").unwrap().contains("form-action 'self';"));
}

/// RFC 9700 §4.7: neither by a page elsewhere, nor by one that read a form of its own browser's.
#[tokio::test]
async fn row_88_forms_posted_from_elsewhere() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let log_in = browser.open(&Request::new(ALL).path()).await;
    let alice = [("account", "alice")];
    assert_forgeries_are_refused(&mut browser, &log_in, &alice).await;
    assert!(
        browser.open(&Request::new(ALL).path()).await.text.contains("/authorize/login"),
        "nobody logged in"
    );
    let consent = browser.submit(&log_in, &alice).await;

    let allow = [("scope", "api1:read:status"), ("decision", "allow")];
    assert_forgeries_are_refused(&mut browser, &consent, &allow).await;
    let log_out = browser.open("oidc/logout").await;
    assert_forgeries_are_refused(&mut browser, &log_out, &[("decision", "log-out")]).await;
    let allowed = browser.submit(&consent, &allow).await;
    assert!(parameter(&location(&allowed), "code").is_some(), "still logged in");
    let text = browser.submit(&log_out, &[("decision", "log-out")]).await.text;
    assert!(text.contains("You are logged out"), "{text}");
}

async fn assert_forgeries_are_refused(browser: &mut Browser<'_>, page: &Answer, fields: &[(&str, &str)]) {
    let origin = browser.origin();
    let form = |browser: &Browser<'_>| browser.form(page, fields);
    let mut requests = vec![("neither origin nor fetch metadata", form(browser))];
    for other in ["http://localhost:8080", "http://localhost:9000", "https://elsewhere.example", "null", ""] {
        requests.push((other, form(browser).header("origin", other)));
    }
    requests.push((
        "one on top of ours",
        form(browser).header("origin", &origin).header("sec-fetch-site", "same-site"),
    ));
    for site in ["cross-site", "same-site", "none"] {
        requests.push((site, form(browser).header("sec-fetch-site", site)));
    }
    let cookie = browser.cookie.take();
    requests.push(("without the cookie", form(browser).header("origin", &origin)));
    browser.cookie =
        cookie.as_ref().map(|cookie| format!("{}=AAAAAAAAAAAAAAAAAAAAAA", cookie.split_once('=').unwrap().0));
    requests.push(("with another's cookie", form(browser).header("origin", &origin)));
    browser.cookie = cookie;
    for (name, other) in [("csrf", ""), ("csrf", "AAAA"), ("request", "client_id=page")] {
        let held = value(&page.text, name).replace('&', "&amp;");
        let text = page.text.replace(
            &format!("name=\"{name}\" value=\"{held}\""),
            &format!("name=\"{name}\" value=\"{other}\""),
        );
        assert_ne!(text, page.text);
        let page =
            Answer { text, headers: page.headers.clone(), body: page.body.clone(), status: page.status };
        requests.push((name, browser.form(&page, fields).header("origin", &origin)));
    }
    for (case, request) in requests {
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 403, "{case}");
        assert_eq!((answer.header("location"), answer.header("set-cookie")), (None, None), "{case}");
        assert_hardened(&answer);
    }
}

/// The token of one form is no good for another, nor after somebody logged in.
#[tokio::test]
async fn a_form_is_good_for_what_it_was_made_for() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let log_in = browser.open(&Request::new(ALL).path()).await;
    let consent = browser.submit(&log_in, &[("account", "alice")]).await;
    let crossed = Answer { text: log_in.text.replace("/authorize/login", "/authorize/consent"), ..log_in };
    assert_eq!(browser.tick(&crossed, &["api1:read:status"]).await.status, 403);
    let crossed = Answer { text: crossed.text.replace("/authorize/consent", "/authorize/login"), ..crossed };
    assert_eq!(browser.submit(&crossed, &[("account", "bob")]).await.status, 403);
    assert!(parameter(&location(&browser.tick(&consent, &["email"]).await), "code").is_some());
}

/// A cookie that somebody planted is not the one that is logged in; and scripts have no part in it.
#[tokio::test]
async fn logging_in_makes_a_new_cookie() {
    let issuer = TestIssuer::start().await;
    let mut browser = Browser::new(&issuer);
    let page = browser.open(&Request::new(ALL).path()).await;
    let cookie = page.header("set-cookie").unwrap();
    let name = format!("sekisho_issuer_{}=", issuer.address.port());
    assert!(cookie.starts_with(&name), "{cookie}");
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=28800"), "{cookie}");
    let planted = browser.cookie.clone();
    let consent = browser.submit(&page, &[("account", "alice")]).await;
    assert!(consent.text.contains("/authorize/consent"));
    assert_ne!(browser.cookie, planted);
    let mut other = Browser::new(&issuer);
    other.cookie = planted;
    assert!(other.open(&Request::new(ALL).path()).await.text.contains("/authorize/login"));
}

/// A name that somebody makes resolve to loopback is another origin's, and its pages could read ours.
#[tokio::test]
async fn pages_are_for_those_who_ask_by_the_issuers_own_name() {
    let issuer = TestIssuer::start().await;
    let port = issuer.address.port();
    for path in [Request::new(ALL).path(), "oidc/logout".to_owned()] {
        for (host, expected) in [
            (format!("127.0.0.1:{port}"), 200),
            (format!("elsewhere.example:{port}"), 421),
            (format!("localhost:{port}"), 421),
            ("127.0.0.1".to_owned(), 421),
        ] {
            let answer = Answer::of(issuer.request(Method::GET, &path).header("host", &host)).await;
            assert_eq!(answer.status.as_u16(), expected, "{host}");
            assert_hardened(&answer);
        }
    }
}

#[tokio::test]
async fn pages_speak_the_persons_language() {
    let issuer = TestIssuer::start().await;
    let table = [
        ("en", "", "en", "Choose an account"),
        ("ja,en;q=0.5", "", "ja", "アカウントを選んでください"),
        ("ja", "en", "en", "Choose an account"),
        ("en", "ja-JP", "ja", "アカウントを選んでください"),
        ("fr", "", "en", "Choose an account"),
    ];
    for (accept_language, ui_locales, tag, words) in table {
        let mut browser = Browser::speaking(&issuer, accept_language);
        let page = browser.open(&Request::new(ALL).with("ui_locales", ui_locales).path()).await;
        assert!(page.text.contains(&format!("<html lang=\"{tag}\">")), "{accept_language} {ui_locales}");
        assert!(page.text.contains(words), "{accept_language} {ui_locales}");
    }
}

#[tokio::test]
async fn a_hint_is_followed_or_shown() {
    let issuer = TestIssuer::start().await;
    for hint in ["bob", "bob@example.com"] {
        let page = Browser::new(&issuer).open(&Request::new(ALL).with("login_hint", hint).path()).await;
        assert!(page.text.contains("value=\"bob\" autofocus"), "{}", page.text);
        assert!(!page.text.contains("There is no account"));
    }
    let page = Browser::new(&issuer).open(&Request::new(ALL).with("login_hint", "carol").path()).await;
    assert!(page.text.contains("There is no account “carol”"));
}

#[tokio::test]
async fn style_and_icon_are_there() {
    let issuer = TestIssuer::start().await;
    for (path, content_type) in [("issuer.css", "text/css; charset=utf-8"), ("issuer.svg", "image/svg+xml")] {
        let answer = issuer.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, Some(content_type)),
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
