//! Where the issuer listens, and how it ends.

use std::time::Duration;

use reqwest::Method;
use sekisho_issuer::{Client, Error, Issuer, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{Answer, TestIssuer};

#[tokio::test]
async fn no_listener_leaves_loopback() {
    for (address, loopback) in [("127.0.0.1:0", true), ("0.0.0.0:0", false)] {
        let listener = TcpListener::bind(address).await.unwrap();
        let bound = listener.local_addr().unwrap();
        match Issuer::new(listener, Options::default()) {
            Ok(issuer) => assert!(loopback && issuer.issuer_url() == format!("http://{bound}/"), "{address}"),
            Err(Error::NotLoopback(refused)) => assert!(!loopback && refused == bound, "{address}"),
            Err(error) => panic!("{address}: {error}"),
        }
    }
}

/// RFC 6749 §3.1.2.
#[tokio::test]
async fn a_page_has_to_be_somewhere() {
    let table = [
        ("http://localhost:8080", true),
        ("http://[::1]:8080/", true),
        ("localhost", false),
        ("http://x/#y", false),
    ];
    for (origin, accepted) in table {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options = Options { clients: vec![Client::page(origin)], ..Options::default() };
        match Issuer::new(listener, options) {
            Ok(_) => assert!(accepted, "{origin}"),
            Err(Error::RedirectUri { client, .. }) => assert!(!accepted && client == "page", "{origin}"),
            Err(error) => panic!("{origin}: {error}"),
        }
    }
}

#[tokio::test]
async fn it_ends_in_bounded_time_whatever_its_peers_do() {
    let issuer = TestIssuer::start().await;
    let address = issuer.address;
    // The client's pool keeps this connection open, idle, for as long as the issuer's handle is there.
    assert_eq!(issuer.get(".well-known/jwks.json").await.status, 200);
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut half_open = TcpStream::connect(address).await.unwrap();
    half_open.write_all(b"POST /oauth/token HTTP/1.1\r\nhost: localhost\r\n").await.unwrap();
    let mut half_sent = started_body(address).await;

    issuer.shutdown.send(()).unwrap();
    timeout(Duration::from_secs(2), issuer.served).await.expect("bounded").unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    for peer in [&mut silent, &mut half_open, &mut half_sent] {
        // Closed or reset: either way it is over, and nothing was answered.
        assert_eq!(peer.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
}

#[tokio::test]
async fn until_shutdown_it_answers() {
    let issuer = TestIssuer::start().await;
    let mut silent = TcpStream::connect(issuer.address).await.unwrap();
    silent.write_all(b"GET ").await.unwrap();
    // Beside a peer that says no more, others are served.
    let answer = Answer::of(issuer.request(Method::GET, ".well-known/jwks.json")).await;
    assert_eq!(answer.status, 200);
    assert!(!issuer.served.is_finished());
}

/// A connection on which a request's handler waits for the rest of a body.
async fn started_body(address: std::net::SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: {address}\r\nexpect: 100-continue\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The interim answer is sent when the body is first asked for: from here on the handler waits.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}
