//! One call, in frames of our own: tonic's client is too polite to send what a stranger sends.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint};
use tonic_types::{ErrorDetails, StatusExt as _};

/// No answer takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// A channel of tonic's.
pub async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("a server that listens")
}

/// A call to be.
pub struct Call {
    address: SocketAddr,
    authority: String,
    path: String,
    method: Method,
    headers: HeaderMap,
    body: Vec<u8>,
    leave_open: bool,
    trailers: Option<HeaderMap>,
}

impl Call {
    pub fn new(address: SocketAddr, path: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        headers.insert("te", HeaderValue::from_static("trailers"));
        // An empty message.
        let body = vec![0, 0, 0, 0, 0];
        Self {
            address,
            authority: address.to_string(),
            path: path.to_owned(),
            method: Method::POST,
            headers,
            body,
            leave_open: false,
            trailers: None,
        }
    }

    pub fn bearer(self, token: &str) -> Self {
        self.authorization(format!("Bearer {token}"))
    }

    /// One more `authorization` entry.
    pub fn authorization(self, value: impl AsRef<[u8]>) -> Self {
        self.header("authorization", value)
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).expect("a header's value"));
        self
    }

    pub fn content_type(mut self, content_type: &str) -> Self {
        self.headers.insert("content-type", HeaderValue::from_str(content_type).expect("a value"));
        self
    }

    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The name that the server is asked by, in place of its address.
    pub fn authority(mut self, name: &str) -> Self {
        name.clone_into(&mut self.authority);
        self
    }

    /// Sends the head alone, and never a byte of the body that it promises.
    pub fn without_body(mut self) -> Self {
        self.leave_open = true;
        self
    }

    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// Sends an `authorization` entry after the body, which gRPC has no place for.
    pub fn bearer_in_trailers(mut self, token: &str) -> Self {
        let value = HeaderValue::from_str(&format!("Bearer {token}")).expect("a value");
        self.trailers = Some(HeaderMap::from_iter([(http::header::AUTHORIZATION, value)]));
        self
    }

    pub async fn send(self) -> Answer {
        tokio::time::timeout(LIMIT, self.send_unbounded()).await.expect("an answer in time")
    }

    async fn send_unbounded(self) -> Answer {
        let stream = TcpStream::connect(self.address).await.expect("a server that listens");
        let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        let connection = tokio::spawn(connection);
        let uri = Uri::builder()
            .scheme("http")
            .authority(self.authority.as_str())
            .path_and_query(self.path.as_str());
        let mut request = Request::new(());
        *request.method_mut() = self.method;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = uri.build().expect("a URI");
        *request.headers_mut() = self.headers;
        let mut client = client.ready().await.expect("a connection");
        let (response, mut body) = client.send_request(request, false).expect("a stream");
        if !self.leave_open {
            // The server may have answered and closed the stream already.
            let _ = body.send_data(self.body.into(), self.trailers.is_none());
            let _ = self.trailers.map(|trailers| body.send_trailers(trailers));
        }
        let answer = Answer::read(response.await).await;
        connection.abort();
        answer
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub http: u16,
    pub headers: HeaderMap,
    pub trailers: HeaderMap,
    pub body: Vec<u8>,
    /// One frame of headers was all.
    pub trailers_only: bool,
}

impl Answer {
    async fn read(response: Result<http::Response<h2::RecvStream>, h2::Error>) -> Self {
        let (head, mut stream) = response.expect("an answer").into_parts();
        let trailers_only = stream.is_end_stream();
        let mut body = Vec::new();
        while let Some(Ok(chunk)) = stream.data().await {
            let _ = stream.flow_control().release_capacity(chunk.len());
            body.extend_from_slice(&chunk);
        }
        let trailers = stream.trailers().await.ok().flatten().unwrap_or_default();
        Self { http: head.status.as_u16(), headers: head.headers, trailers, body, trailers_only }
    }

    pub fn status(&self) -> tonic::Status {
        let head = tonic::Status::from_header_map(&self.headers);
        head.or_else(|| tonic::Status::from_header_map(&self.trailers)).expect("a gRPC status")
    }

    pub fn code(&self) -> tonic::Code {
        self.status().code()
    }

    pub fn details(&self) -> ErrorDetails {
        self.status().get_error_details()
    }

    pub fn reason(&self) -> String {
        self.details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
    }

    pub fn metadata(&self, name: &str) -> Option<String> {
        self.details().error_info().and_then(|info| info.metadata.get(name).cloned())
    }

    /// The reason that is only reported, once.
    pub fn reported(&self) -> &str {
        let told: Vec<_> = [&self.headers, &self.trailers]
            .into_iter()
            .flat_map(|entries| entries.get_all("sekisho-would-deny"))
            .collect();
        assert!(told.len() < 2, "{told:?}");
        told.first().map_or("", |reason| reason.to_str().expect("text"))
    }

    pub fn challenges(&self) -> Vec<String> {
        let values = self.headers.get_all("www-authenticate").iter();
        values.map(|value| value.to_str().expect("text").to_owned()).collect()
    }
}
