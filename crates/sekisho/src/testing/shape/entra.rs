//! Microsoft Entra ID.

use serde_json::{Value, json};

use super::Written;

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
/// Microsoft Graph.
const ANOTHER: &str = "00000003-0000-0000-c000-000000000000";

pub(super) fn v2_person(issuer: &str, audience: &str) -> Written {
    v2(issuer, audience).with(json!({ "name": "Alice", "preferred_username": "alice@example.com" }))
}

pub(super) fn v2_service(issuer: &str, audience: &str) -> Written {
    v2(issuer, audience).with(json!({ "idtyp": "app", "azpacr": "1" }))
}

pub(super) fn v1_person(issuer: &str, audience: &str) -> Written {
    v1(issuer, audience).with(json!({ "upn": "alice@example.com" }))
}

pub(super) fn v1_service(issuer: &str, audience: &str) -> Written {
    v1(issuer, audience).with(json!({ "appidacr": "1" }))
}

/// There is no claim without a scope.
pub(super) fn granted_to_person(scopes: &str) -> Value {
    if scopes.is_empty() { json!({ "scp": null }) } else { json!({ "scp": scopes }) }
}

pub(super) fn granted_to_service(roles: &[&str]) -> Value {
    if roles.is_empty() { json!({ "roles": null }) } else { json!({ "roles": roles }) }
}

fn v2(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "aud": audience, "tid": TENANT, "ver": "2.0", "aio": "x", "uti": "x", "rh": "x", "azp": CLIENT,
        "azpacr": "0", "oid": "o", "sub": "s",
    });
    Written::new(members)
        .typ("JWT")
        .nbf()
        .for_another_audience(json!({ "aud": ANOTHER }))
        .id_token(json!({
            "iss": issuer, "aud": CLIENT, "tid": TENANT, "ver": "2.0", "aio": "x", "uti": "x", "rh": "x", "oid": "o",
            "sub": "s", "nonce": "n", "name": "Alice",
        }))
}

fn v1(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "aud": audience, "tid": TENANT, "ver": "1.0", "appid": CLIENT, "appidacr": "0", "oid": "o",
        "sub": "s", "idp": issuer,
    });
    Written::new(members)
        .typ("JWT")
        .header("x5t", "x")
        .nbf()
        .for_another_audience(json!({ "aud": "https://graph.microsoft.com" }))
        .id_token(json!({
            "iss": issuer, "aud": CLIENT, "tid": TENANT, "ver": "1.0", "oid": "o", "sub": "s", "nonce": "n",
        }))
}
