//! Streams that go on until they are ended, and what their handlers see of it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::stream::unfold;
use http_body::Frame;
use http_body_util::StreamBody;
use sekisho::Services;
use tokio::sync::{Notify, mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::body::Body;
use tonic::{Code, Request, Response, Status, Streaming};
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
        let raw = service_fn(move |_| {
            let raw = raw.clone();
            async move { Ok(raw.raw_response()) }
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
        let (send, sent) = mpsc::channel(1);
        *self.raw.lock().unwrap_or_else(PoisonError::into_inner) = Some(sent);
        send
    }

    fn raw_response(&self) -> http::Response<Body> {
        let Some(sent) = self.raw.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Status::ok("").into_http();
        };
        let alive = self.alive(|seen| &mut seen.responses);
        self.seen.send_modify(|seen| seen.began += 1);
        let frames = ReceiverStream::new(sent).map(move |bytes| {
            let _ = &alive;
            Ok::<_, Status>(Frame::data(bytes))
        });
        let mut response = http::Response::new(Body::new(StreamBody::new(frames)));
        response.headers_mut().insert("content-type", "application/grpc".parse().expect("a value"));
        response
    }

    fn alive(&self, count: fn(&mut Seen) -> &mut usize) -> Alive {
        let alive = Alive { seen: self.seen.clone(), count };
        alive.seen.send_modify(|seen| *count(seen) += 1);
        alive
    }

    /// Counts a handler, until its future is gone.
    fn enter(&self) -> Alive {
        self.seen.send_modify(|seen| seen.began += 1);
        self.alive(|seen| &mut seen.handlers)
    }

    async fn read(&self, mut items: Streaming<Item>) -> Option<Code> {
        while let Some(item) = items.next().await {
            match item {
                Ok(_) => self.seen.send_modify(|seen| seen.received += 1),
                Err(status) => return Some(status.code()),
            }
        }
        None
    }

    /// Keeps its thread until the request has ended.
    fn look(&self, items: &mut Streaming<Item>) {
        self.seen.send_modify(|seen| seen.received += 1);
        tokio::task::block_in_place(|| {
            let has_ended = (0..10_000_000).any(|_| {
                std::thread::yield_now();
                matches!(items.next().now_or_never(), Some(None | Some(Err(_))))
            });
            assert!(has_ended, "it went on");
        });
    }

    fn responses_after_a_look(&self, items: Streaming<Item>, manner: Manner) -> Items {
        Box::pin(unfold(Some((self.clone(), items)), move |looks| async move {
            let (this, mut items) = looks?;
            this.look(&mut items);
            (manner == Manner::LooksAndFails).then(|| (Err(Status::aborted("looked")), None))
        }))
    }

    fn read_in_task(&self, items: Streaming<Item>, manner: Manner) {
        let this = self.clone();
        tokio::spawn(async move {
            if manner == Manner::Unread {
                this.go_on.notified().await;
            }
            let end = this.read(items).await;
            this.seen.send_modify(|seen| seen.requests.push(end));
        });
    }

    fn responses<T>(&self, request: &Request<T>) -> Items {
        let manner = Manner::of(request);
        let text = request.metadata().get(PAYLOAD).and_then(|value| value.to_str().ok());
        let payload: usize = text.map_or(0, |text| text.parse().expect("a number of bytes"));
        let (alive, this) = (self.alive(|seen| &mut seen.responses), self.clone());
        Box::pin(unfold(0, move |number| {
            let (_, this) = (&alive, this.clone());
            async move {
                match (manner, number) {
                    (Manner::Flood, _) => tokio::task::yield_now().await,
                    (_, 0) => {}
                    (Manner::Busy, _) => this.more.notified().await,
                    (Manner::Once, _) => return None,
                    _ => std::future::pending().await,
                }
                this.seen.send_modify(|seen| seen.sent += 1);
                Some((Ok(Item { number, payload: vec![7; payload] }), number + 1))
            }
        }))
    }

    /// Of the methods whose request is a stream.
    async fn client(&self, mut request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        let _handler = self.enter();
        let manner = Manner::of(&request);
        match manner {
            Manner::Late => self.go_on.notified().await,
            Manner::Once | Manner::Idle | Manner::Busy | Manner::Flood => {
                drop(self.read(request.into_inner()).await)
            }
            Manner::Looks => self.look(request.get_mut()),
            Manner::LooksAndFails => {
                self.look(request.get_mut());
                return Err(Status::aborted("looked"));
            }
            Manner::Spawned => {
                self.read_in_task(request.into_inner(), manner);
                self.go_on.notified().await;
            }
            Manner::Returned | Manner::Unread => self.read_in_task(request.into_inner(), manner),
        }
        Ok(Response::new(Item::default()))
    }

    /// Of the methods whose response is a stream.
    async fn server(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        let _handler = self.enter();
        if Manner::of(&request) == Manner::Late {
            self.go_on.notified().await;
        }
        let mut response = Response::new(self.responses(&request));
        if request.metadata().contains_key(OWN_EXPIRES_IN) {
            response.metadata_mut().insert("sekisho-expires-in", "99".parse().expect("a value"));
        }
        Ok(response)
    }

    /// Of the methods where both are. A task reads the request.
    async fn both(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        let _handler = self.enter();
        let manner = Manner::of(&request);
        let responses = self.responses(&request);
        if let Manner::Looks | Manner::LooksAndFails = manner {
            return Ok(Response::new(self.responses_after_a_look(request.into_inner(), manner)));
        }
        self.read_in_task(request.into_inner(), manner);
        if manner == Manner::Late {
            drop(responses);
            self.go_on.notified().await;
            return Err(Status::aborted("late"));
        }
        Ok(Response::new(responses))
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

type Items = Pin<Box<dyn Stream<Item = Result<Item, Status>> + Send>>;

#[tonic::async_trait]
impl proto::endless_server::Endless for Endless {
    async fn unary(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        let _handler = self.enter();
        if Manner::of(&request) == Manner::Late {
            self.go_on.notified().await;
        }
        Ok(Response::new(Item::default()))
    }

    async fn client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        self.client(request).await
    }

    async fn never_client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        self.client(request).await
    }

    type ServerStreamStream = Items;

    async fn server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type NeverServerStreamStream = Items;

    async fn never_server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type PublicServerStreamStream = Items;

    async fn public_server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        self.server(request).await
    }

    type BidiStream = Items;

    async fn bidi(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        self.both(request).await
    }

    type NeverBidiStream = Items;

    async fn never_bidi(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        self.both(request).await
    }
}
