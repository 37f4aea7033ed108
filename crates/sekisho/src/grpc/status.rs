//! The one map from a [`Denial`] to a gRPC status.

use std::collections::HashMap;

use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::challenge;
use crate::authorizer::Denial;
use crate::policy::Method;
use crate::scope::ScopePrefix;

/// `ErrorInfo.domain` of every refusal (AIP-193).
pub const DOMAIN: &str = "sekisho";

/// The status that a refused call ends with: details as `google.rpc.Status` with one `ErrorInfo`, and the
/// challenge of RFC 6750 §3 under `www-authenticate`.
///
/// Both name scopes as the caller has to ask the issuer for them: with the prefix that
/// [`Verdict::scope_prefix`](crate::authorizer::Verdict::scope_prefix) tells, if there is one.
///
/// ```
/// use sekisho::authorizer::Verdict;
///
/// fn refusal(verdict: &Verdict) -> Option<tonic::Status> {
///     let denial = verdict.result().err()?;
///     Some(sekisho::grpc::status_of(denial, verdict.method(), verdict.scope_prefix()))
/// }
/// ```
pub fn status_of(denial: &Denial, method: Option<&Method>, prefix: Option<&ScopePrefix>) -> Status {
    let no_prefix = ScopePrefix::default();
    let prefix = prefix.unwrap_or(&no_prefix);
    let Some(reason) = denial.reason() else {
        return Status::unimplemented(denial.to_string());
    };
    let mut details =
        ErrorDetails::with_error_info(reason, DOMAIN, error_info_metadata(denial, method, prefix));
    if let Denial::KeysUnavailable { retry_after } = denial {
        details.set_retry_info(Some(*retry_after));
    }
    let mut metadata = MetadataMap::new();
    challenge::append(&mut metadata, denial, method, prefix);
    Status::with_error_details_and_metadata(code(denial), denial.to_string(), details, metadata)
}

fn code(denial: &Denial) -> Code {
    match denial {
        Denial::UnknownMethod => Code::Unimplemented,
        Denial::Token(_) => Code::Unauthenticated,
        Denial::InsufficientScope { .. } => Code::PermissionDenied,
        Denial::KeysUnavailable { .. } => Code::Unavailable,
    }
}

fn error_info_metadata(
    denial: &Denial,
    method: Option<&Method>,
    prefix: &ScopePrefix,
) -> HashMap<String, String> {
    let mut metadata = HashMap::new();
    if let Some(method) = method {
        metadata.insert("service".to_owned(), method.service().to_owned());
        metadata.insert("method".to_owned(), method.name().to_owned());
        if let Some(required) = method.rule().required() {
            metadata.insert("requiredScopes".to_owned(), required.with_prefix(prefix).to_string());
        }
    }
    if let Denial::InsufficientScope { missing } = denial {
        metadata.insert("missingScopes".to_owned(), missing.with_prefix(prefix).to_string());
    }
    metadata
}
