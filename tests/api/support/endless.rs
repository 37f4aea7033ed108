//! Streams that go on until they are ended, and what their handlers see of it.

mod handlers;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use sekisho::Services;
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::{Code, Request, Status};
use tower::service_fn;

#[allow(clippy::all, clippy::pedantic, unreachable_pub)]
pub mod proto {
    tonic::include_proto!("endless.v1");
}

use proto::Item;

pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("endless_descriptor_set");

/// Metadata: what the handler does, see [`Manner`]. Without it a call ends at once.
pub const MANNER: &str = "manner";
/// Metadata: how large each message of a response is, in bytes.
pub const PAYLOAD: &str = "payload";
/// Metadata: the handler sends a `sekisho-expires-in` of its own.
pub const OWN_EXPIRES_IN: &str = "own-expires-in";

/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// What handlers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Answers one message, and is done.
    Once,
    /// Sends one message, and nothing more.
    Idle,
    /// Sends one message after the other, each when the one before was read.
    Busy,
    /// Sends one message after the other, as fast as they are taken.
    Flood,
    /// Answers nothing at all, until it is told to go on.
    Late,
    /// Looks for the end of its request until that has come, all within one poll; what it then answers is an answer...
    Looks,
    /// ... or an error.
    LooksAndFails,
    /// A task reads the request, the handler waits.
    Spawned,
    /// A task reads the request, the handler has answered.
    Returned,
    /// A task has the request and does not look at it, until it is told to go on; the handler has answered.
    Unread,
}

impl Manner {
    const ALL: [Self; 10] = [
        Self::Once,
        Self::Idle,
        Self::Busy,
        Self::Flood,
        Self::Late,
        Self::Looks,
        Self::LooksAndFails,
        Self::Spawned,
        Self::Returned,
        Self::Unread,
    ];

    pub fn name(self) -> String {
        format!("{self:?}")
    }

    fn of<T>(request: &Request<T>) -> Self {
        let name = request.metadata().get(MANNER).map_or(b"Once".as_slice(), |value| value.as_bytes());
        *Self::ALL.iter().find(|manner| manner.name().as_bytes() == name).expect("a manner")
    }
}

/// A message of a response, as gRPC sends it.
pub fn message(number: u64) -> Bytes {
    let message = Item { number, payload: vec![7; 10] }.encode_to_vec();
    let length = u32::try_from(message.len()).expect("a short one").to_be_bytes();
    [&[0], &length[..], &message].concat().into()
}

/// What the handlers have seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many have begun.
    pub began: usize,
    /// Whose futures are there.
    pub handlers: usize,
    /// How many streams of responses are there.
    pub responses: usize,
    /// Messages that were handed out.
    pub sent: u64,
    /// Messages that came.
    pub received: u64,
    /// How requests ended that a task read: with a code, or well.
    pub requests: Vec<Option<Code>>,
}

impl Seen {
    /// No handler is there, and nothing of what it answered.
    pub fn is_all_gone(&self) -> bool {
        self.began > 0 && self.handlers == 0 && self.responses == 0
    }
}

#[derive(Clone, Default)]
pub struct Endless {
    seen: watch::Sender<Seen>,
    /// Handlers wait for it, and tasks that do not read.
    pub go_on: Arc<Notify>,
    more: Arc<Notify>,
    raw: Arc<Mutex<Option<mpsc::Receiver<Bytes>>>>,
}

impl Endless {
    pub fn register(&self, services: Services) -> Services {
        let raw = self.clone();
        let raw = service_fn(move |request: http::Request<Body>| {
            let raw = raw.clone();
            async move { Ok(raw.raw_response(request.into_body())) }
        });
        services
            .descriptor_set(DESCRIPTOR_SET)
            .add_service(proto::endless_server::EndlessServer::new(self.clone()))
            .add_named("endless.v1.Raw", raw)
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Waits until the handlers have seen something.
    pub async fn until(&self, what: &str, mut is_so: impl FnMut(&Seen) -> bool) {
        let mut seen = self.seen.subscribe();
        let is_seen = tokio::time::timeout(LIMIT, seen.wait_for(|seen| is_so(seen))).await;
        assert!(is_seen.is_ok(), "{what}: {:?}", self.seen());
    }

    /// Waits until so many messages have come.
    pub async fn received(&self, count: u64) {
        let mut seen = self.seen.subscribe();
        seen.wait_for(|seen| seen.received >= count).await.expect("handlers");
    }

    /// Has a busy stream send its next message.
    pub fn ask_for_more(&self) {
        self.more.notify_one();
    }

    /// The body of the next call of `Raw`.
    pub fn raw(&self) -> mpsc::Sender<Bytes> {
        let (sender, chunks) = mpsc::channel(1);
        *self.raw.lock().unwrap_or_else(PoisonError::into_inner) = Some(chunks);
        sender
    }

    fn raw_response(&self, request: Body) -> http::Response<Body> {
        let Some(sent) = self.raw.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Status::ok("").into_http();
        };
        let (alive, this) = (self.began(|seen| &mut seen.responses), self.clone());
        tokio::spawn(async move {
            let end = request.collect().await.err().map(|status| status.code());
            this.seen.send_modify(|seen| seen.requests.push(end));
        });
        let frames = ReceiverStream::new(sent).map(move |bytes| {
            let _ = &alive;
            Ok::<_, Status>(Frame::data(bytes))
        });
        let mut response = http::Response::new(Body::new(StreamBody::new(frames)));
        response.headers_mut().insert("content-type", "application/grpc".parse().expect("a value"));
        response
    }

    /// Counts what has begun and what is there in one step: nobody sees one without the other.
    fn began(&self, count: fn(&mut Seen) -> &mut usize) -> Alive {
        self.seen.send_modify(|seen| {
            seen.began += 1;
            *count(seen) += 1;
        });
        Alive { seen: self.seen.clone(), count }
    }

    fn alive(&self, count: fn(&mut Seen) -> &mut usize) -> Alive {
        self.seen.send_modify(|seen| *count(seen) += 1);
        Alive { seen: self.seen.clone(), count }
    }
}

/// What is counted for as long as it is there.
struct Alive {
    seen: watch::Sender<Seen>,
    count: fn(&mut Seen) -> &mut usize,
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.seen.send_modify(|seen| *(self.count)(seen) -= 1);
    }
}
