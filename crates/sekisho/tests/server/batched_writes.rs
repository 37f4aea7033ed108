//! Answers that get ready together go out together: counted, on the runtime where they would not.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use sekisho::server::BatchedWrites;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use tokio::runtime::{Builder, Runtime};

const CALLS: usize = 100;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// Counts writes.
struct Counted(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// One thread, so that nothing happens at the same time; a `current_thread` runtime has another scheduler.
fn one_worker() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().expect("a runtime")
}

/// The server's end of a connection, in which whatever is sent by then awaits it, and the client's.
async fn connection(sent: &[u8]) -> (Counted, DuplexStream, Arc<AtomicUsize>) {
    let (mut client, server) = tokio::io::duplex(1 << 20);
    client.write_all(sent).await.expect("there is room");
    let writes = Arc::new(AtomicUsize::new(0));
    (Counted(server, Arc::clone(&writes)), client, writes)
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("well")))
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let builder = auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short one").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `GET /` so many times, each without a body.
fn calls(streams: impl Iterator<Item = u32>) -> Vec<u8> {
    streams.flat_map(|stream| frame(HEADERS, END_STREAM | END_HEADERS, stream, &[0x82, 0x86, 0x84])).collect()
}

fn preface() -> Vec<u8> {
    [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[])].concat()
}

async fn until_answered(client: &mut DuplexStream, mut calls: usize) {
    while calls > 0 {
        let mut head = [0; 9];
        client.read_exact(&mut head).await.expect("a frame");
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        client.read_exact(&mut payload).await.expect("a whole frame");
        calls -= usize::from(matches!(head[3], 0 | HEADERS) && head[4] & END_STREAM != 0);
    }
}

/// How many writes it takes to answer them.
fn writes(batched: bool) -> usize {
    let runtime = one_worker();
    runtime.block_on(async {
        let sent = [preface(), calls((1..).step_by(2).take(CALLS))].concat();
        let (server, mut client, writes) = connection(&sent).await;
        if batched {
            tokio::spawn(serve(BatchedWrites::new(server)));
        } else {
            tokio::spawn(serve(server));
        }
        until_answered(&mut client, CALLS).await;
        writes.load(Ordering::SeqCst)
    })
}

#[test]
fn many_answers_take_few_writes() {
    assert!(writes(true) <= CALLS / 10, "{} writes for {CALLS} answers", writes(true));
    // Else the runtime does it by itself, and there is no need for it any more.
    assert!(writes(false) >= CALLS / 2, "{} writes for {CALLS} answers", writes(false));
}

#[test]
fn many_answers_take_few_writes_even_after_many_calls_one_by_one() {
    one_worker().block_on(async {
        let (server, mut client, writes) = connection(&preface()).await;
        tokio::spawn(serve(BatchedWrites::new(server)));
        let mut streams = (1..).step_by(2);
        for _ in 0..500 {
            client.write_all(&calls(streams.by_ref().take(1))).await.expect("there is room");
            until_answered(&mut client, 1).await;
        }
        // The 63 that it may take until a yield is tried again, and then it goes on.
        let before = writes.load(Ordering::SeqCst);
        for _ in 0..10 {
            client.write_all(&calls(streams.by_ref().take(CALLS))).await.expect("there is room");
            until_answered(&mut client, CALLS).await;
        }
        let writes = writes.load(Ordering::SeqCst) - before;
        assert!(writes <= 63 + 10 * CALLS / 10, "{writes} writes for {} answers", 10 * CALLS);
    });
}
