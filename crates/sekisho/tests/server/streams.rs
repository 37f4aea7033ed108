//! Streams end with the right to them, whoever reads or writes.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt as _, StreamBody};
use sekisho::clock::Clock;
use sekisho::grpc::ResetDue;
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::{Grant, Protected, Services};
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{ServiceExt as _, service_fn};

use super::support::{issuer, serve_by_tonic};
use super::way;

/// A token's lifetime and the leeway.
const TO_THE_END: Duration = Duration::from_secs(3605);

const SECOND: Duration = Duration::from_secs(1);

/// Nothing takes longer, unless something hangs.
const LIMIT: Duration = Duration::from_secs(20);

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, what).await.expect("it comes in time")
}

const MESSAGE: &[u8] = &[0, 0, 0, 0, 3, 1, 2, 3];

fn feeds() -> Services {
    let source = r#"
        syntax = "proto3";
        package feeds.v1;
        import "sekisho/v1/access.proto";
        message Item {}
        service Feeds {
          option (sekisho.v1.default_access) = { all_of: "feeds:read" };
          rpc Exchange(stream Item) returns (stream Item);
          rpc Upload(stream Item) returns (Item);
          rpc Keep(stream Item) returns (stream Item) {
            option (sekisho.v1.access) = { all_of: "feeds:read" stream_end: NEVER };
          }
          rpc Open(Item) returns (stream Item) { option (sekisho.v1.access) = { public: true }; }
          rpc Get(Item) returns (Item);
        }
    "#;
    way(Services::new(&sekisho_build::descriptor_set_of(source).expect("a descriptor set")))
}

/// Its key is made once: RSA keys are dear.
fn issuer_of_all() -> &'static TestIssuer {
    static ISSUER: OnceLock<TestIssuer> = OnceLock::new();
    ISSUER.get_or_init(issuer)
}

/// What a handler is given, and what it answers by.
struct Entered {
    request: Request<Body>,
    answer: oneshot::Sender<Response<Body>>,
    /// Its future is gone.
    dropped: oneshot::Receiver<()>,
}

impl Entered {
    /// Answers with a body, of which the test sends each chunk.
    fn answer(self) -> (Sent, Body) {
        let (chunks, body) = mpsc::channel(8);
        let (drops, dropped) = oneshot::channel();
        let chunks_of_body = Kept { stream: ReceiverStream::new(body), _until: drops };
        let body = Body::new(StreamBody::new(chunks_of_body));
        let response = Response::builder().header("content-type", "application/grpc").body(body);
        self.answer.send(response.expect("a response")).expect("a caller");
        (Sent { chunks, dropped }, self.request.into_body())
    }
}

/// The response of a handler.
struct Sent {
    chunks: mpsc::Sender<Result<Frame<Bytes>, Status>>,
    dropped: oneshot::Receiver<()>,
}

impl Sent {
    async fn chunk(&self, bytes: impl Into<Vec<u8>>) {
        self.chunks.send(Ok(Frame::data(bytes.into().into()))).await.expect("a response that is read");
    }

    /// Waits until the body of the response is gone.
    async fn dropped(self) {
        in_time(self.dropped).await.expect_err("nothing is sent");
    }
}

struct Kept {
    stream: ReceiverStream<Result<Frame<Bytes>, Status>>,
    _until: oneshot::Sender<()>,
}

impl tokio_stream::Stream for Kept {
    type Item = Result<Frame<Bytes>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.stream).poll_next(cx)
    }
}

/// A server whose handlers do what the test says.
struct World {
    protected: Protected,
    issuer: &'static TestIssuer,
    clock: Arc<ManualClock>,
    handlers: mpsc::Receiver<Entered>,
}

impl World {
    fn new(set: impl FnOnce(Services) -> Services) -> Self {
        let clock = Arc::new(ManualClock::new());
        let set_clock = Arc::clone(&clock);
        Self::with_clock(clock, |services| set(services.clock(set_clock)))
    }

