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
/// open files, so that accepting does not run into it.
const MAX_CONNECTIONS: usize = 256;

/// How long a connection may stay without a whole request head, idle between two requests included.
const HEAD_TIME_LIMIT: Duration = Duration::from_secs(30);

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
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => {
                if let Some(stream) = usable(accepted)? {
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

/// The connection that was accepted, or none where it broke before that; any other fault is the listener's.
fn usable(accepted: io::Result<(TcpStream, std::net::SocketAddr)>) -> io::Result<Option<TcpStream>> {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    match accepted {
        Ok((stream, _peer)) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) => Ok(None),
        Err(error) => Err(error),
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
