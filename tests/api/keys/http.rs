//! How issuers speak HTTP. Theirs is written byte by byte here, since no library would let a server do all of it.

use std::sync::Mutex;

use sekisho::jwks::{Discovery, HttpClient, HttpUrl, PlainHttp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";
const JWKS: &str = "/jwks";

/// What is answered at a path: a status line and headers, and a body in which `URL` stands for the issuer's own.
type Reply = (&'static str, Vec<u8>);

/// Replies by their path, or else by 404.
#[derive(Default)]
struct Script {
    replies: Mutex<Vec<(&'static str, Reply)>>,
    /// Each request's head, with the number of its connection.
    asked: Mutex<Vec<(usize, String)>>,
    hangs_up: bool,
}

struct RawIssuer {
    url: String,
    script: Arc<Script>,
    issuer: TestIssuer,
    keys: Keys,
}

impl RawIssuer {
    /// An issuer that keeps connections, or else hangs up on whoever asks twice on one.
    async fn start(hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let script = Arc::new(Script { hangs_up, ..Script::default() });
        tokio::spawn(serve(listener, script.clone()));
        let issuer = TestIssuer::new(url.as_str(), AUDIENCE);
        let parsed = HttpUrl::parse(&url, PlainHttp::LoopbackOnly).expect("a URL");
        let source = Discovery::new(parsed, PlainHttp::LoopbackOnly, HttpClient::new(b"").expect("a client"));
        // The first fetch is over before there is anything to fetch.
        let schedule = Schedule { refresh: Duration::from_secs(3600), ..Schedule::default() };
        let keys = Keys::remote(source, schedule, Arc::new(ManualClock::new()));
        keys.refresh().await.expect_err("nothing is there yet");
        let this = Self { url, script, issuer, keys };
        this.reply(OPENID, OK, this.metadata());
        this.reply(JWKS, OK, this.issuer.jwks());
        this.script.asked.lock().expect("a lock").clear();
        this
    }

    fn metadata(&self) -> String {
        json!({"issuer": self.url, "jwks_uri": format!("{}jwks", self.url)}).to_string()
    }

    fn reply(&self, path: &'static str, head: &'static str, body: impl AsRef<[u8]>) {
        let mut replies = self.script.replies.lock().expect("a lock");
        replies.retain(|(known, _)| *known != path);
        replies.push((path, (head, body.as_ref().to_vec())));
    }

    async fn refresh(&self) -> Result<(), String> {
        self.keys.refresh().await.map_err(|error| error.to_string())
    }

    fn asked(&self) -> Vec<(usize, String)> {
        self.script.asked.lock().expect("a lock").clone()
    }
}

const OK: &str = "200 OK\r\ncontent-type: application/json\r\n";

async fn serve(listener: TcpListener, script: Arc<Script>) {
    for connection in 0.. {
        let (stream, _) = listener.accept().await.expect("a connection");
        tokio::spawn(converse(stream, connection, script.clone()));
    }
}

async fn converse(mut stream: TcpStream, connection: usize, script: Arc<Script>) {
    while let Some(head) = read_head(&mut stream).await {
        let path = head.split(' ').nth(1).expect("a path").to_owned();
        script.asked.lock().expect("a lock").push((connection, head));
        let known = script.replies.lock().expect("a lock").iter().find(|(known, _)| *known == path).cloned();
        let (head, body) = known.map_or(("404 Not Found\r\n", Vec::new()), |(_, reply)| reply);
        let is_chunked = head.contains("transfer-encoding");
        let length = if is_chunked { String::new() } else { format!("content-length: {}\r\n", body.len()) };
        let answer = [format!("HTTP/1.1 {head}{length}\r\n").into_bytes(), body].concat();
        if stream.write_all(&answer).await.is_err() {
            return;
        }
        if script.hangs_up {
            // Only once more is asked, so that nobody can know before.
            let _ = read_head(&mut stream).await;
            return;
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

#[tokio::test]
async fn each_document_is_asked_for_on_a_connection_of_its_own_and_not_compressed() {
    let issuer = RawIssuer::start(false).await;
    for _ in 0..2 {
        issuer.refresh().await.expect("keys");
    }
    let asked = issuer.asked();
    let connections: std::collections::BTreeSet<usize> = asked.iter().map(|(number, _)| *number).collect();
    assert_eq!((asked.len(), connections.len()), (4, 4));
    for (_, head) in asked {
        let head = head.to_ascii_lowercase();
        assert!(head.contains("\r\naccept-encoding: identity\r\n"), "{head}");
        assert_eq!(head.matches("accept-encoding").count(), 1, "{head}");
    }
}

#[tokio::test]
async fn an_issuer_that_hangs_up_on_a_second_request_is_one_like_others() {
    let issuer = RawIssuer::start(true).await;
    for round in 0..5 {
        assert_eq!(issuer.refresh().await, Ok(()), "{round}");
    }
}

#[tokio::test]
async fn a_coding_that_nobody_asked_for_is_named() {
    // `{}`, compressed.
    const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let heads = [
        ("200 OK\r\ncontent-encoding: gzip\r\n", "gzip"),
        ("200 OK\r\nContent-Encoding: X-GZIP\r\n", "X-GZIP"),
        ("200 OK\r\ncontent-encoding: gzip, br\r\n", "gzip, br"),
        ("200 OK\r\ncontent-encoding: identity\r\ncontent-encoding: zstd\r\n", "identity, zstd"),
    ];
    for (path, good) in [(OPENID, true), (JWKS, false)] {
        let issuer = RawIssuer::start(false).await;
        for (head, coding) in heads {
            issuer.reply(path, head, GZIP);
            let error = issuer.refresh().await.expect_err(coding);
            let expected =
                format!("{path} answered with content-encoding: {coding}, though identity was asked for");
            assert!(error.ends_with(&expected), "{error}");
        }
        // What is not compressed is read, whatever an object store has kept beside it.
        for head in [
            "200 OK\r\ncontent-encoding: identity\r\n",
            "200 OK\r\ncontent-encoding:\r\n",
            "200 OK\r\ncontent-encoding: aws-chunked\r\n",
            "200 OK\r\ncontent-encoding: utf-8\r\n",
        ] {
            let body = if good { issuer.metadata() } else { issuer.issuer.jwks() };
            issuer.reply(path, head, body);
            assert_eq!(issuer.refresh().await, Ok(()), "{path} {head}");
        }
        issuer.reply(path, OK, GZIP);
        let error = issuer.refresh().await.expect_err("compressed, and nothing says so");
        assert!(error.contains("no JSON object"), "{error}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let issuer = RawIssuer::start(false).await;
    issuer.reply(OPENID, OK, format!("\u{feff}{}", issuer.metadata()));
    issuer.reply(JWKS, OK, format!("\u{feff}{}", issuer.issuer.jwks()));
    assert_eq!(issuer.refresh().await, Ok(()));
    for (path, body) in [(OPENID, issuer.metadata()), (JWKS, issuer.issuer.jwks())] {
        for marks in ["\u{feff}\u{feff}", " \u{feff}"] {
            issuer.reply(path, OK, format!("{marks}{body}"));
            issuer.refresh().await.expect_err("no mark of an order of bytes");
        }
        issuer.reply(path, OK, format!("\u{feff}{body}"));
    }

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jwks.json");
    std::fs::write(&path, format!("\u{feff}{}", issuer.issuer.jwks())).expect("a file");
    assert_eq!(JwksFile::new(issuer.url.as_str(), &path).read().expect("keys").set.len(), 1);
}

#[tokio::test]
async fn documents_come_in_whatever_form_http_has() {
    let heads = [
        "200 OK\r\n",
        "200 OK\r\ncontent-type: application/jwk-set+json\r\n",
        "200 OK\r\ncontent-type: application/json; charset=UTF-8\r\n",
        "200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n",
        "200 OK\r\ntransfer-encoding: chunked\r\n",
    ];
    let issuer = RawIssuer::start(false).await;
    for head in heads {
        for (path, body) in [(OPENID, issuer.metadata()), (JWKS, issuer.issuer.jwks())] {
            let body = format!("\r\n {body}\r\n\t ");
            let is_chunked = head.contains("chunked");
            let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
            issuer.reply(path, head, if is_chunked { chunks } else { body });
        }
        assert_eq!(issuer.refresh().await, Ok(()), "{head}");
    }
}

#[tokio::test]
async fn where_both_documents_fail_both_faults_are_told() {
    let issuer = RawIssuer::start(false).await;
    let html = (OK, "<html>");
    let gone = ("404 Not Found\r\n", "");
    let cases = [
        ("503 Service Unavailable\r\n", gone, ["status 503", "status 404"]),
        ("429 Too Many Requests\r\nretry-after: 60\r\n", gone, ["status 429", "status 404"]),
        (
            "301 Moved Permanently\r\nlocation: /\r\n",
            gone,
            ["status 301 (redirects are not followed)", "status 404"],
        ),
        ("404 Not Found\r\n", ("500 No\r\n", ""), ["status 404", "status 500"]),
        ("503 Service Unavailable\r\n", html, ["status 503", "it is no JSON object"]),
        (
            "404 Not Found\r\n",
            (OK, r#"{"issuer":"https://x/","jwks_uri":"https://x/"}"#),
            ["status 404", "another issuer"],
        ),
    ];
    for (first, (head, body), [one, two]) in cases {
        issuer.reply(OPENID, first, "");
        issuer.reply(OAUTH, head, body);
        let error = issuer.refresh().await.expect_err(first);
        let (before, after) = error.split_once("; ").expect("two faults");
        assert!(before.contains(OPENID) && before.ends_with(one), "{error}");
        assert!(after.contains(OAUTH) && after.contains(two), "{error}");
    }
    // Where the second is there, it serves, whatever keeps the first from being read.
    issuer.reply(OAUTH, OK, issuer.metadata());
    for first in ["404 Not Found\r\n", "403 Forbidden\r\n", "429 Too Many Requests\r\n", "503 No\r\n"] {
        issuer.reply(OPENID, first, "");
        assert_eq!(issuer.refresh().await, Ok(()), "{first}");
    }
}
