//! What peers may take, and how far a fault reaches.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::*;

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the time is the test's, and moves on as soon as all wait")]
async fn a_peer_that_says_nothing_makes_room_in_ten_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(listener, Router::new(), std::future::pending()));
    let began = Instant::now();
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0, "closed");
    assert_eq!(began.elapsed().as_secs(), 10);
    serving.abort();
}

/// A connection to `routes`, and the task that serves it.
async fn connected(routes: Router) -> (TcpStream, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let serving = tokio::spawn(async {
        let (_running, stopping) = watch::channel(());
        connection(stream, routes, stopping).await;
    });
    (peer, serving)
}

/// How long a connection lasted.
#[expect(clippy::disallowed_methods, reason = "the time is the test's, and moves on as soon as all wait")]
async fn lasted(serving: JoinHandle<()>) -> Duration {
    let began = Instant::now();
    serving.await.unwrap();
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_makes_room_in_ten_seconds() {
    // More than the system keeps for a peer.
    let large = Router::new().fallback(async || vec![0_u8; 64 * 1024 * 1024]);
    let (mut peer, serving) = connected(large).await;
    peer.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(lasted(serving).await.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_asks_without_reading_makes_room_in_ten_seconds() {
    let (peer, serving) = connected(Router::new().fallback(async || "x".repeat(1024))).await;
    let (_unread, mut peer) = peer.into_split();
    // It sends until nobody takes any more of it.
    let asking = tokio::spawn(async move {
        while peer.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.is_ok() {}
    });
    let lasted = lasted(serving).await;
    assert!(lasted.as_secs() <= 11, "{lasted:?}");
    asking.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_draws_it_out_makes_room_all_the_same() {
    for (head, step) in [
        // One request after the other, each in time.
        ("", "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
        // A body in small steps, of which a handler waits for the end.
        ("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n", "x"),
        // A head in small steps.
        ("GET / HTTP/1.1\r\n", "x: y\r\n"),
    ] {
        let (mut peer, serving) = connected(Router::new().fallback(async |_body: String| "taken")).await;
        let asking = tokio::spawn(async move {
            let mut next = head;
            while peer.write_all(next.as_bytes()).await.is_ok() {
                next = step;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let lasted = lasted(serving).await;
        assert!(lasted.as_secs() <= 45, "{step:?}: {lasted:?}");
        asking.await.unwrap();
    }
}

#[tokio::test]
async fn a_head_has_its_limit() {
    for (length, status) in [(MAX_HEAD_BYTES - 1024, "200"), (2 * MAX_HEAD_BYTES, "431")] {
        let (mut peer, _serving) = connected(Router::new().fallback(async || ())).await;
        let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "y".repeat(length));
        let _ = peer.write_all(head.as_bytes()).await;
        let mut answer = [0; 12];
        peer.read_exact(&mut answer).await.unwrap();
        assert_eq!(str::from_utf8(&answer).unwrap(), format!("HTTP/1.1 {status}"));
    }
}

#[test]
fn a_fault_reaches_as_far_as_its_cause() {
    let table = [
        (io::ErrorKind::ConnectionAborted, Extent::Connection),
        (io::ErrorKind::ConnectionReset, Extent::Connection),
        (io::ErrorKind::Interrupted, Extent::Connection),
        (io::ErrorKind::OutOfMemory, Extent::Moment),
        (io::ErrorKind::Other, Extent::Moment),
        (io::ErrorKind::InvalidInput, Extent::Listener),
    ];
    for (kind, extent) in table {
        assert_eq!(Extent::of(&kind.into()), extent, "{kind}");
    }
}
