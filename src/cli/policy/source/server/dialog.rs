//! The one stream on which everything is asked. As many answers are read as there are questions.

use futures_util::stream;
use http::uri::PathAndQuery;
use prost::Message as _;
use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ErrorResponse, ServerReflectionRequest, ServerReflectionResponse};

use super::TOKEN_VARIABLE;
use super::files::{Files, Import};
use super::question::{self, excerpt, is_file_name, is_service_name};
use crate::cli::text::with_causes;

/// The messages of both versions are the same; what differs is the name of the service.
const V1: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const V1ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

/// The largest answer, and the most bytes of all answers together.
const MAX_ANSWER: usize = 16 * 1024 * 1024;
const MAX_ANSWERS: usize = 64 * 1024 * 1024;

/// The most services that are listed.
const MAX_SERVICES: usize = 10_000;

/// Questions that may wait for their answers at once.
const MAX_IN_FLIGHT: usize = 64;

pub(super) struct Dialog {
    questions: mpsc::UnboundedSender<ServerReflectionRequest>,
    answers: Streaming<ServerReflectionResponse>,
    received: usize,
}

impl Dialog {
    /// Opens it by the newer version, or else by the older one; with the services that the server lists. Where the
    /// connection fails, the error ends with the hint.
    pub(super) async fn open(
        channel: Channel,
        token: Option<MetadataValue<Ascii>>,
        hint: &str,
    ) -> Result<(Self, Vec<String>), String> {
        let opened = match Self::list(channel.clone(), V1, token.clone()).await {
            Err(Fault::Status(status)) if status.code() == Code::Unimplemented => {
                Self::list(channel, V1ALPHA, token.clone()).await
            }
            opened => opened,
        };
        let (dialog, answer) = opened.map_err(|fault| fault.at_first(token.is_some(), hint))?;
        Ok((dialog, services(answer)?))
    }

    async fn list(
        channel: Channel,
        path: &'static str,
        token: Option<MetadataValue<Ascii>>,
    ) -> Result<(Self, Option<MessageResponse>), Fault> {
        let (questions, receiver) = mpsc::unbounded_channel();
        // Some servers answer nothing, not even a head, before they are asked something.
        let _ = questions.send(question::services());
        let questions_sent = stream::unfold(receiver, |mut questions| async move {
            questions.recv().await.map(|question| (question, questions))
        });
        let mut request = Request::new(questions_sent);
        if let Some(token) = token {
            request.metadata_mut().insert("authorization", token);
        }
        let mut client = Grpc::new(channel).max_decoding_message_size(MAX_ANSWER);
        client.ready().await.map_err(|error| Fault::Other(with_causes(&error)))?;
        let codec = ProstCodec::<ServerReflectionRequest, ServerReflectionResponse>::default();
        let answers = client.streaming(request, PathAndQuery::from_static(path), codec).await?.into_inner();
        let mut dialog = Self { questions, answers, received: 0 };
        let answer = dialog.next().await?;
        Ok((dialog, answer))
    }

    /// Asks for the file of each service; some may be without one.
    pub(super) async fn files_of_services(
        &mut self,
        services: &[String],
        is_dispensable: impl Fn(&str) -> bool,
        files: &mut Files,
    ) -> Result<(), String> {
        for some in services.chunks(MAX_IN_FLIGHT) {
            let answers = self.ask(some.iter().map(|name| question::file_of_service(name))).await?;
            for (service, answer) in some.iter().zip(answers) {
                if is_dispensable(service) && is_error(answer.as_ref()) {
                    continue;
                }
                take(answer, files, || format!("the file of {}", excerpt(service)))?;
            }
        }
        Ok(())
    }

    /// Asks for the imports that were not sent along, and for theirs.
    pub(super) async fn missing_imports(&mut self, files: &mut Files) -> Result<(), String> {
        loop {
            let missing = files.take_missing();
            if missing.is_empty() {
                return Ok(());
            }
            if let Some(import) = missing.iter().find(|import| !is_file_name(&import.name)) {
                let (importer, name) = (excerpt(&import.importer), excerpt(&import.name));
                return Err(format!("{importer} has an import that is no path: {name:?}"));
            }
            for some in missing.chunks(MAX_IN_FLIGHT) {
                let answers = self.ask(some.iter().map(|import| question::file(&import.name))).await?;
                for (import, answer) in some.iter().zip(answers) {
                    take_import(import, answer, files)?;
                }
            }
        }
    }

