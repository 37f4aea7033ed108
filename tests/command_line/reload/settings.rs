//! Who may call from a page, what is logged, and what needs a restart.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

const APP: &str = "https://app.example";

/// A connection that stays, over which a page asks whether it may call.
struct Browser(TcpStream);

impl Browser {
    /// Whether pages of [`APP`] may call, with a header of theirs.
    async fn may_call(&mut self) -> (bool, bool) {
        self.may_call_from(APP).await
    }

    async fn may_call_from(&mut self, origin: &str) -> (bool, bool) {
        let question = format!(
            "OPTIONS /api1.v1.Api1/GetStatus HTTP/1.1\r\nhost: {}\r\norigin: {origin}\r\n\
             access-control-request-method: POST\r\naccess-control-request-headers: x-trace\r\n\r\n",
            self.0.peer_addr().unwrap()
        );
        self.0.write_all(question.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(self.0.read_u8().await.unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains("content-length: 0"), "{answer}");
        let has = |header: &str, value: &str| {
            answer.lines().any(|line| line.starts_with(&format!("{header}: ")) && line.contains(value))
        };
        (has("access-control-allow-origin", origin), has("access-control-allow-headers", "x-trace"))
    }
}

#[tokio::test]
async fn origins_are_others_on_a_connection_that_is_open() {
    let a = issuer("a");
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let mut browser = Browser(TcpStream::connect(server.address).await.unwrap());
    let with = |settings: &str| format!("{settings}\n{}", table("a", ""));
    let origin = format!("allow-origin = ['{APP}']");
    assert_eq!(browser.may_call().await, (false, false));
    assert_eq!(server.reload(&with(&origin)).await, "changed: allow-origin");
    assert_eq!(browser.may_call().await, (true, false));
    let both = format!("{origin}\nallow-header = ['x-trace']");
    assert_eq!(server.reload(&with(&both)).await, "changed: allow-header");
    assert_eq!(browser.may_call().await, (true, true));
    assert_eq!(server.reload(&table("a", "")).await, "changed: allow-origin, allow-header");
    assert_eq!(browser.may_call().await, (false, false));
}

#[tokio::test]
async fn which_calls_are_logged_changes_with_the_next() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let with = |settings: &str| format!("{settings}\n{}", table("a", ""));
    let mut server = Serving::start(&with("log-calls = 'none'"), &[&a]).await;
    for (settings, told, is_logged) in [
        ("log-calls = 'all'", "changed: log-calls", true),
        ("log-calls = 'none'", "changed: log-calls", false),
        ("log-calls = 'all'\nlog-level = 'info,sekisho::call=off'", "changed: log-calls, log-level", false),
        ("log-calls = 'all'", "changed: log-level", true),
    ] {
        assert_eq!(server.reload(&with(settings)).await, told);
        assert_eq!(code(&server, &of_a).await, Code::Ok);
        // The next that is told comes after whatever was logged of the call.
        server.signal("HUP").await;
        let lines = server.lines_to("nothing changed").await;
        let logged = lines.iter().any(|line| line.contains("sekisho::call::allowed"));
        assert_eq!(logged, is_logged, "{settings}: {lines:#?}");
    }
}

/// What is told of a reload is of the level `info`, a fault of `error`. A change of levels is told by either of both.
#[tokio::test]
async fn levels_hold_for_what_is_told_of_a_reload() {
    let a = issuer("a");
    let of_a = token(&a).sign();
    let with = |levels: &str, more: &str| {
        format!("log-calls = 'all'\nlog-level = '{levels}'\n{more}{}", table("a", ""))
    };
    let (more, less) = ("info,sekisho::call=off", "error,sekisho::call=info");
    let mut server = Serving::start(&with(more, ""), &[&a]).await;
    assert_eq!(server.reload(&with(less, "")).await, "changed: log-level");
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &String| line.contains("sekisho::call::allowed")) {
        assert_eq!(code(&server, &of_a).await, Code::Ok);
        lines.extend(server.lines_so_far());
    }
    // Neither shows this one.
    server.configure(&with(less, "max-token-size = 10\n"));
    server.signal("HUP").await;
    while code(&server, &of_a).await == Code::Ok {}
    server.configure("");
    server.signal("HUP").await;
    lines.extend(server.lines_to("--audience (or OIDC_AUDIENCE)").await);
    assert!(!lines.iter().any(|line| line.contains("changes=")), "{lines:#?}");
    assert_eq!(server.reload(&with(more, "")).await, "changed: max-token-size, log-level");
}

