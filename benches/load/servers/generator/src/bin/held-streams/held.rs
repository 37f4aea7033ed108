//! The streams that are held.

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::future::try_join_all;
use h2::RecvStream;
use http::HeaderValue;
use prost::Message;
use service::proto::held::{HoldRequest, TakeLatenessRequest, TakeLatenessResponse};
use tonic::Code;

use crate::client::{Outcome, Sender, call, read, uri};
use crate::{micros, now};

const SERVICE: &str = "held.v1.Held";

/// One that is to be opened.
pub(crate) struct Stream {
    /// Microseconds since 1970.
    pub(crate) ends_at: u64,
    pub(crate) token: HeaderValue,
}

pub(crate) struct Open {
    ends_at: u64,
    body: RecvStream,
}

#[derive(Default)]
pub(crate) struct Ended {
    /// How late a client was told of each, in microseconds.
    pub(crate) late: Vec<i64>,
    /// How many had the status that they should have.
    pub(crate) right: i64,
}

pub(crate) async fn connect(port: u16, number: usize) -> Outcome<Vec<Sender>> {
    try_join_all((0..number).map(|_| crate::client::connect(port))).await
}

/// Each once its head has come.
pub(crate) async fn open(
    connections: &[Sender],
    port: u16,
    method: &str,
    streams: Vec<Stream>,
) -> Outcome<Vec<Open>> {
    let uri = uri(port, &format!("{SERVICE}/{method}"))?;
    let open = |(at, Stream { ends_at, token }): (usize, Stream)| {
        let (sender, uri) = (&connections[at % connections.len()], uri.clone());
        async move {
            let (body, _) = call(sender, uri, token, frame(&HoldRequest { ends_at })).await?;
            Outcome::Ok(Open { ends_at, body })
        }
    };
    try_join_all(streams.into_iter().enumerate().map(open)).await
}

/// Waits until all have ended.
pub(crate) async fn ends(open: Vec<Open>) -> Ended {
    let mut ended = Ended::default();
    let tasks: Vec<_> = open.into_iter().map(|stream| tokio::spawn(stream.end())).collect();
    for task in tasks {
        if let Ok((late, is_right)) = task.await {
            ended.late.push(late);
            ended.right += i64::from(is_right);
        }
    }
    ended
}

impl Open {
    async fn end(self) -> (i64, bool) {
        let end = read(self.body).await;
        let late = micros(now()).saturating_sub_unsigned(self.ends_at);
        let is_right = end.is_ok_and(|(data, status)| data.is_empty() && is_right(&status));
        (late, is_right)
    }
}

/// The handler's own end has no details.
fn is_right(status: &tonic::Status) -> bool {
    const REASON: &[u8] = b"ACCESS_TOKEN_EXPIRED";
    let details = status.details();
    status.code() == Code::Unauthenticated
        && (details.is_empty() || details.windows(REASON.len()).any(|part| part == REASON))
}

/// How late the server's handlers saw their streams dropped, in microseconds.
pub(crate) async fn lateness(connections: &[Sender], port: u16, token: HeaderValue) -> Outcome<Vec<i64>> {
    let sender = connections.first().ok_or("there is no connection")?;
    let uri = uri(port, &format!("{SERVICE}/TakeLateness"))?;
    let (body, _) = call(sender, uri, token, frame(&TakeLatenessRequest {})).await?;
    let (data, _) = read(body).await?;
    Ok(TakeLatenessResponse::decode(data.get(5..).unwrap_or_default())?.late)
}

/// In the frame of gRPC.
fn frame(message: &impl Message) -> Bytes {
    let encoded = message.encode_to_vec();
    let mut frame = BytesMut::with_capacity(5 + encoded.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(encoded.len()).unwrap_or(u32::MAX));
    frame.extend_from_slice(&encoded);
    frame.freeze()
}
