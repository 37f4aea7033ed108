//! How the issuer ends, and that it answers until then.

use std::time::Duration;

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::support::{Answer, TestIssuer};

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

    timeout(Duration::from_secs(2), issuer.issuer.stop()).await.expect("bounded").unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    for peer in [&mut silent, &mut half_open, &mut half_sent] {
        // Closed or reset: either way it is over, and nothing was answered.
        assert_eq!(peer.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
}

/// Whoever holds the handle holds the issuer: the port is free again, and peers that wait are cut off.
#[tokio::test]
async fn dropping_the_handle_ends_it() {
    let TestIssuer { issuer, address, .. } = TestIssuer::start().await;
    let mut half_sent = started_body(address).await;
    drop(issuer);
    assert_eq!(half_sent.read(&mut [0; 1]).await.unwrap_or(0), 0);
    timeout(Duration::from_secs(10), async {
        // The task is dropped as soon as the runtime comes to it.
        while TcpListener::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("nobody listens any more");
}

#[tokio::test]
async fn until_shutdown_it_answers() {
    let issuer = TestIssuer::start().await;
    let mut silent = TcpStream::connect(issuer.address).await.unwrap();
    silent.write_all(b"GET ").await.unwrap();
    // Beside a peer that says no more, others are served.
    let answer = Answer::of(issuer.request(Method::GET, ".well-known/jwks.json")).await;
    assert_eq!(answer.status, 200);
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
