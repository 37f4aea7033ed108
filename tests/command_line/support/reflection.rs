//! A stream that takes a token, where `reflection` is `authenticated`.
#![allow(clippy::expect_used, reason = "a test's support may fail by panicking, as its tests do")]

use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::transport::Channel;
use tonic::{Request, Status, Streaming};
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

/// By which one may ask again and again.
pub(crate) struct Reflection {
    questions: mpsc::UnboundedSender<ServerReflectionRequest>,
    answers: Streaming<ServerReflectionResponse>,
}

impl Reflection {
    pub(crate) async fn open(channel: Channel, token: &str) -> Self {
        let (questions, receiver) = mpsc::unbounded_channel();
        let mut request = Request::new(UnboundedReceiverStream::new(receiver));
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("a value"));
        let answers = ServerReflectionClient::new(channel).server_reflection_info(request).await;
        Self { questions, answers: answers.expect("a stream").into_inner() }
    }

    /// Asks once more, and waits for the answer.
    pub(crate) async fn ask(&mut self) -> Result<(), Status> {
        let message_request = Some(MessageRequest::ListServices(String::new()));
        let _ = self.questions.send(ServerReflectionRequest { host: String::new(), message_request });
        self.next().await
    }

    /// Waits for an answer, or for its end.
    pub(crate) async fn next(&mut self) -> Result<(), Status> {
        self.answers.message().await?.map(drop).ok_or_else(|| Status::ok("an end without a fault"))
    }
}
