//! Accepting connections, and ending them in bounded time.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutWriter;

use super::shortage::Shortage;

/// How many connections are held at once; more wait in the listener's queue. Well below the usual limit of
/// open files, most of which are for the rest of the process.
const MAX_CONNECTIONS: usize = 64;

/// How long to wait where the system has no more file descriptors: some come back as connections end,
/// here or elsewhere in the process.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may stay without a whole request head, idle between two requests included. Peers that say
/// nothing keep others waiting as soon as there are [`MAX_CONNECTIONS`] of them, for no longer than this.
const HEAD_TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long a peer may take nothing of what is sent to it.
const WRITE_TIME_LIMIT: Duration = Duration::from_secs(10);

/// How old a connection may get before no more requests are taken on it: what a peer draws out in small steps, each of
/// them in time, ends then.
const AGE_LIMIT: Duration = Duration::from_secs(30);

/// How long a request that had begun by then may still take, its answer included. It is more than any takes whose peer
/// sends and reads.
const AGE_GRACE: Duration = Duration::from_secs(15);

/// How long a request's head may be: more than any browser sends, and less than hyper would wait for.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long after shutdown a request that had begun may still take.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);

/// Serves `routes` until `shutdown` completes, then ends within [`SHUTDOWN_GRACE`] whatever peers do.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (running, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut shortage = Shortage::default();
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &mut shortage), if connections.len() < MAX_CONNECTIONS => {
                if let Some(stream) = accepted? {
                    shortage.end();
                    connections.spawn(connection(stream, routes.clone(), stopping.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
    // Whoever connects from here on is told at once that nobody listens.
    drop(listener);
    drop(running);
    let drained = async { while connections.join_next().await.is_some() {} };
    // What the grace does not suffice for is aborted, as the set of connections is dropped.
    let _ = tokio::time::timeout(SHUTDOWN_GRACE, drained).await;
    Ok(())
}

/// The next connection, or none where one could not be had this time.
async fn accept(listener: &TcpListener, shortage: &mut Shortage) -> io::Result<Option<TcpStream>> {
    let error = match listener.accept().await {
        Ok((stream, _peer)) => return Ok(Some(stream)),
        Err(error) => error,
    };
    match Extent::of(&error) {
        Extent::Connection => {}
        Extent::Moment => {
            if shortage.begins() {
                tracing::warn!(
                    error = error.to_string(),
                    "the development issuer could not accept a connection"
                );
            }
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

/// Serves one connection until it ends, it is old, or the sender of `stopping` is gone.
async fn connection(stream: TcpStream, routes: Router, mut stopping: watch::Receiver<()>) {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(WRITE_TIME_LIMIT));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_LIMIT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(routes));
    let mut connection = pin!(connection);
    // How a connection ends concerns its peer alone, so no result is looked at.
    tokio::select! {
        _ended = connection.as_mut() => return,
        _sender_gone = stopping.changed() => {}
        () = tokio::time::sleep(AGE_LIMIT) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ended = tokio::time::timeout(AGE_GRACE, connection).await;
}

#[cfg(test)]
mod tests;
