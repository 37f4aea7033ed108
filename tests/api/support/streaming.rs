//! Services of the tests' own, which count how often a handler ran.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sekisho::{RequestExt as _, Services};

use tokio::sync::Notify;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

use super::endless::Endless;

#[allow(clippy::all, clippy::pedantic, unreachable_pub)]
pub mod proto {
    tonic::include_proto!("streaming.v1");
}

use proto::Item;

pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("streaming_descriptor_set");

/// The text of a request that fails, after the first answer if there are several.
pub const FAIL: &str = "fail";

/// Metadata: `ClientStream` answers before it has read anything, with an `error` or `well`.
pub const EARLY: &str = "early";

/// The text of a request for a stream of many large answers.
pub const MANY: &str = "many";
/// How many, each with its number as its text.
pub const MANY_ITEMS: usize = 256;
/// Bytes of each one's payload; of all together more than a socket holds.
pub const LARGE: usize = 64 * 1024;

/// The text of a request whose handler panics.
pub const PANIC: &str = "panic";

/// The message of the failure.
pub const TWO_LINES: &str = "one\r\nwww-authenticate: two";

/// What the handlers share with the test.
#[derive(Clone, Default)]
pub struct Handlers {
    ran: Arc<AtomicUsize>,
    /// `Open` waits for it where the request's text is `wait`.
    pub go_on: Arc<Notify>,
    /// `Open` tells that it waits.
    pub waiting: Arc<Notify>,
    /// Of streams that go on until they are ended.
    pub endless: Endless,
}

impl Handlers {
    pub fn ran(&self) -> usize {
        self.ran.load(Ordering::SeqCst)
    }

    pub fn register(&self, services: Services) -> Services {
        self.endless
            .register(services)
            .descriptor_set(DESCRIPTOR_SET)
            .add_service(proto::streaming_server::StreamingServer::new(self.clone()))
            .add_service(proto::defaulted_server::DefaultedServer::new(self.clone()))
    }

    /// Waits until so many handlers have begun.
    pub async fn entered(&self, count: usize) {
        while self.ran() < count {
            tokio::task::yield_now().await;
        }
    }

    fn enter<T>(&self, request: &Request<T>) -> Result<Item, Status> {
        self.ran.fetch_add(1, Ordering::SeqCst);
        let grant = request.grant()?;
        let token = if request.metadata().contains_key("authorization") { "token" } else { "no token" };
        let subject = grant.subject().unwrap_or("anonymous");
        Ok(Item { text: format!("{subject}, {token}, {}", grant.method().path()), payload: Vec::new() })
    }
}

type Items = Pin<Box<dyn Stream<Item = Result<Item, Status>> + Send>>;

#[tonic::async_trait]
impl proto::streaming_server::Streaming for Handlers {
    async fn unary(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        let answer = self.enter(&request)?;
        Ok(Response::new(Item { payload: request.into_inner().payload, ..answer }))
    }

    async fn client_stream(&self, request: Request<Streaming<Item>>) -> Result<Response<Item>, Status> {
        let mut answer = self.enter(&request)?;
        match request.metadata().get(EARLY).map(tonic::metadata::MetadataValue::as_bytes) {
            Some(b"error") => return Err(Status::data_loss(TWO_LINES)),
            Some(_) => return Ok(Response::new(answer)),
            None => {}
        }
        let mut items = request.into_inner();
        while let Some(item) = items.next().await {
            let item = item?;
            answer.text.push_str(&item.text);
            answer.payload.extend(item.payload);
        }
        Ok(Response::new(answer))
    }

    type ServerStreamStream = Items;

    async fn server_stream(&self, request: Request<Item>) -> Result<Response<Items>, Status> {
        let answer = self.enter(&request)?;
        let last = match request.get_ref().text.as_str() {
            MANY => {
                let item = |number: usize| Item { text: number.to_string(), payload: vec![7; LARGE] };
                return Ok(Response::new(Box::pin(tokio_stream::iter((0..MANY_ITEMS).map(item).map(Ok)))));
            }
            FAIL => Err(Status::data_loss(TWO_LINES)),
            _ => Ok(answer.clone()),
        };
        Ok(Response::new(Box::pin(tokio_stream::iter([Ok(answer), last]))))
    }

    type BidiStream = Items;

    async fn bidi(&self, request: Request<Streaming<Item>>) -> Result<Response<Items>, Status> {
        let answer = self.enter(&request)?;
        let echoed = request.into_inner().map(move |item| {
            item.map(|item| Item { text: format!("{}: {}", answer.text, item.text), payload: item.payload })
        });
        Ok(Response::new(Box::pin(echoed)))
    }

    async fn open(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        let answer = self.enter(&request)?;
        match request.get_ref().text.as_str() {
            FAIL => return Err(Status::data_loss(TWO_LINES)),
            PANIC => std::panic::resume_unwind(Box::new("a handler's")),
            "wait" => {
                self.waiting.notify_one();
                self.go_on.notified().await;
            }
            _ => {}
        }
        Ok(Response::new(answer))
    }
}

#[tonic::async_trait]
impl proto::defaulted_server::Defaulted for Handlers {
    async fn inherits(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        self.enter(&request).map(Response::new)
    }

    async fn overrides(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        self.enter(&request).map(Response::new)
    }
}
