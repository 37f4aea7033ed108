//! The stream on which everything is asked. As many answers are read as there are questions.

use std::error::Error as _;

use futures_util::stream;
use http::uri::PathAndQuery;
use prost::Message as _;
use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ErrorResponse, ServerReflectionRequest, ServerReflectionResponse};

use super::TOKEN_VARIABLE;
use super::codec::ReflectionCodec;
use crate::cli::text::with_causes;

/// The messages of both versions are the same; what differs is the name of the service.
pub(super) const V1: PathAndQuery =
    PathAndQuery::from_static("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
pub(super) const V1ALPHA: PathAndQuery =
    PathAndQuery::from_static("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");

/// The largest answer, and the most bytes of all answers together.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
const MAX_ANSWERS: usize = 64 * 1024 * 1024;

/// An answer may be of no kind that is known.
pub(super) type Answer = Option<MessageResponse>;

/// Who is asked, and how.
pub(super) struct Call {
    channel: Channel,
    path: PathAndQuery,
    token: Option<MetadataValue<Ascii>>,
    /// The one that is open.
    stream: Option<Stream>,
    received: usize,
}

struct Stream {
    questions: mpsc::UnboundedSender<ServerReflectionRequest>,
    answers: Streaming<ServerReflectionResponse>,
}

impl Call {
    pub(super) fn new(channel: Channel, path: PathAndQuery, token: Option<MetadataValue<Ascii>>) -> Self {
        Self { channel, path, token, stream: None, received: 0 }
    }

    /// Asks all of these, and reads as many answers.
    ///
    /// What a server does not have is an answer, too. Some (tonic's own) end the stream with it; then the rest is asked on
    /// another one.
    pub(super) async fn ask(&mut self, questions: &[ServerReflectionRequest]) -> Result<Vec<Answer>, Fault> {
        let mut answers = Vec::with_capacity(questions.len());
        while answers.len() < questions.len() {
            if let Err(fault) = self.read_answers(&questions[answers.len()..], &mut answers).await {
                answers.push(Some(fault.not_found()?));
                self.stream = None;
            }
        }
        Ok(answers)
    }

    async fn read_answers(
        &mut self,
        questions: &[ServerReflectionRequest],
        answers: &mut Vec<Answer>,
    ) -> Result<(), Fault> {
        let mut stream = match self.stream.take() {
            Some(stream) => {
                send(&stream.questions, questions);
                stream
            }
            None => self.open(questions).await?,
        };
        for _ in questions {
            let answer = stream.next().await?;
            self.received += answer.encoded_len();
            if self.received > MAX_ANSWERS {
                let most = MAX_ANSWERS >> 20;
                return Err(Fault::Other(format!("its answers are more than {most} MiB together")));
            }
            answers.push(answer.message_response);
        }
        self.stream = Some(stream);
        Ok(())
    }

    async fn open(&self, questions: &[ServerReflectionRequest]) -> Result<Stream, Fault> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let asked = stream::unfold(receiver, |mut questions| async move {
            questions.recv().await.map(|question| (question, questions))
        });
        let mut request = Request::new(asked);
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", token.clone());
        }
        // Some servers answer nothing, not even a head, before they are asked something.
        send(&sender, questions);
        let mut client = Grpc::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER);
        client.ready().await.map_err(|error| Fault::Other(with_causes(&error)))?;
        let answers = client.streaming(request, self.path.clone(), ReflectionCodec).await?.into_inner();
        Ok(Stream { questions: sender, answers })
    }
}

impl Stream {
    async fn next(&mut self) -> Result<ServerReflectionResponse, Fault> {
        let answer = self.answers.message().await?;
        answer.ok_or_else(|| Fault::Other("it ended the stream and left a question open".to_owned()))
    }
}

/// Where nobody listens any more, there is no answer either.
fn send(to: &mpsc::UnboundedSender<ServerReflectionRequest>, questions: &[ServerReflectionRequest]) {
    for question in questions {
        let _ = to.send(question.clone());
    }
}

/// Why there is no further answer.
pub(super) enum Fault {
    Status(Box<Status>),
    Other(String),
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

impl Fault {
    pub(super) fn told(&self) -> String {
        match self {
            Self::Status(status) => of_status(status),
            Self::Other(text) => text.clone(),
        }
    }

    /// The answer that a server does not have what was asked for, if that is what it says.
    fn not_found(self) -> Result<MessageResponse, Self> {
        match self {
            Self::Status(status) if status.code() == Code::NotFound => {
                let (error_code, error_message) = (status.code().into(), status.message().to_owned());
                Ok(MessageResponse::ErrorResponse(ErrorResponse { error_code, error_message }))
            }
            other => Err(other),
        }
    }

    /// Whether the server does not know the method.
    pub(super) fn is_unimplemented(&self) -> bool {
        matches!(self, Self::Status(status) if status.code() == Code::Unimplemented)
    }

    /// Of the first question: why, and what to do. Where the connection failed, that is the hint.
    pub(super) fn at_first(&self, has_token: bool, hint: &str) -> String {
        let told = self.told();
        let Self::Status(status) = self else { return told };
        match (status.code(), has_token) {
            (Code::Unimplemented, _) => format!(
                "it has no reflection, neither grpc.reflection.v1 nor v1alpha ({told}); name its descriptors by \
                 --descriptors or --proto"
            ),
            (Code::Unauthenticated, false) => {
                format!("{told} (its reflection asks for a token: set {TOKEN_VARIABLE})")
            }
            (Code::Unauthenticated | Code::PermissionDenied, true) => {
                format!("{told} (of the token in {TOKEN_VARIABLE})")
            }
            // It is not the server's word.
            _ if status.source().is_some() => format!("{told} {hint}"),
            _ => told,
        }
    }
}

/// A status and what caused it.
fn of_status(status: &Status) -> String {
    let code = status.code().description();
    let cause = status.source().map(|cause| format!(": {}", with_causes(cause)));
    let cause = cause.unwrap_or_default();
    if status.message().is_empty() {
        format!("{code}{cause}")
    } else {
        format!("{code}: {}{cause}", status.message())
    }
}
