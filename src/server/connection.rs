//! The accept loop. tonic's own has no time-out for a peer that never sends a request, and none for
//! stopping; both are bounded here.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tonic::body::Body;
use tower_service::Service;

/// What a peer may take, whoever it is.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// Calls at a time on one connection.
    pub streams_per_connection: u32,
    /// Names and values of a request's head, in bytes (RFC 9113 §6.5.2).
    pub header_list_size: u32,
    /// From a connection to the head of its first request; on HTTP/1 also from one request to the next head.
    pub first_request: Duration,
    /// Between pings to a peer that is silent, and how long it may take to answer one.
    pub keep_alive: (Duration, Duration),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            streams_per_connection: 200,
            header_list_size: 64 * 1024,
            first_request: Duration::from_secs(10),
            keep_alive: (Duration::from_secs(15), Duration::from_secs(10)),
        }
    }
}

/// hyper takes no smaller one for HTTP/1.
const LEAST_BUFFER: usize = 8192;

/// How long to wait where the system has no more file descriptors: some come back as connections end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until `shutdown`, and for `grace` after it.
pub(super) async fn serve<S>(
    listener: TcpListener,
    service: S,
    limits: &Limits,
    grace: Duration,
    shutdown: impl Future<Output = ()>,
) where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, slot)) = accepted else { continue };
        let connection = handle(stream, service.clone(), limits.clone(), stopped.clone());
        connections.spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    drop(listener);
    stop.send_replace(());
    finish(connections, grace).await;
}

/// Waits for the calls in flight, and cuts off what is left.
async fn finish(mut connections: JoinSet<()>, grace: Duration) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, all).await.is_err() {
        tracing::warn!(connections = connections.len(), "the grace is over; what is left is cut off");
        connections.shutdown().await;
    }
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, impl Send + use<>)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        // Of the one connection, which is gone; the listener is well.
        Err(error) if is_of_the_connection(&error) => None,
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn handle<S>(stream: TcpStream, service: S, limits: Limits, mut stopped: watch::Receiver<()>)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    // An answer is small and waited for.
    let _ = stream.set_nodelay(true);
    let has_asked = Arc::new(AtomicBool::new(false));
    let service = noting_requests(service, Arc::clone(&has_asked));
    let builder = http(&limits);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut never_asked = pin!(without_request(&has_asked, limits.first_request));
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = &mut never_asked => return,
            _ = stopped.changed(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// hyper tells nobody of the first request, so it is noted on its way to the service.
fn noting_requests<S>(
    service: S,
    has_asked: Arc<AtomicBool>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let service = TowerToHyperService::new(service);
    hyper::service::service_fn(move |request| {
        has_asked.store(true, Ordering::Relaxed);
        hyper::service::Service::call(&service, request)
    })
}

/// Ends when the time is over and no request has come; never, if one has.
async fn without_request(has_asked: &AtomicBool, limit: Duration) {
    tokio::time::sleep(limit).await;
    if has_asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// Both versions of HTTP, so that a call by the wrong one is told so.
fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_per_connection)
        .max_header_list_size(limits.header_list_size)
        .keep_alive_interval(limits.keep_alive.0)
        .keep_alive_timeout(limits.keep_alive.1);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.first_request)
        .max_buf_size((limits.header_list_size as usize).max(LEAST_BUFFER));
    builder
}
