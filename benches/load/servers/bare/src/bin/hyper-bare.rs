//! hyper, which answers every request with the same status: what HTTP/2 itself costs.
//! usage: hyper-bare PORT [batched]
//!
//! `batched` is the floor of the goals: the same answer with writes that go out together.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let listener = TcpListener::bind(service::address(arguments.next())?).await?;
    let batched = match arguments.next().as_deref() {
        None => false,
        Some("batched") => true,
        Some(other) => return Err(format!("{other} is no way to write").into()),
    };
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        if batched { serve(with_batched_writes(stream)?) } else { serve(stream) }
    }
}

/// The one place for `sekisho::server::BatchedWrites`, which this build does not have.
fn with_batched_writes(_: TcpStream) -> io::Result<TcpStream> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "there are no batched writes in this build"))
}

fn serve(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    let connection = http2::Builder::new(TokioExecutor::new());
    tokio::spawn(connection.serve_connection(TokioIo::new(stream), service_fn(answer)));
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
