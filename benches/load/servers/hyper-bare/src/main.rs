//! hyper, which answers every request with the same status: what HTTP/2 itself costs.
//! usage: hyper-bare PORT [batched]
//!
//! `batched` is the floor of the goals: the same answer with writes that go out together.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sekisho::server::BatchedWrites;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let listener = TcpListener::bind(service::address(arguments.next())?).await?;
    match arguments.next().as_deref() {
        None => serve(listener, |stream| stream).await,
        Some("batched") => serve(listener, BatchedWrites::new).await,
        Some(other) => Err(format!("{other} is no way to write").into()),
    }
}

/// `wrap` is around every connection.
async fn serve<S>(listener: TcpListener, wrap: impl Fn(TcpStream) -> S) -> Outcome
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http2::Builder::new(TokioExecutor::new());
        tokio::spawn(connection.serve_connection(TokioIo::new(wrap(stream)), service_fn(answer)));
    }
}

/// The message `{ name: "api1", ok: true }` in its frame.
const ANSWER: &[u8] = b"\0\0\0\0\x08\x0a\x04api1\x10\x01";

async fn answer(
    request: Request<Incoming>,
) -> Result<Response<impl Body<Data = Bytes, Error = Infallible>>, Infallible> {
    // As every gRPC server does: the whole request is read before it is answered. A fault of it ends the connection.
    let _ = request.into_body().collect().await;
    let trailers = async { Some(Ok(HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]))) };
    let mut response = Response::new(Full::new(Bytes::from_static(ANSWER)).with_trailers(trailers));
    let grpc = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(http::header::CONTENT_TYPE, grpc);
    Ok(response)
}

const GRPC_STATUS: http::HeaderName = http::HeaderName::from_static("grpc-status");
