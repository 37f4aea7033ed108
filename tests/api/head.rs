//! HEAD, which is answered without a body (RFC 9110 §9.3.2).

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::page::page_at;
use crate::support::{App, Block, END_STREAM, Frames, HEADERS, Setup};

async fn app() -> App {
    let page = page_at("http://127.0.0.1:50051");
    App::start_with(Setup { page: Some(page), ..Setup::default() }).await
}

/// Whoever answers: the door (405), the page's files, their compression, its configuration, its 404, a redirect.
fn asked(app: &App) -> Vec<(SocketAddr, &'static str, &'static str)> {
    let (grpc, web) = (app.address, app.web_address.expect("a page"));
    vec![
        (grpc, "/", "localhost"),
        (grpc, "/streaming.v1.Streaming/Open", "localhost"),
        (web, "/", "localhost"),
        (web, "/auth_config.json", "localhost"),
        (web, "/no/such/file.js", "localhost"),
        (web, "/", "127.0.0.1"),
    ]
}

async fn over_http_1(address: SocketAddr, method: &str, path: &str, host: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.expect("a server that listens");
    let request = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer));
    end.await.expect("it is closed").expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn over_http_2_the_head_is_all() {
    let app = app().await;
    for (address, path, host) in asked(&app) {
        let mut frames = Frames::connect(address).await;
        let head = Block::default()
            .field(":method", "HEAD")
            .field(":scheme", "http")
            .field(":authority", host)
            .field(":path", path)
            .field("accept-encoding", "gzip");
        frames.head(1, END_STREAM, head).await;
        let answer = frames.first_of(1).await.expect("an answer");
        assert_eq!((answer.kind, answer.has(END_STREAM)), (HEADERS, true), "{path} {host}");
    }
}

#[tokio::test]
async fn over_http_1_the_head_is_all_and_says_what_get_says() {
    let app = app().await;
    for (address, path, host) in asked(&app) {
        let (of_head, body) = over_http_1(address, "HEAD", path, host).await;
        assert_eq!(body, "", "{path} {host}");
        let (of_get, body) = over_http_1(address, "GET", path, host).await;
        assert_eq!(of_head.lines().next(), of_get.lines().next(), "{path} {host}");
        if let Some(length) = field(&of_head, "content-length") {
            assert_eq!(Some(length), field(&of_get, "content-length"), "{path} {host}");
        }
        assert!(!body.is_empty() || of_get.contains(" 307 "), "GET has a body: {path} {host}");
    }
}
