//! Accepting connections, and ending them in bounded time.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many connections are held at once; more wait in the listener's queue. Well below the usual limit of
/// open files, most of which are for the rest of the process.
const MAX_CONNECTIONS: usize = 64;

/// How long to wait where the system has no more file descriptors: some come back as connections end,
/// here or elsewhere in the process.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may stay without a whole request head, idle between two requests included. Peers that say
/// nothing keep others waiting as soon as there are [`MAX_CONNECTIONS`] of them, for no longer than this.
const HEAD_TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long after shutdown a request that had begun may still take.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// Serves `routes` until `shutdown` completes, then ends within [`SHUTDOWN_GRACE`] whatever peers do.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener), if connections.len() < MAX_CONNECTIONS => {
                if let Some(stream) = accepted? {
                    connections.spawn(connection(stream, routes.clone(), stopping.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
    // Whoever connects from here on is told at once that nobody listens.
    drop(listener);
    stopping.cancel();
    let drained = async { while connections.join_next().await.is_some() {} };
    // What the grace does not suffice for is aborted, as the set of connections is dropped.
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, drained).await;
    Ok(())
}

/// The next connection, or none where one could not be had this time.
async fn accept(listener: &TcpListener) -> io::Result<Option<TcpStream>> {
    let error = match listener.accept().await {
        Ok((stream, _peer)) => return Ok(Some(stream)),
        Err(error) => error,
    };
    match Extent::of(&error) {
        Extent::Connection => {}
        Extent::Moment => {
            tracing::warn!(error = error.to_string(), "the development issuer could not accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
        }
        Extent::Listener => return Err(error),
    }
    Ok(None)
}

/// How far a fault of accepting reaches.
#[derive(Debug, PartialEq, Eq)]
enum Extent {
    /// The one connection broke before it was accepted.
    Connection,
    /// Something has run out, and will be there again.
    Moment,
    /// The socket does not listen, and never will.
    Listener,
}

impl Extent {
    /// What is not known is taken for passing: an issuer that is gone cannot come back, one that waits can.
    fn of(error: &io::Error) -> Self {
        use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, InvalidInput};
        match error.kind() {
            ConnectionAborted | ConnectionReset | Interrupted => Self::Connection,
            InvalidInput => Self::Listener,
            _ => Self::Moment,
        }
    }
}

async fn connection(stream: TcpStream, routes: Router, stopping: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_LIMIT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = pin!(connection);
    // How a connection ends concerns its peer alone, so neither result is looked at.
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = stopping.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
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
}
