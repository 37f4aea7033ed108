//! Streams end with the right to them, whoever reads or writes.

#[path = "streams/deadlines.rs"]
mod deadlines;
#[path = "streams/expiry.rs"]
mod expiry;
#[path = "streams/handler.rs"]
mod handler;
#[path = "streams/issuers.rs"]
mod issuers;
#[path = "streams/kept.rs"]
mod kept;
#[path = "streams/messages.rs"]
mod messages;
#[path = "streams/observed.rs"]
mod observed;
#[path = "streams/tonic_server.rs"]
mod tonic_server;
#[path = "streams/unwatched.rs"]
mod unwatched;

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::{Protected, Services};
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::{ServiceExt as _, service_fn};

use super::support::issuer;
use super::way;
use handler::{Entered, Sent};

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
          rpc Report(stream Item) returns (stream Item) {
            option (sekisho.v1.access) = { all_of: "feeds:read" mode: REPORT_ONLY };
          }
          rpc ReportUpload(stream Item) returns (Item) {
            option (sekisho.v1.access) = { all_of: "feeds:write" mode: REPORT_ONLY };
          }
          rpc Welcome(Item) returns (stream Item) { option (sekisho.v1.access) = { optional: true }; }
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
        self.answer_with(Some(self.issuer), method, timeout)
    }

    /// With a token of this issuer.
    fn answer_with(
        &self,
        issuer: Option<&TestIssuer>,
        method: &str,
        timeout: Option<&str>,
    ) -> impl Future<Output = Response<Body>> + use<> {
        let mut call =
            Request::post(format!("/feeds.v1.Feeds/{method}")).header("content-type", "application/grpc");
        if let Some(issuer) = issuer {
            let token = issuer.token().scope("feeds:read").sign();
            call = call.header("authorization", format!("Bearer {token}"));
        }
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
        self.answered_with(Some(self.issuer), method, timeout).await
    }

    async fn answered_with(
        &mut self,
        issuer: Option<&TestIssuer>,
        method: &str,
        timeout: Option<&str>,
    ) -> (Sent, Body, Response<Body>) {
        let call = tokio::spawn(self.answer_with(issuer, method, timeout));
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

/// The key is its issuer's no more, or the issuer is not trusted any more.
fn withdrawn() -> (Code, String) {
    (Code::Unauthenticated, "ACCESS_TOKEN_INVALID".to_owned())
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
