//! One connection, from its first byte to its end. What bounds a stranger here is hyper's wherever hyper has
//! it; the time to the first head, the idle time-out and the age of a connection are what it lacks.

mod beside;
mod in_place;
mod last_byte;
mod progress;
mod requests;
mod resettable;

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::Either;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_io_timeout::TimeoutWriter;
use tonic::body::Body;
use tower_service::Service;

use super::control::Control;
use super::limits::{KeepAlive, Limits};
use super::tls::Tls;
use beside::beside;
use in_place::{Calls, InPlace};
use progress::Progress;
use requests::Requests;
use sekisho::grpc::RequestBody;
use sekisho::server::BatchedWrites;

/// What every connection is served with.
pub(super) struct Serving<F> {
    /// Makes the service of a connection, which has these limits for as long as it is open.
    pub(super) service_of: F,
    pub(super) tls: Option<Tls>,
    pub(super) control: Control,
}

/// A service that answers whatever comes.
pub(super) trait HttpService:
    Service<
        Request<RequestBody<Incoming>>,
        Response = Response<Body>,
        Error = Infallible,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> HttpService for S where
    S: Service<
            Request<RequestBody<Incoming>>,
            Response = Response<Body>,
            Error = Infallible,
            Future: Send + 'static,
        > + Clone
        + Send
        + Sync
        + 'static
{
}

/// How long after GOAWAY calls are still served: they may have been under way to us. h2 waits for the answer
/// to a ping before it takes no more, and a peer need not answer.
const CALLS_AFTER_GOAWAY: Duration = Duration::from_secs(1);

/// hyper takes no smaller one for HTTP/1.
const LEAST_BUFFER: usize = 8192;

type Ended = Result<(), Box<dyn Error + Send + Sync>>;

impl<S: HttpService, F: Fn(Arc<Limits>) -> S + Send + Sync + 'static> Serving<F> {
    /// Serves one, until it ends or has to; once it is `stopped`, with no new calls.
    pub(super) async fn connection(self: Arc<Self>, stream: TcpStream, stopped: watch::Receiver<()>) {
        let limits = self.control.limits();
        // An answer is small and waited for.
        let _ = stream.set_nodelay(true);
        let _ = keep_alive(&stream, limits.keep_alive);
        let requests = Arc::new(Requests::default());
        let first_head = without_request(&requests, tokio::time::sleep(limits.first_head));
        // There is nothing in flight yet that could be finished.
        let stop = without_request(&requests, changed(stopped.clone()));
        let other_end = async {
            tokio::select! {
                () = first_head => Ended::Err("no request came in time".into()),
                () = stop => Ok(()),
                () = requests.reset_due() => Ended::Err("the peer does not read the end of a stream".into()),
            }
        };
        let transport = self.transport(stream, &limits, &requests, stopped);
        let ended = beside(pin!(transport), pin!(other_end)).await.into_inner();
        if let Err(error) = ended {
            tracing::debug!(error = error.to_string(), "a connection ended early");
        }
    }

    async fn transport(
        &self,
        stream: TcpStream,
        limits: &Arc<Limits>,
        requests: &Arc<Requests>,
        stopped: watch::Receiver<()>,
    ) -> Ended {
        let stream = with_write_timeout(Progress::new(stream, requests.stuck.clone()), limits.idle);
        let calls = Calls::default();
        match &self.tls {
            None => {
                let last_call = shutdown_or_max_age(limits, stopped);
                self.serve(stream, (builder(limits, &calls), calls), (limits, requests), last_call).await
            }
            Some(tls) => {
                let stream = tls.acceptor().accept(stream).await?;
                let builder = agreed(builder(limits, &calls), stream.get_ref().1.alpn_protocol());
                let last_call = shutdown_or_max_age(limits, stopped);
                self.serve(stream, (builder, calls), (limits, requests), last_call).await
            }
        }
    }

    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        (builder, calls): (auto::Builder<Calls>, Calls),
        (limits, requests): (&Arc<Limits>, &Arc<Requests>),
        last_call: impl Future<Output = Duration>,
    ) -> Ended {
        let service = requests::service((self.service_of)(Arc::clone(limits)), Arc::clone(requests));
        // Around TLS, which would encrypt each answer by itself, and around the time-out, which would be armed.
        let stream = TokioIo::new(BatchedWrites::new(stream));
        let mut connection = pin!(InPlace::new(builder.serve_connection(stream, service), calls));
        let grace = match beside(connection.as_mut(), pin!(last_call)).await {
            Either::Left(ended) => return ended,
            Either::Right(grace) => grace,
        };
        connection.as_mut().connection().graceful_shutdown();
        let mut ended = pin!(tokio::time::timeout(grace, connection));
        let ended = tokio::select! {
            ended = &mut ended => ended,
            () = tokio::time::sleep(CALLS_AFTER_GOAWAY) => {
                requests.take_no_more();
                ended.await
            }
        };
        ended.unwrap_or_else(|_| Err("it was too old, and its grace is over".into()))
    }
}

/// Until no more calls are to be taken: how long those in flight may go on.
async fn shutdown_or_max_age(limits: &Limits, stopped: watch::Receiver<()>) -> Duration {
    let tenth = limits.connection_age / 10;
    let age = (9 * tenth).saturating_add(tenth.mul_f64(2.0 * fastrand::f64()));
    tokio::select! {
        () = tokio::time::sleep(age) => limits.connection_age_grace,
        // All connections have one grace then, and whoever stops them watches over it.
        () = changed(stopped) => Duration::MAX,
    }
}

/// Ends with an error where the peer takes nothing of what is sent to it for so long. Pinned, as hyper wants
/// what it writes to to be movable.
fn with_write_timeout<S: AsyncRead + AsyncWrite>(stream: S, idle: Duration) -> Pin<Box<TimeoutWriter<S>>> {
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(idle));
    Box::pin(stream)
}

async fn changed(mut stopped: watch::Receiver<()>) {
    // An error says that whoever could tell is gone, which is the same.
    let _ = stopped.changed().await;
}

/// The system's own probes: over HTTP/1.1 there are no pings, and a peer that waits for an answer that takes
/// its time may have gone long since.
fn keep_alive(stream: &TcpStream, keep_alive: KeepAlive) -> std::io::Result<()> {
    let probes = TcpKeepalive::new().with_time(keep_alive.interval).with_interval(keep_alive.timeout);
    SockRef::from(stream).set_tcp_keepalive(&probes)
}

/// Ends with `event`, if no request has come until then; never, if one has.
async fn without_request(requests: &Requests, event: impl Future<Output = ()>) {
    event.await;
    if requests.have_come() {
        std::future::pending::<()>().await;
    }
}

/// What client and server agreed upon, if they did (RFC 7301 §3.2), and nothing else.
fn agreed(builder: auto::Builder<Calls>, protocol: Option<&[u8]>) -> auto::Builder<Calls> {
    match protocol {
        Some(b"h2") => builder.http2_only(),
        Some(_) => builder.http1_only(),
        None => builder,
    }
}

/// Both versions of HTTP: browsers speak the first where there is no TLS.
fn builder(limits: &Limits, calls: &Calls) -> auto::Builder<Calls> {
    let mut builder = auto::Builder::new(calls.clone());
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
