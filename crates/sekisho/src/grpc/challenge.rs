//! The challenge of a refusal: `www-authenticate` (RFC 6750 §3), one entry an alternative where it names
//! scopes, since `scope` holds one set (RFC 6749 §3.3).

use tonic::metadata::{MetadataMap, MetadataValue};

use crate::authorizer::Denial;
use crate::policy::{Alternatives, Method};
use crate::scope::ScopePrefix;
use crate::token::{CredentialsError, TokenError};

const HEADER: &str = "www-authenticate";

pub(super) fn append(
    metadata: &mut MetadataMap,
    denial: &Denial,
    method: Option<&Method>,
    prefix: &ScopePrefix,
) {
    // All that is required, and not only what is missing: a client that asks for what a challenge names gets a
    // token with just that.
    let required = || method.and_then(|method| method.rule().required()).map(|it| it.with_prefix(prefix));
    match denial {
        Denial::UnknownMethod | Denial::KeysUnavailable { .. } => {}
        // A caller that sent nothing did nothing wrong, so no error code (§3.1).
        Denial::Token(TokenError::Credentials(CredentialsError::Missing)) => {
            append_with_scopes(metadata, "Bearer", " ", required());
        }
        Denial::Token(TokenError::Credentials(_)) => {
            append_one(metadata, r#"Bearer error="invalid_request""#);
        }
        Denial::Token(_) => append_one(metadata, r#"Bearer error="invalid_token""#),
        Denial::InsufficientScope { .. } => {
            append_with_scopes(metadata, r#"Bearer error="insufficient_scope""#, ", ", required());
        }
    }
}

fn append_with_scopes(
    metadata: &mut MetadataMap,
    challenge: &str,
    separator: &str,
    required: Option<Alternatives>,
) {
    let Some(alternatives) = required else { return append_one(metadata, challenge) };
    for scopes in alternatives.iter() {
        // No scope token has a character that would have to be quoted.
        append_one(metadata, &format!(r#"{challenge}{separator}scope="{scopes}""#));
    }
}

fn append_one(metadata: &mut MetadataMap, challenge: &str) {
    if let Ok(value) = MetadataValue::try_from(challenge) {
        metadata.append(HEADER, value);
    }
}
