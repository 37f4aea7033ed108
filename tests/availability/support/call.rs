//! Calls whose every end can be told from the others: tonic's client makes a status of all of them.

use std::io;
use std::net::SocketAddr;

use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use http::{HeaderMap, HeaderValue, Method, Request, Version};
use tokio::net::TcpStream;

const EMPTY_MESSAGE: &[u8] = &[0; 5];

/// How a call ended.
#[derive(Debug)]
pub enum Outcome {
    /// With this gRPC status.
    Answered(Option<HeaderValue>),
    /// The server says that it has not looked at it.
    NotTaken,
    /// Anyhow else.
    Broken(#[expect(dead_code, reason = "a failure shows it")] h2::Error),
}

impl Outcome {
    pub fn is_ok(&self) -> bool {
        self.has_status("0")
    }

    pub fn has_status(&self, status: &str) -> bool {
        matches!(self, Self::Answered(Some(found)) if found == status)
    }

    fn of(error: h2::Error) -> Self {
        let gone = error.is_go_away() && error.is_remote();
        if gone || error.reason() == Some(Reason::REFUSED_STREAM) {
            Self::NotTaken
        } else {
            Self::Broken(error)
        }
    }
}

/// An HTTP/2 connection.
#[derive(Clone)]
pub struct Client {
    requests: SendRequest<&'static [u8]>,
}

/// A call whose head was sent.
pub struct Begun {
    response: ResponseFuture,
    body: SendStream<&'static [u8]>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        let (requests, connection) = Builder::new().handshake(stream).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self { requests })
    }

    /// Sends the head alone.
    pub async fn begin(&self, path: &str, authorization: Option<&[u8]>) -> Result<Begun, Outcome> {
        let (response, body) = self.send(head(path, authorization), false).await?;
        Ok(Begun { response, body })
    }

    pub async fn call(&self, path: &str, authorization: Option<&[u8]>) -> Outcome {
        match self.begin(path, authorization).await {
            Ok(begun) => begun.finish().await,
            Err(outcome) => outcome,
        }
    }

    /// A call that has no message, for one that is refused by its head.
    pub async fn head_only(&self, path: &str, authorization: &[u8]) -> Outcome {
        match self.send(head(path, Some(authorization)), true).await {
            Ok((response, _)) => answer(response).await,
            Err(outcome) => outcome,
        }
    }

    async fn send(
        &self,
        head: Request<()>,
        whole: bool,
    ) -> Result<(ResponseFuture, SendStream<&'static [u8]>), Outcome> {
        // Nothing was sent yet: whatever is wrong, the call was not taken.
        let mut requests = self.requests.clone().ready().await.map_err(|_| Outcome::NotTaken)?;
        requests.send_request(head, whole).map_err(|_| Outcome::NotTaken)
    }
}

impl Begun {
    /// Sends the message, and waits for the answer.
    pub async fn finish(mut self) -> Outcome {
        match self.body.send_data(EMPTY_MESSAGE, true) {
            Ok(()) => answer(self.response).await,
            Err(error) => Outcome::of(error),
        }
    }
}

fn head(path: &str, authorization: Option<&[u8]>) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = format!("http://localhost{path}").parse().expect("a URI");
    let headers = request.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("te", HeaderValue::from_static("trailers"));
    if let Some(authorization) = authorization {
        headers.insert("authorization", HeaderValue::from_bytes(authorization).expect("a value"));
    }
    request
}

async fn answer(response: ResponseFuture) -> Outcome {
    let status = async {
        let (head, mut body) = response.await?.into_parts();
        while let Some(data) = body.data().await {
            let length = data?.len();
            body.flow_control().release_capacity(length)?;
        }
        let trailers = body.trailers().await?.unwrap_or_default();
        Ok(status(&head.headers).or_else(|| status(&trailers)))
    };
    status.await.map_or_else(Outcome::of, Outcome::Answered)
}

fn status(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get("grpc-status").cloned()
}