    fn with_clock(clock: Arc<ManualClock>, set: impl FnOnce(Services) -> Services) -> Self {
        let (enter, handlers) = mpsc::channel(8);
        let service = service_fn(move |request: Request<Body>| {
            let enter = enter.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                let (_until, dropped) = oneshot::channel();
                let entered = Entered { request, answer, dropped };
                enter.send(entered).await.unwrap_or_else(|_| panic!("a test that goes on"));
                Ok::<_, Infallible>(answered.await.expect("an answer"))
            }
        });
        let issuer = issuer_of_all();
        let protected = set(feeds().add_named("feeds.v1.Feeds", service)).protect(issuer.issuer());
        Self { protected: protected.expect("protected"), issuer, clock, handlers }
    }

    fn call(&self, method: &str, timeout: Option<&str>) -> tokio::task::JoinHandle<Response<Body>> {
        tokio::spawn(self.answer_to(method, timeout))
    }

    fn answer_to(&self, method: &str, timeout: Option<&str>) -> impl Future<Output = Response<Body>> + use<> {
        let token = self.issuer.token().scope("feeds:read").sign();
        let mut call = Request::post(format!("/feeds.v1.Feeds/{method}"))
            .header("content-type", "application/grpc")
            .header("authorization", format!("Bearer {token}"));
        if let Some(timeout) = timeout {
            call = call.header("grpc-timeout", timeout);
        }
        // A request that stays open.
        let body = StreamBody::new(tokio_stream::pending::<Result<Frame<Bytes>, Status>>());
        let call = call.body(Body::new(body)).expect("a request");
        let protected = self.protected.clone();
        async move {
            let Ok(answer) = protected.oneshot(call).await;
            answer
        }
    }

    async fn entered(&mut self) -> Entered {
        in_time(self.handlers.recv()).await.expect("a handler that runs")
    }

    /// A call whose handler has answered, with the head of its response.
    async fn answered(&mut self, method: &str, timeout: Option<&str>) -> (Sent, Body, Response<Body>) {
        let call = self.call(method, timeout);
        let (sent, request) = self.entered().await.answer();
        (sent, request, in_time(call).await.expect("no panic"))
    }
}

/// Waits until a stream has ended: whoever has its request is told.
async fn ended(request: Body) {
    let error = in_time(request.collect()).await.expect_err("a request that broke off");
    assert!(matches!(error.code(), Code::Unauthenticated | Code::DeadlineExceeded), "{error:?}");
}

fn reason(headers: &HeaderMap) -> (Code, String) {
    let status = Status::from_header_map(headers).expect("a status");
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_default())
}

fn expired() -> (Code, String) {
    (Code::Unauthenticated, "ACCESS_TOKEN_EXPIRED".to_owned())
}

fn deadline_exceeded() -> (Code, String) {
    (Code::DeadlineExceeded, String::new())
}

async fn trailers(body: &mut Body) -> (Code, String) {
    let frame = in_time(body.frame()).await.expect("trailers").expect("no error");
    reason(frame.trailers_ref().expect("trailers, and no message"))
}

async fn data(body: &mut Body) -> Bytes {
    let frame = in_time(body.frame()).await.expect("a frame").expect("no error");
    frame.into_data().expect("data")
}

/// To write the statuses of many takes longer than their handlers may go on.
#[tokio::test]
async fn of_streams_that_end_together_each_is_dropped_before_a_status_is_written() {
    let mut world = World::new(|services| services);
    let (told, mut statuses) = mpsc::channel(64);
    let mut handlers = Vec::new();
    for _ in 0..64 {
        let (answer, told) = (world.answer_to("Exchange", None), told.clone());
        // As in a server: one task waits for the answer, and then reads it.
        tokio::spawn(async move {
            let mut body = answer.await.into_body();
            let reads = told.reserve().await.expect("a test that goes on");
            let status = trailers(&mut body).await;
            reads.send(status);
        });
        handlers.push(world.entered().await.answer());
    }
    while told.capacity() > 0 {
        tokio::task::yield_now().await;
    }

    world.clock.advance(TO_THE_END);
    assert_eq!(statuses.recv().await, Some(expired()));
    let left = handlers.iter().filter(|(sent, _)| !sent.chunks.is_closed()).count();
    assert_eq!(left, 0, "handlers went on while a status was written");
}

