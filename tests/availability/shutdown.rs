//! A server that is told to stop while it is called.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::support::{API1, Begun, Client, HEALTH, Outcome, Server, alone, in_time, watch};

const CALLERS: usize = 8;
const CALLS_IN_FLIGHT: usize = 50;

/// How many calls of each caller are served before the stop.
const CALLS_BEFORE: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_97_a_stop_under_load() {
    let _guard = alone().await;
    // Longer than any test waits: an end that comes has not waited for it.
    let server = Server::start_with(&["--shutdown-grace", "600s"]).await;
    let address = server.address;
    let authorization = format!("Bearer {}", server.token);
    let in_flight = calls_in_flight(address, &authorization).await;
    let callers = callers(address, &authorization).await;
    let mut watch = watch(address).await;
    assert_eq!(watch.message().await.expect("a watch").expect("a status").status, 1);

    server.terminate().await;
    let told = in_time("being told", watch.message()).await.expect("a watch that ends well");
    assert_eq!(told.expect("told before it ends").status, 2, "not ready at once");
    drop(watch);
    for begun in in_flight {
        let outcome = in_time("a call in flight", begun.finish()).await;
        assert!(outcome.is_ok(), "{outcome:?}");
    }
    let calls: usize = in_time("the callers", callers.join_all()).await.into_iter().sum();
    println!("{calls} calls were served until nobody listened any more");

    let (code, logged) = server.ended().await;
    assert_eq!((code, logged.panics, logged.warnings), (Some(0), Vec::new(), 0), "{:#?}", logged.last);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

/// Calls that the server has taken, and whose message it waits for.
async fn calls_in_flight(address: SocketAddr, authorization: &str) -> Vec<Begun> {
    let client = Client::connect(address).await.expect("a server that listens");
    let mut calls = Vec::new();
    for _ in 0..CALLS_IN_FLIGHT {
        calls.push(client.begin(API1, Some(authorization.as_bytes())).await.expect("taken"));
    }
    // Heads are read one after the other: one that is answered has those before it behind it.
    assert!(client.call(HEALTH, None).await.is_ok());
    calls
}

/// Whoever calls in a loop, until nobody listens any more; each has been served for a while when
/// this returns.
async fn callers(address: SocketAddr, authorization: &str) -> JoinSet<usize> {
    let mut callers = JoinSet::new();
    let (served, mut before) = mpsc::channel(CALLERS);
    for _ in 0..CALLERS {
        callers.spawn(call_on(address, authorization.to_owned(), served.clone()));
    }
    for _ in 0..CALLERS {
        in_time("the calls before", before.recv()).await.expect("a caller");
    }
    callers
}

async fn call_on(address: SocketAddr, authorization: String, served: mpsc::Sender<()>) -> usize {
    let mut calls = 0;
    while let Ok(client) = Client::connect(address).await {
        loop {
            match client.call(API1, Some(authorization.as_bytes())).await {
                outcome if outcome.is_ok() => calls += 1,
                Outcome::NotTaken => break,
                outcome => panic!("after {calls} calls: {outcome:?}"),
            }
            if calls == CALLS_BEFORE {
                served.send(()).await.expect("a test that waits");
            }
        }
    }
    calls
}
