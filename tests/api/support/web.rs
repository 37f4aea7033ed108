//! One call of gRPC-Web, over either version of HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version};
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Buf as _, Bytes, Frame, Incoming};
use hyper::client::conn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tonic::body::Body;

use super::ORIGIN;

/// No answer takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// A call to be: as a page sends it, with an empty message.
pub struct WebCall {
    address: SocketAddr,
    version: Version,
    request: Request<Body>,
}

impl WebCall {
    pub fn new(address: SocketAddr, path: &str) -> Self {
        let request = Request::post(path)
            .header("host", address.to_string())
            .header("origin", ORIGIN)
            .header("content-type", "application/grpc-web+proto")
            .header("x-grpc-web", "1")
            .body(full(vec![0; 5]));
        Self { address, version: Version::HTTP_11, request: request.expect("a request") }
    }

    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    pub fn method(mut self, method: Method) -> Self {
        *self.request.method_mut() = method;
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// In place of the one that there is.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.request.headers_mut().remove(name);
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        *self.request.body_mut() = full(body.into());
        self
    }

    /// One message, encoded as the content type says.
    pub fn message(self, message: &impl prost::Message) -> Self {
        let mut framed = vec![0];
        framed.extend(u32::try_from(message.encoded_len()).expect("a short one").to_be_bytes());
        framed.extend(message.encode_to_vec());
        let is_text = self.request.headers()["content-type"].to_str().expect("text").contains("-text");
        if is_text { self.body(BASE64_STANDARD.encode(framed)) } else { self.body(framed) }
    }

    /// A chunk for each byte.
    pub fn byte_by_byte(mut self, body: &[u8]) -> Self {
        let chunks: Vec<Result<_, Infallible>> =
            body.iter().map(|byte| Ok(Frame::data(Bytes::copy_from_slice(&[*byte])))).collect();
        *self.request.body_mut() = Body::new(StreamBody::new(tokio_stream::iter(chunks)));
        self
    }

    pub async fn send(self) -> WebAnswer {
        tokio::time::timeout(LIMIT, self.send_unbounded()).await.expect("an answer in time")
    }

    async fn send_unbounded(self) -> WebAnswer {
        let io = TokioIo::new(TcpStream::connect(self.address).await.expect("a server that listens"));
        let answer = if self.version == Version::HTTP_2 {
            let (mut client, connection) =
                conn::http2::handshake(TokioExecutor::new(), io).await.expect("HTTP/2");
            tokio::spawn(connection);
            client.send_request(with_authority(self.request, self.address)).await
        } else {
            let (mut client, connection) = conn::http1::handshake(io).await.expect("HTTP/1.1");
            tokio::spawn(connection);
            client.send_request(self.request).await
        };
        WebAnswer::read(answer.expect("an answer")).await
    }
}

fn full(body: Vec<u8>) -> Body {
    Body::new(Full::new(Bytes::from(body)))
}

/// HTTP/2 has the authority in place of `host`.
pub(super) fn with_authority(mut request: Request<Body>, address: SocketAddr) -> Request<Body> {
    let path = request.uri().path_and_query().expect("a path").as_str();
    let uri = http::Uri::builder().scheme("http").authority(address.to_string()).path_and_query(path).build();
    *request.uri_mut() = uri.expect("a URI");
    request.headers_mut().remove("host");
    request
}

/// What came back.
#[derive(Debug)]
pub struct WebAnswer {
    pub http: u16,
    pub headers: HeaderMap,
    /// Of the trailers frame, if there was one.
    pub trailers: HeaderMap,
    pub messages: Vec<Vec<u8>>,
}

impl WebAnswer {
    async fn read(answer: Response<Incoming>) -> Self {
        let (head, body) = answer.into_parts();
        let mut body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        if head
            .headers
            .get("content-type")
            .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc-web-text"))
        {
            // Parts that are encoded on their own, each with its padding.
            let parts = body.chunks(4).map(|part| BASE64_STANDARD.decode(part).expect("base64"));
            body = parts.flatten().collect();
        }
        let mut answer = Self {
            http: head.status.as_u16(),
            headers: head.headers,
            trailers: HeaderMap::new(),
            messages: Vec::new(),
        };
        if answer.header("content-type").is_some_and(|kind| kind.starts_with("application/grpc-web")) {
            answer.read_frames(Bytes::from(body));
        }
        answer
    }

    fn read_frames(&mut self, mut body: Bytes) {
        while body.has_remaining() {
            let flag = body.get_u8();
            let length = body.get_u32() as usize;
            let payload = body.split_to(length);
            match flag {
                0 => self.messages.push(payload.to_vec()),
                0x80 => self.trailers = trailers(std::str::from_utf8(&payload).expect("text")),
                other => panic!("a frame of kind {other}"),
            }
        }
    }

    pub fn status(&self) -> tonic::Status {
        let head = tonic::Status::from_header_map(&self.headers);
        head.or_else(|| tonic::Status::from_header_map(&self.trailers)).expect("a gRPC status")
    }

    pub fn code(&self) -> tonic::Code {
        self.status().code()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }
}

pub(super) fn trailers(text: &str) -> HeaderMap {
    let lines = text.split_terminator("\r\n").map(|line| line.split_once(':').expect("a name and a value"));
    let entries = lines.map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        (name, HeaderValue::from_str(value.trim()).expect("a value"))
    });
    entries.collect()
}
