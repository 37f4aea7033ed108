//! Authorization server metadata (RFC 8414 §2).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{AuthorizationServer, client_authentication, routes, token_endpoint};

/// The document by which a client that knows the issuer finds all else.
pub(super) fn document(server: &AuthorizationServer) -> Value {
    let endpoint = |path: &str| format!("{}{path}", server.issuer.trim_end_matches('/'));
    let scopes: BTreeSet<_> = server.clients.iter().flat_map(|client| &client.scopes).collect();
    json!({
        "issuer": server.issuer,
        "token_endpoint": endpoint(token_endpoint::PATH),
        "jwks_uri": endpoint(routes::JWKS_PATH),
        // Required even of a server without authorization endpoint, which has nothing to list.
        "response_types_supported": [],
        "grant_types_supported": token_endpoint::GRANT_TYPES,
        "token_endpoint_auth_methods_supported": client_authentication::METHODS,
        "scopes_supported": scopes,
    })
}
