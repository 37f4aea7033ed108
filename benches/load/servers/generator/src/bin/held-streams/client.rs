//! Connections, and what is sent on them.

use std::error::Error;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{RecvStream, SendStream};
use http::{HeaderValue, Request, Uri, header};
use tokio::net::TcpStream;

/// Faults come from other threads, too.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) type Sender = SendRequest<Bytes>;

pub(crate) async fn connect(port: u16) -> Outcome<Sender> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = h2::client::handshake(stream).await?;
    tokio::spawn(connection);
    Ok(sender)
}

pub(crate) fn uri(port: u16, path: &str) -> Outcome<Uri> {
    Ok(format!("http://127.0.0.1:{port}/{path}").parse()?)
}

/// As in the generator beside this: HPACK indexes none.
pub(crate) fn entry(token: &str) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let mut entry = HeaderValue::from_str(&format!("Bearer {token}"))?;
    entry.set_sensitive(true);
    Ok(entry)
}

/// A call of one message. Its response, and its request, which ends with that message.
pub(crate) async fn call(
    sender: &Sender,
    uri: Uri,
    token: HeaderValue,
    message: Bytes,
) -> Outcome<(RecvStream, SendStream<Bytes>)> {
    let mut request = Request::post(uri).body(())?;
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert(header::AUTHORIZATION, token);
    let mut sender = sender.clone().ready().await?;
    let (response, mut body) = sender.send_request(request, false)?;
    body.send_data(message, true)?;
    let response = response.await?;
    // Before the head there is a status alone only where the call was refused.
    if let Some(status) = response.headers().get("grpc-status") {
        return Err(format!("a call was refused: {status:?}").into());
    }
    Ok((response.into_body(), body))
}

/// All data to its end, and the trailers' status.
pub(crate) async fn read(mut body: RecvStream) -> Outcome<(Vec<u8>, tonic::Status)> {
    let mut data = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        data.extend_from_slice(&chunk);
    }
    let trailers = body.trailers().await?.unwrap_or_default();
    Ok((data, tonic::Status::from_header_map(&trailers).ok_or("a call without a status")?))
}