#[tokio::test]
async fn a_handler_that_has_not_answered_is_dropped_and_its_caller_told_by_the_head() {
    let mut world = World::new(|services| services);
    for method in ["Exchange", "Upload"] {
        let world = &mut World::new(|services| services);
        let call = world.call(method, None);
        let entered = world.entered().await;
        world.clock.advance(TO_THE_END);
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), expired(), "{method}");
        in_time(entered.dropped).await.expect_err("its future is gone");
        ended(entered.request.into_body()).await;
    }
    // Unary calls are judged when they begin.
    let call = world.call("Get", None);
    let entered = world.entered().await;
    world.clock.advance(TO_THE_END);
    let (sent, _) = entered.answer();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut in_time(call).await.expect("no panic").into_body()).await, MESSAGE);
}

#[tokio::test]
async fn a_response_ends_after_its_last_message_and_is_gone_though_nobody_reads() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    assert_eq!(answer.headers()["sekisho-expires-in"], "3605");
    let mut body = answer.into_body();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut body).await, MESSAGE);
    world.clock.advance(TO_THE_END);
    sent.dropped().await;
    assert_eq!(trailers(&mut body).await, expired());
    assert!(body.frame().await.is_none(), "nothing comes after the trailers");
    assert!(body.is_end_stream());
    ended(request).await;
}

#[tokio::test]
async fn a_message_that_has_begun_is_ended_first_and_no_other_begins() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let mut body = answer.into_body();
    sent.chunk(&MESSAGE[..6]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[..6]);
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.chunk([&MESSAGE[6..], MESSAGE].concat()).await;
    assert_eq!(data(&mut body).await, &MESSAGE[6..], "the rest, and not the next one");
    assert_eq!(trailers(&mut body).await, expired());
    sent.dropped().await;
}

#[tokio::test]
async fn a_message_that_stays_unfinished_is_cut_a_second_later() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let mut body = answer.into_body();
    sent.chunk(&MESSAGE[..6]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[..6]);
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.chunk(&MESSAGE[6..7]).await;
    assert_eq!(data(&mut body).await, &MESSAGE[6..7], "it goes on");
    let rest = tokio::spawn(async move { body.frame().await.expect("an end") });
    world.clock.advance(SECOND);
    assert_eq!(in_time(rest).await.expect("no panic").expect_err("it is cut").code(), Code::Unauthenticated);
    sent.dropped().await;
}

#[tokio::test]
async fn what_nobody_reads_is_to_be_reset_a_second_later() {
    let mut world = World::new(|services| services);
    let (sent, request, answer) = world.answered("Exchange", None).await;
    let due = answer.extensions().get::<ResetDue>().expect("how it is reset").clone();
    world.clock.advance(TO_THE_END);
    ended(request).await;
    sent.dropped().await;
    world.clock.advance(SECOND);
    in_time(due).await;
}

#[tokio::test]
async fn never_is_never_and_public_is_nobodys() {
    let mut world = World::new(|services| services);
    let (cut, _, cut_answer) = world.answered("Exchange", None).await;
    let mut kept = Vec::new();
    for method in ["Keep", "Open"] {
        let (sent, request, answer) = world.answered(method, None).await;
        assert_eq!(answer.headers().get("sekisho-expires-in"), None, "{method}");
        kept.push((sent, request, answer));
    }
    world.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut cut_answer.into_body()).await, expired());
    cut.dropped().await;
    for (sent, _request, answer) in kept {
        sent.chunk(MESSAGE).await;
        assert_eq!(data(&mut answer.into_body()).await, MESSAGE);
    }
}

#[tokio::test]
async fn a_grant_tells_when_its_stream_will_end() {
    let mut world = World::new(|services| services);
    let end = world.clock.time() + TO_THE_END;
    for (method, expected) in
        [("Exchange", Some(end)), ("Upload", Some(end)), ("Keep", None), ("Open", None), ("Get", None)]
    {
        let _call = world.call(method, None);
        let entered = world.entered().await;
        let grant = entered.request.extensions().get::<Grant>().expect("a grant");
        assert_eq!(grant.stream_ends_at(), expected, "{method}");
    }
}