#[tokio::test]
async fn what_becomes_dangerous_is_a_warning() {
    let a = issuer("a");
    let mut server = Serving::start(&table("a", ""), &[&a]).await;
    let both = "dangerous-accept-bound-tokens = true\nallow-origin = ['*']\n";
    for (settings, told, dangers) in [
        (both, "changed: dangerous-accept-bound-tokens, allow-origin", 2),
        ("leeway = '1s'\ndangerous-accept-bound-tokens = true\nallow-origin = ['*']\n", "changed: leeway", 0),
        ("", "changed: leeway, dangerous-accept-bound-tokens, allow-origin", 0),
        // That holds from the next start on, which tells of it.
        ("dangerous-report-only = true\n", "needs a restart: dangerous-report-only", 0),
    ] {
        server.configure(&format!("{settings}{}", table("a", "")));
        server.signal("HUP").await;
        let line = server.line_with("the configuration was read again").await;
        assert!(line.contains(told), "{line}");
        assert_eq!(line.contains(" WARN "), dangers > 0, "{line}");
        assert_eq!(line.contains("dangerous=\"dangerous-accept-bound-tokens: "), dangers > 0, "{line}");
        assert_eq!(line.contains("; allow-origin = *: every page may call\""), dangers > 0, "{line}");
    }
}

/// Its listener goes on as it was, whatever the file says of certificates.
#[tokio::test]
async fn the_page_may_call_on_where_the_file_says_that_it_is_served_otherwise() {
    let a = issuer("a");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificates = [("certificate.pem", made.cert.pem()), ("key.pem", made.signing_key.serialize_pem())];
    let plain = format!("client-id = 'page'\nweb-listen = '127.0.0.1:0'\n{}", table("a", ""));
    let tls = format!("tls-certificate = 'certificate.pem'\ntls-key = 'key.pem'\n{plain}");
    let mut server = Serving::start(&plain, &[&a]).await;
    for (name, contents) in &certificates {
        server.write(name, contents);
    }
    let web = server.line_with("listening listener=\"web\"").await;
    let (_, port) = web.rsplit_once(':').unwrap();
    let page = format!("http://localhost:{port}");
    let mut browser = Browser(TcpStream::connect(server.address).await.unwrap());
    for (config, told) in [(&plain, "nothing changed"), (&tls, "needs a restart: tls-certificate")] {
        assert_eq!(server.reload(config).await, told);
        assert!(browser.may_call_from(&page).await.0, "{told}");
        assert!(!browser.may_call_from(&page.replace("http:", "https:")).await.0, "{told}");
    }
}

#[tokio::test]
async fn what_needs_a_restart_is_told_each_time() {
    let a = issuer("a");
    let page = "client-id = 'page'\nweb-listen = '127.0.0.1:0'\n";
    let with = |settings: &str, more: &str| format!("{settings}{page}{}", table("a", more));
    let mut server = Serving::start(&with("", ""), &[&a]).await;
    let others = "reflection = 'public'\nremember-tokens = 5\n";
    for _ in 0..2 {
        assert_eq!(server.reload(&with(others, "")).await, "needs a restart: remember-tokens, reflection");
    }
    let both = server.reload(&with(&format!("leeway = '1s'\n{others}"), "")).await;
    assert_eq!(both, "changed: leeway; needs a restart: remember-tokens, reflection");
    assert_eq!(server.reload(&with("", "")).await, "changed: leeway");
    // The page logs in for an audience that it was told at the start.
    let other = with("", "audience = 'other'");
    let told = server.reload(&other).await;
    assert_eq!(told, "changed: issuer a; needs a restart: the issuer of the page");
    assert_eq!(server.reload(&other).await, "needs a restart: the issuer of the page");
    assert_eq!(server.reload(&with("", "")).await, "changed: issuer a");
}
