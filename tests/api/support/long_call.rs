//! One stream, over each transport that there is, read message by message.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{Buf as _, Bytes, BytesMut};
use http::{HeaderMap, Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Incoming;
use hyper::client::conn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;

use super::ORIGIN;
use super::endless::{Endless, proto::Item};
use super::transport::Transport;
use super::web::{trailers, with_authority};

/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// How a stream ended for its caller.
#[derive(Debug)]
pub enum End {
    /// The head was all.
    TrailersOnly(HeaderMap),
    /// After the last message.
    Trailers(HeaderMap),
    /// Without a status.
    Cut,
}

impl End {
    pub fn status(&self) -> tonic::Status {
        let (Self::TrailersOnly(headers) | Self::Trailers(headers)) = self else {
            panic!("no status: {self:?}")
        };
        tonic::Status::from_header_map(headers).expect("a gRPC status")
    }
}

/// A stream to be.
pub struct LongCall {
    address: SocketAddr,
    transport: Transport,
    request: http::request::Builder,
    /// How much may be sent before it is read, over HTTP/2.
    window: Option<u32>,
}

impl LongCall {
    pub fn new(address: SocketAddr, transport: Transport, path: &str) -> Self {
        let mut request = Request::post(path)
            .header("host", address.to_string())
            .header("content-type", transport.content_type);
        request = if transport.is_web() {
            request.header("origin", ORIGIN).header("x-grpc-web", "1")
        } else {
            request.header("te", "trailers")
        };
        Self { address, transport, request, window: None }
    }

    pub fn metadata(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    /// Over HTTP/2, has no more sent than this before it is read. Over HTTP/1.1, it is as much as the system takes.
    pub fn window(mut self, bytes: u32) -> Self {
        self.window = Some(bytes);
        self
    }

    pub async fn open(self) -> OpenCall {
        let io = TokioIo::new(TcpStream::connect(self.address).await.expect("a server that listens"));
        let (messages, sent) = mpsc::channel(4);
        let sent = ReceiverStream::new(sent).map(|bytes| Ok::<_, Infallible>(Frame::data(bytes)));
        let request = self.request.body(Body::new(StreamBody::new(sent))).expect("a request");
        let (response, connection) = if self.transport.version == Version::HTTP_2 {
            let mut builder = conn::http2::Builder::new(TokioExecutor::new());
            builder.initial_stream_window_size(self.window);
            let (mut client, connection) = builder.handshake(io).await.expect("HTTP/2");
            let response = client.send_request(with_authority(request, self.address));
            let connection = async move {
                let _ = connection.await;
            };
            (tokio::spawn(async move { response.await.ok() }), tokio::spawn(connection))
        } else {
            let (mut client, connection) = conn::http1::handshake(io).await.expect("HTTP/1.1");
            let response = client.send_request(request);
            let connection = async move {
                let _ = connection.await;
            };
            (tokio::spawn(async move { response.await.ok() }), tokio::spawn(connection))
        };
        OpenCall {
            transport: self.transport,
            messages: Some(messages),
            answer: Answer::Awaited(response),
            undecoded: BytesMut::new(),
            decoded: BytesMut::new(),
            connection,
        }
    }
}

/// A stream that has begun.
pub struct OpenCall {
    transport: Transport,
    messages: Option<mpsc::Sender<Bytes>>,
    answer: Answer,
    /// Text, of which there are not four characters.
    undecoded: BytesMut,
    decoded: BytesMut,
    connection: JoinHandle<()>,
}

enum Answer {
    Awaited(JoinHandle<Option<Response<Incoming>>>),
    Read(HeaderMap, Incoming),
}

impl OpenCall {
    /// Sends one message.
    pub async fn send(&self, number: u64) {
        let messages = self.messages.as_ref().expect("a request that goes on");
        messages.send(self.transport.encode(number)).await.expect("a request that is read");
    }

    /// Sends one message whenever the one before has come, for as long as the request is read.
    pub fn keep_sending(&mut self, endless: &Endless) {
        let (transport, messages) = (self.transport, self.messages.take().expect("a request that goes on"));
        let endless = endless.clone();
        tokio::spawn(async move {
            for number in 0.. {
                tokio::select! {
                    () = messages.closed() => return,
                    () = endless.received(number) => {}
                }
                if messages.send(transport.encode(number)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Until the server takes nothing more of the request.
    pub async fn request_is_dropped(&self) {
        let messages = self.messages.as_ref().expect("a request that goes on");
        tokio::time::timeout(LIMIT, messages.closed()).await.expect("it is reset in time");
    }

    /// Ends the request.
    pub fn close(&mut self) {
        self.messages = None;
    }

    /// The head of the response.
    pub async fn head(&mut self) -> &HeaderMap {
        if let Answer::Awaited(response) = &mut self.answer {
            let response = tokio::time::timeout(LIMIT, response).await.expect("a head in time");
            let (head, body) = response.expect("no panic").expect("an answer").into_parts();
            assert_eq!(head.status, 200, "{head:?}");
            self.answer = Answer::Read(head.headers, body);
        }
        let Answer::Read(head, _) = &self.answer else { unreachable!("it was read") };
        head
    }

    /// The next message, or how the stream ended.
    pub async fn next(&mut self) -> Result<Item, End> {
        tokio::time::timeout(LIMIT, self.next_unbounded()).await.expect("a message in time")
    }

    async fn next_unbounded(&mut self) -> Result<Item, End> {
        let head = self.head().await.clone();
        if head.contains_key("grpc-status") {
            return Err(End::TrailersOnly(head));
        }
        loop {
            if let Some(frame) = self.take_frame() {
                return self.judge(frame).await;
            }
            let Answer::Read(_, body) = &mut self.answer else { unreachable!("it was read") };
            match body.frame().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.take_in(&data),
                    Err(frame) => {
                        self.assert_nothing_is_left().await;
                        return Err(End::Trailers(frame.into_trailers().expect("trailers")));
                    }
                },
                Some(Err(_)) => return Err(End::Cut),
                None => panic!("an end without a status, {} bytes of a message", self.decoded.len()),
            }
        }
    }

    async fn judge(&mut self, (flags, payload): (u8, Bytes)) -> Result<Item, End> {
        if flags == 0x80 && self.transport.is_web() {
            self.assert_nothing_is_left().await;
            return Err(End::Trailers(trailers(std::str::from_utf8(&payload).expect("text"))));
        }
        assert_eq!(flags, 0, "a frame of a message");
        Ok(Item::decode(payload).expect("a message"))
    }

    fn take_in(&mut self, data: &[u8]) {
        if !self.transport.is_text() {
            return self.decoded.extend_from_slice(data);
        }
        self.undecoded.extend_from_slice(data);
        // Parts that are encoded on their own, each with its padding.
        while self.undecoded.len() >= 4 {
            let four = self.undecoded.split_to(4);
            self.decoded.extend_from_slice(&BASE64_STANDARD.decode(four).expect("base64"));
        }
    }

    fn take_frame(&mut self) -> Option<(u8, Bytes)> {
        let length = u32::from_be_bytes(*self.decoded.get(1..5)?.first_chunk()?);
        let whole = 5 + usize::try_from(length).expect("a short one");
        if self.decoded.len() < whole {
            return None;
        }
        let mut frame = self.decoded.split_to(whole).freeze();
        let flags = frame.get_u8();
        frame.advance(4);
        Some((flags, frame))
    }

    /// No message stands cut before the status, and none comes after it.
    async fn assert_nothing_is_left(&mut self) {
        let Answer::Read(_, body) = &mut self.answer else { unreachable!("it was read") };
        let rest = body.collect().await.expect("a body that ends well").to_bytes();
        assert!(rest.is_empty(), "{} bytes after the status", rest.len());
        assert!(self.undecoded.is_empty() && self.decoded.is_empty(), "a message that is not whole");
    }

    /// Reads to the end: how many messages came, whose numbers rise by one from `from`.
    pub async fn end(&mut self, from: u64, endless: &Endless) -> (u64, End) {
        let mut number = from;
        loop {
            endless.ask_for_more();
            match self.next().await {
                Ok(item) => assert_eq!(item.number, number, "a message is missing"),
                Err(end) => return (number, end),
            }
            number += 1;
        }
    }
}

/// The caller goes.
impl Drop for OpenCall {
    fn drop(&mut self) {
        if let Answer::Awaited(response) = &self.answer {
            response.abort();
        }
        self.connection.abort();
    }
}