#[tokio::test]
async fn deadlines_are_kept_where_that_is_asked_for() {
    for method in ["Exchange", "Upload", "Keep", "Open", "Get"] {
        let mut world = World::new(Services::enforce_deadlines);
        let call = world.call(method, Some("5S"));
        let entered = world.entered().await;
        world.clock.advance(SECOND * 5);
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), deadline_exceeded(), "{method}");
        in_time(entered.dropped).await.expect_err("its future is gone");
    }
    for method in ["Exchange", "Keep", "Open"] {
        let mut world = World::new(Services::enforce_deadlines);
        let (sent, _, answer) = world.answered(method, Some("5S")).await;
        world.clock.advance(SECOND * 5);
        sent.dropped().await;
        assert_eq!(trailers(&mut answer.into_body()).await, deadline_exceeded(), "{method}");
    }
    // Whichever comes first is told.
    for (timeout, told) in [("3604S", deadline_exceeded()), ("3606S", expired())] {
        let mut world = World::new(Services::enforce_deadlines);
        let (sent, _, answer) = world.answered("Exchange", Some(timeout)).await;
        world.clock.advance(Duration::from_secs(3604));
        world.clock.advance(SECOND);
        sent.dropped().await;
        assert_eq!(trailers(&mut answer.into_body()).await, told, "{timeout}");
    }
    // Elsewhere they are somebody else's.
    let mut world = World::new(|services| services);
    let call = world.call("Get", Some("5S"));
    let entered = world.entered().await;
    world.clock.advance(SECOND * 5);
    let (sent, _) = entered.answer();
    sent.chunk(MESSAGE).await;
    assert_eq!(data(&mut in_time(call).await.expect("no panic").into_body()).await, MESSAGE);
}

#[tokio::test]
async fn a_deadline_that_has_passed_runs_no_handler() {
    let mut world = World::new(Services::enforce_deadlines);
    for method in ["Exchange", "Get"] {
        let call = world.call(method, Some("0S"));
        assert_eq!(reason(in_time(call).await.expect("no panic").headers()), deadline_exceeded(), "{method}");
    }
    assert!(world.handlers.try_recv().is_err());
}

/// Breaks while it is waited for.
#[derive(Debug)]
struct Broken {
    clock: ManualClock,
    is_broken: AtomicBool,
}

impl Clock for Broken {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn wait_until(&self, elapsed: Duration) -> sekisho::clock::Wait {
        let is_broken = self.is_broken.swap(false, Ordering::SeqCst);
        assert!(!is_broken, "the clock breaks, and this is its message");
        self.clock.wait_until(elapsed)
    }
}

#[tokio::test]
async fn a_stream_that_nobody_watches_over_ends() {
    let broken = Arc::new(Broken { clock: ManualClock::new(), is_broken: AtomicBool::new(false) });
    let clock = Arc::clone(&broken);
    let mut world = World::with_clock(Arc::new(ManualClock::new()), |services| services.clock(clock));
    let call = world.call("Exchange", None);
    let entered = world.entered().await;
    broken.is_broken.store(true, Ordering::SeqCst);
    broken.clock.advance(SECOND);
    let unavailable = (Code::Unavailable, "ISSUER_KEYS_UNAVAILABLE".to_owned());
    assert_eq!(reason(in_time(call).await.expect("no panic").headers()), unavailable);
    in_time(entered.dropped).await.expect_err("its future is gone");
    // Somebody watches over the next one.
    let (sent, _, answer) = world.answered("Exchange", None).await;
    broken.clock.advance(TO_THE_END);
    assert_eq!(trailers(&mut answer.into_body()).await, expired());
    sent.dropped().await;
}

#[tokio::test]
async fn by_tonics_own_server_the_status_comes_too() {
    let mut world = World::new(|services| services);
    let channel = super::support::connect(serve_by_tonic(world.protected.clone()).await).await;
    let token = world.issuer.token().scope("feeds:read").sign();
    let mut request = tonic::Request::new(tokio_stream::pending::<()>());
    let bearer = format!("Bearer {token}").parse().expect("a value");
    request.metadata_mut().insert("authorization", bearer);
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.expect("a connection");
    let path = http::uri::PathAndQuery::from_static("/feeds.v1.Feeds/Exchange");
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    let (answer, sent) =
        tokio::join!(client.streaming(request, path, codec), async { world.entered().await.answer() });
    let mut messages = answer.expect("allowed").into_inner();
    sent.0.chunk([0; 5]).await;
    assert!(in_time(messages.message()).await.expect("well").is_some());
    world.clock.advance(TO_THE_END);
    let end = in_time(messages.message()).await.expect_err("it has ended");
    assert_eq!(end.code(), Code::Unauthenticated);
    assert_eq!(end.get_error_details().error_info().expect("details").reason, "ACCESS_TOKEN_EXPIRED");
    sent.0.dropped().await;
}
