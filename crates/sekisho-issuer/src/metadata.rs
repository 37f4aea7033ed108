//! Authorization server metadata (RFC 8414 §2, OpenID Connect Discovery §3).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::client::Client;
use super::{
    AuthorizationServer, authorization_endpoint, authorization_request, client_authentication, language,
    log_out, pkce, prompt, revocation, routes, token_endpoint, userinfo,
};

/// The document by which a client that knows the issuer finds all else.
pub(super) fn document(server: &AuthorizationServer) -> Value {
    let scopes: BTreeSet<_> =
        server.clients.iter().flat_map(Client::listed_scopes).chain(server.scopes.scopes()).collect();
    json!({
        "issuer": server.issuer,
        "authorization_endpoint": server.endpoint(authorization_endpoint::PATH),
        "token_endpoint": server.endpoint(token_endpoint::PATH),
        "userinfo_endpoint": server.endpoint(userinfo::PATH),
        "revocation_endpoint": server.endpoint(revocation::PATH),
        "end_session_endpoint": server.endpoint(log_out::PATH),
        "jwks_uri": server.endpoint(routes::JWKS_PATH),
        "scopes_supported": scopes,
        "response_types_supported": [authorization_request::RESPONSE_TYPE],
        "response_modes_supported": [authorization_request::RESPONSE_MODE],
        "grant_types_supported": token_endpoint::GRANT_TYPES,
        "code_challenge_methods_supported": [pkce::METHOD],
        "prompt_values_supported": prompt::VALUES,
        "token_endpoint_auth_methods_supported": client_authentication::METHODS,
        "revocation_endpoint_auth_methods_supported": client_authentication::METHODS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid",
            "name", "nickname", "email", "email_verified",
        ],
        "ui_locales_supported": language::TAGS,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        // Without this one it would be taken for supported.
        "request_uri_parameter_supported": false,
    })
}
