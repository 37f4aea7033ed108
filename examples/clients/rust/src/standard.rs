//! What every gRPC server may offer besides its own services: its health, and what it serves.

use tonic::Status;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::{AuthorizedChannel, within_deadline};

/// Of the server as a whole.
pub(crate) async fn health(channel: AuthorizedChannel) -> Result<String, Status> {
    let request = within_deadline(HealthCheckRequest::default());
    let answer = HealthClient::new(channel).check(request).await?.into_inner();
    Ok(answer.status().as_str_name().to_owned())
}

/// The names of all services that the server lists.
pub(crate) async fn reflection(channel: AuthorizedChannel) -> Result<String, Status> {
    let list = Some(MessageRequest::ListServices(String::new()));
    let question = ServerReflectionRequest { message_request: list, ..Default::default() };
    let request = within_deadline(tokio_stream::once(question));
    let mut answers =
        ServerReflectionClient::new(channel).server_reflection_info(request).await?.into_inner();
    let mut names = Vec::new();
    while let Some(answer) = answers.message().await? {
        match answer.message_response {
            Some(MessageResponse::ListServicesResponse(list)) => {
                names.extend(list.service.into_iter().map(|service| service.name));
            }
            Some(MessageResponse::ErrorResponse(error)) => {
                return Err(Status::new(error.error_code.into(), error.error_message));
            }
            _ => {}
        }
    }
    names.sort();
    Ok(names.join(" "))
}
