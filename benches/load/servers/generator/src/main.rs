//! Unary calls with one token after the other. usage: generator PORT CONNECTIONS STREAMS SECONDS TOKENS
//!
//! `TOKENS` is a file of one token a line. Prints how many calls were answered with `grpc-status: 0` in that time, and
//! stops at the first that was not.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderValue, Request, Uri, header};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A message without fields, in its frame.
const EMPTY: Bytes = Bytes::from_static(&[0; 5]);

/// What all callers take turns with. One thread has them all.
struct Calls {
    uri: Uri,
    tokens: Vec<HeaderValue>,
    next: Cell<usize>,
    done: Cell<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, connections, streams, seconds, tokens] = arguments.as_slice() else {
        return Err("usage: generator PORT CONNECTIONS STREAMS SECONDS TOKENS".into());
    };
    let calls = Rc::new(Calls::new(port, tokens)?);
    let callers = LocalSet::new();
    let all = callers.run_until(all(&calls, port.parse()?, connections.parse()?, streams.parse()?));
    match tokio::time::timeout(Duration::from_secs_f64(seconds.parse()?), all).await {
        Ok(ended) => ended?,
        Err(_elapsed) => println!("{}", calls.done.get()),
    }
    Ok(())
}

impl Calls {
    fn new(port: &str, tokens: &str) -> Outcome<Self> {
        let uri = format!("http://127.0.0.1:{port}/api1.v1.Api1/GetStatus").parse()?;
        let text = std::fs::read_to_string(tokens)?;
        let tokens: Result<Vec<_>, _> = text.lines().map(entry).collect();
        Ok(Self { uri, tokens: tokens?, next: Cell::new(0), done: Cell::new(0) })
    }

    fn request(&self) -> Request<()> {
        let at = self.next.get();
        self.next.set((at + 1) % self.tokens.len());
        let mut request = Request::post(self.uri.clone()).body(()).unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        headers.insert(header::AUTHORIZATION, self.tokens[at].clone());
        request
    }
}

/// Sensitive, so that HPACK indexes none: h2load's is not indexed either, and has to be decoded at each call.
fn entry(token: &str) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let mut entry = HeaderValue::from_str(&format!("Bearer {token}"))?;
    entry.set_sensitive(true);
    Ok(entry)
}

/// Never ends but by a fault.
async fn all(calls: &Rc<Calls>, port: u16, connections: usize, streams: usize) -> Outcome<()> {
    let mut callers = JoinSet::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = h2::client::handshake(stream).await?;
        callers.spawn_local(async move { connection.await.map_err(Into::into) });
        for _ in 0..streams {
            callers.spawn_local(caller(Rc::clone(calls), sender.clone()));
        }
    }
    callers.join_next().await.ok_or("there is no caller")??
}

async fn caller(calls: Rc<Calls>, mut sender: SendRequest<Bytes>) -> Outcome<()> {
    loop {
        sender = sender.ready().await?;
        let (response, mut body) = sender.send_request(calls.request(), false)?;
        body.send_data(EMPTY, true)?;
        let mut body = response.await?.into_body();
        while let Some(chunk) = body.data().await {
            body.flow_control().release_capacity(chunk?.len())?;
        }
        let trailers = body.trailers().await?.unwrap_or_default();
        if trailers.get("grpc-status").is_none_or(|status| status != "0") {
            return Err("a call was refused".into());
        }
        calls.done.set(calls.done.get() + 1);
    }
}