    /// Asks all of these, and reads as many answers.
    async fn ask(
        &mut self,
        questions: impl ExactSizeIterator<Item = ServerReflectionRequest>,
    ) -> Result<Vec<Option<MessageResponse>>, String> {
        let mut answers = Vec::with_capacity(questions.len());
        let asked = questions.len();
        for question in questions {
            let _ = self.questions.send(question);
        }
        for _ in 0..asked {
            answers.push(self.next().await.map_err(|fault| fault.told())?);
        }
        Ok(answers)
    }

    async fn next(&mut self) -> Result<Option<MessageResponse>, Fault> {
        let answer = self.answers.message().await?;
        let answer =
            answer.ok_or_else(|| Fault::Other("it ended the stream and left a question open".to_owned()))?;
        self.received += answer.encoded_len();
        if self.received > MAX_ANSWERS {
            return Err(Fault::Other(format!(
                "its answers are more than {} MiB together",
                MAX_ANSWERS >> 20
            )));
        }
        Ok(answer.message_response)
    }
}

/// The names that it lists, sorted, each once.
fn services(answer: Option<MessageResponse>) -> Result<Vec<String>, String> {
    let listed = match answer {
        Some(MessageResponse::ListServicesResponse(listed)) => listed.service,
        Some(MessageResponse::ErrorResponse(error)) => {
            return Err(format!("asked for its services, it answered {}", of_answer(&error)));
        }
        _ => return Err("asked for its services, it answered with something else".to_owned()),
    };
    if listed.len() > MAX_SERVICES {
        return Err(format!("it lists more than {MAX_SERVICES} services"));
    }
    let mut names: Vec<String> = listed.into_iter().map(|service| service.name).collect();
    if let Some(name) = names.iter().find(|name| !is_service_name(name)) {
        return Err(format!("it lists a service whose name is none: {:?}", excerpt(name)));
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn take(
    answer: Option<MessageResponse>,
    files: &mut Files,
    asked: impl Fn() -> String,
) -> Result<(), String> {
    match answer {
        Some(MessageResponse::FileDescriptorResponse(sent)) => {
            sent.file_descriptor_proto.into_iter().try_for_each(|file| files.add(file))
        }
        Some(MessageResponse::ErrorResponse(error)) => {
            Err(format!("asked for {}, it answered {}", asked(), of_answer(&error)))
        }
        _ => Err(format!("asked for {}, it answered with something else", asked())),
    }
}

fn take_import(import: &Import, answer: Option<MessageResponse>, files: &mut Files) -> Result<(), String> {
    if import.is_optional && is_error(answer.as_ref()) {
        return Ok(());
    }
    let asked = || format!("{}, which {} imports", excerpt(&import.name), excerpt(&import.importer));
    take(answer, files, asked)?;
    if files.has(&import.name) { Ok(()) } else { Err(format!("asked for {}, it sent another file", asked())) }
}

fn is_error(answer: Option<&MessageResponse>) -> bool {
    matches!(answer, Some(MessageResponse::ErrorResponse(_)))
}

fn of_answer(error: &ErrorResponse) -> String {
    let code = Code::from_i32(error.error_code);
    if error.error_message.is_empty() {
        format!("{code:?}")
    } else {
        format!("{code:?}: {}", error.error_message)
    }
}

/// Why there is no further answer.
enum Fault {
    Status(Box<Status>),
    Other(String),
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(Box::new(status))
    }
}

impl Fault {
    fn told(&self) -> String {
        match self {
            Self::Status(status) => of_status(status),
            Self::Other(text) => text.clone(),
        }
    }

    /// Of the first question: why, and what to do.
    fn at_first(&self, has_token: bool, hint: &str) -> String {
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
            // It is not the server's word: the connection failed.
            _ if std::error::Error::source(status.as_ref()).is_some() => format!("{told} {hint}"),
            _ => told,
        }
    }
}

/// A status and what caused it.
fn of_status(status: &Status) -> String {
    let code = status.code().description();
    let cause = std::error::Error::source(status).map(|cause| format!(": {}", with_causes(cause)));
    let cause = cause.unwrap_or_default();
    if status.message().is_empty() {
        format!("{code}{cause}")
    } else {
        format!("{code}: {}{cause}", status.message())
    }
}
