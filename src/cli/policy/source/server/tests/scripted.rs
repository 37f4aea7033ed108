//! A server whose answers are written by a test.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::{Stream, StreamExt as _, stream};
use prost::Message as _;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, Streaming};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::server_reflection_server::{ServerReflection, ServerReflectionServer};
use tonic_reflection::pb::v1::{
    ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
    ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
};

/// To one question; the stream ends behind none, and behind a status.
pub(super) type Answers = Vec<Result<MessageResponse, Status>>;
pub(super) type Script = Box<dyn Fn(&MessageRequest) -> Answers + Send + Sync>;

struct Scripted(Arc<Script>);

#[tonic::async_trait]
impl ServerReflection for Scripted {
    type ServerReflectionInfoStream =
        Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

    async fn server_reflection_info(
        &self,
        request: Request<Streaming<ServerReflectionRequest>>,
    ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
        let script = Arc::clone(&self.0);
        let answers = request.into_inner().map(move |question| {
            let question = question.ok()?.message_request?;
            Some(script(&question)).filter(|answers| !answers.is_empty())
        });
        let answers = answers.take_while(|answers| std::future::ready(answers.is_some()));
        let answers = answers.flat_map(|answers| stream::iter(answers.unwrap_or_default()));
        Ok(Response::new(Box::pin(answers.map(|answer| {
            answer.map(|answer| ServerReflectionResponse {
                message_response: Some(answer),
                ..ServerReflectionResponse::default()
            })
        }))))
    }
}

pub(super) async fn serve(script: Script) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = ServerReflectionServer::new(Scripted(Arc::new(script)));
    let service = service.max_encoding_message_size(usize::MAX);
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> MessageResponse {
    let service = names.into_iter().map(|name| ServiceResponse { name: name.to_owned() }).collect();
    MessageResponse::ListServicesResponse(ListServiceResponse { service })
}

pub(super) fn files(files: impl IntoIterator<Item = Vec<u8>>) -> MessageResponse {
    let file_descriptor_proto = files.into_iter().collect();
    MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto })
}

/// Of extensions, which nobody asks for.
pub(super) fn numbers(count: usize) -> MessageResponse {
    let numbers =
        ExtensionNumberResponse { extension_number: vec![1; count], ..ExtensionNumberResponse::default() };
    MessageResponse::AllExtensionNumbersResponse(numbers)
}

pub(super) fn error(code: i32, message: &str) -> MessageResponse {
    MessageResponse::ErrorResponse(ErrorResponse { error_code: code, error_message: message.to_owned() })
}

/// Declared beside services, it gives them a rule.
pub(super) const ACCESS: &str = "(access)";

#[derive(Clone, PartialEq, prost::Message)]
struct File {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, repeated, tag = "3")]
    imports: Vec<String>,
    #[prost(message, repeated, tag = "6")]
    services: Vec<Service>,
}

/// Its full name: the file has no package.
#[derive(Clone, PartialEq, prost::Message)]
struct Service {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "3")]
    options: Option<Options>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Options {
    #[prost(bytes = "vec", tag = "57205")]
    access: Vec<u8>,
}

/// A file that imports these and declares these services.
pub(super) fn file(name: &str, imports: &[&str], services: &[&str]) -> Vec<u8> {
    let access = services.contains(&ACCESS).then(|| Options { access: vec![8, 1] });
    let services = services.iter().filter(|name| **name != ACCESS);
    let file = File {
        name: name.to_owned(),
        imports: imports.iter().map(ToString::to_string).collect(),
        services: services
            .map(|name| Service { name: (*name).to_owned(), options: access.clone() })
            .collect(),
    };
    file.encode_to_vec()
}
