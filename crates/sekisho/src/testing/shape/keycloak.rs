//! Keycloak.

use serde_json::{Value, json};

use super::Written;

/// What each client has by default.
pub(super) const OF_OPENID: &str = "openid email profile";

pub(super) fn by_code(issuer: &str, audience: &str) -> Written {
    written(issuer, audience).with(json!({ "sid": "s", "auth_time": 1 }))
}

pub(super) fn by_client_credentials(issuer: &str, audience: &str) -> Written {
    written(issuer, audience).with(json!({ "azp": "m2m", "client_id": "m2m", "clientHost": "127.0.0.1" }))
}

/// `scope` then has nothing of the API's.
pub(super) fn realm_roles(roles: &[&str]) -> Value {
    let roles = [&["offline_access", "default-roles-example"][..], roles].concat();
    json!({ "scope": OF_OPENID, "realm_access": { "roles": roles } })
}

pub(super) fn client_roles(roles: &[&str]) -> Value {
    json!({ "scope": OF_OPENID, "resource_access": { "my.api": { "roles": roles } } })
}

fn written(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "jti": "trrtcc:1", "typ": "Bearer", "azp": "page", "aud": [audience, "account"], "sub": "d2c0",
        "acr": "1", "allowed-origins": ["/*"],
        "realm_access": { "roles": ["offline_access", "default-roles-example"] },
        "resource_access": { "account": { "roles": ["manage-account"] } },
    });
    Written::new(members)
        .typ("JWT")
        .for_another_audience(json!({ "aud": "account" }))
        .id_token(json!({
            "iss": issuer, "jti": "trrtcc:1", "typ": "ID", "azp": "page", "aud": "page", "sub": "d2c0", "acr": "1",
            "nonce": "n", "at_hash": "h", "sid": "s",
        }))
}
