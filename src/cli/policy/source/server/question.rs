//! What is asked, and what a server may be asked about.

use tonic::metadata::{Ascii, MetadataValue};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;

use super::TOKEN_VARIABLE;
use crate::config::Secret;

/// The longest name of a service or of a file, in bytes.
const MAX_NAME: usize = 1000;

pub(super) fn services() -> ServerReflectionRequest {
    question(MessageRequest::ListServices("*".to_owned()))
}

pub(super) fn file_of_service(name: &str) -> ServerReflectionRequest {
    question(MessageRequest::FileContainingSymbol(name.to_owned()))
}

pub(super) fn file(name: &str) -> ServerReflectionRequest {
    question(MessageRequest::FileByFilename(name.to_owned()))
}

fn question(question: MessageRequest) -> ServerReflectionRequest {
    ServerReflectionRequest { host: String::new(), message_request: Some(question) }
}

/// The `authorization` entry (RFC 6750 §2.1), which no log shows.
pub(super) fn credentials(token: &Secret) -> Result<MetadataValue<Ascii>, String> {
    let token = token.0.trim();
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let credentials = format!("Bearer {token}").parse::<MetadataValue<Ascii>>().ok();
    let mut credentials =
        credentials.filter(|_| !token.is_empty() && token.chars().all(is_token)).ok_or_else(|| {
            format!("{TOKEN_VARIABLE} holds no access token; expected the token alone, without `Bearer`")
        })?;
    credentials.set_sensitive(true);
    Ok(credentials)
}

/// Whether it is of gRPC itself: reflection, health, channelz, and the like.
pub(super) fn is_of_grpc(service: &str) -> bool {
    service.starts_with("grpc.")
}

/// Whether a service may be called this: identifiers with dots between them.
pub(super) fn is_service_name(name: &str) -> bool {
    let is_identifier = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    name.len() <= MAX_NAME && name.split('.').all(is_identifier)
}

/// Whether a file may be called this: a path that a terminal shows as it is.
pub(super) fn is_file_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(crate::cli::text::is_shown)
}

/// A name of a stranger's, short enough for an error.
pub(super) fn excerpt(name: &str) -> String {
    const MOST: usize = 100;
    let short: String = name.chars().take(MOST).collect();
    if short.len() < name.len() { format!("{short}…") } else { short }
}
