//! One connection, from its first byte to its end. What bounds a stranger here is hyper's wherever hyper has
//! it; the time to the first head, silence of whoever owes something, and age are what it lacks.

use std::convert::Infallible;
use std::error::Error;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_io_timeout::TimeoutWriter;
use tonic::body::Body;

use super::door::Door;
use super::limits::Limits;
use super::tls::Tls;

/// What every connection is served with.
pub(super) struct Serving {
    pub(super) door: Door,
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
}

/// hyper takes no smaller one for HTTP/1.
const LEAST_BUFFER: usize = 8192;

type Ended = Result<(), Box<dyn Error + Send + Sync>>;

impl Serving {
    /// Serves one, until it ends or has to; once it is `stopped`, with no new calls.
    pub(super) async fn connection(self: Arc<Self>, stream: TcpStream, stopped: watch::Receiver<()>) {
        // An answer is small and waited for.
        let _ = stream.set_nodelay(true);
        let has_asked = Arc::new(AtomicBool::new(false));
        let ended = tokio::select! {
            ended = self.transport(stream, &has_asked, stopped) => ended,
            () = without_request(&has_asked, self.limits.first_head) => Err("no request came in time".into()),
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn transport(
        &self,
        stream: TcpStream,
        has_asked: &Arc<AtomicBool>,
        stopped: watch::Receiver<()>,
    ) -> Ended {
        let stream = never_stuck(stream, self.limits.idle);
        match &self.tls {
            None => self.http(stream, has_asked, stopped).await,
            Some(tls) => self.http(tls.acceptor().accept(stream).await?, has_asked, stopped).await,
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        has_asked: &Arc<AtomicBool>,
        stopped: watch::Receiver<()>,
    ) -> Ended {
        let service = noting_requests(self.door.clone(), Arc::clone(has_asked));
        let builder = http(&self.limits);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let grace = tokio::select! {
            ended = connection.as_mut() => return ended,
            grace = self.told_to_go(stopped) => grace,
        };
        connection.as_mut().graceful_shutdown();
        tokio::time::timeout(grace, connection).await.unwrap_or(Ok(()))
    }

    /// Until no more calls are to be taken: how long those in flight may go on.
    async fn told_to_go(&self, mut stopped: watch::Receiver<()>) -> Duration {
        let spread = 0.9 + 0.2 * fastrand::f64();
        tokio::select! {
            () = tokio::time::sleep(self.limits.connection_age.mul_f64(spread)) => self.limits.connection_age_grace,
            // All connections have one grace then, and whoever stops them watches over it.
            _ = stopped.changed() => Duration::MAX,
        }
    }
}

/// Ends with an error where the peer takes nothing of what is sent to it for so long. Pinned, as hyper wants
/// what it writes to to be movable.
fn never_stuck(stream: TcpStream, idle: Duration) -> Pin<Box<TimeoutWriter<TcpStream>>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(idle));
    Box::pin(stream)
}

/// hyper tells nobody of the first request, so it is noted on its way to the service.
fn noting_requests(
    door: Door,
    has_asked: Arc<AtomicBool>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> {
    let service = TowerToHyperService::new(door);
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

/// Both versions of HTTP: browsers speak the first where there is no TLS.
fn http(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.concurrent_streams)
        .max_header_list_size(limits.header_list_size)
        .max_frame_size(limits.frame_size)
        .keep_alive_interval(limits.keep_alive.interval)
        .keep_alive_timeout(limits.keep_alive.timeout);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size((limits.header_list_size as usize).max(LEAST_BUFFER));
    builder
}
