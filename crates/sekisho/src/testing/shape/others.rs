//! Auth0, Okta, Amazon Cognito, Ory Hydra, Spring Authorization Server.

use serde_json::json;

use super::Written;

pub(super) fn auth0(issuer: &str, audience: &str) -> Written {
    let userinfo = format!("{issuer}userinfo");
    let members = json!({
        "iss": issuer, "sub": "auth0|6581", "aud": [audience, userinfo], "azp": "page", "permissions": [],
    });
    Written::new(members)
        .typ("JWT")
        .for_another_audience(json!({ "aud": [userinfo] }))
        .id_token(auth0_id_token(issuer))
}

pub(super) fn auth0_rfc9068(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "sub": "m2m@clients", "aud": audience, "jti": "Vx1", "client_id": "m2m",
        "gty": "client-credentials",
    });
    Written::new(members).typ("at+jwt").id_token(auth0_id_token(issuer))
}

fn auth0_id_token(issuer: &str) -> serde_json::Value {
    json!({ "iss": issuer, "sub": "auth0|6581", "aud": "page", "sid": "s", "nonce": "n", "name": "Alice" })
}

pub(super) fn okta(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "ver": 1, "jti": "AT.x", "iss": issuer, "aud": audience, "cid": "page", "uid": "00u1", "auth_time": 1,
        "sub": "alice@example.com",
    });
    Written::new(members).for_another_audience(json!({ "aud": "https://example.okta.com" })).id_token(json!({
        "ver": 1, "jti": "ID.x", "iss": issuer, "aud": "page", "sub": "00u1", "amr": ["pwd"], "idp": "00o1",
        "nonce": "n", "at_hash": "h", "auth_time": 1,
    }))
}

pub(super) fn cognito(issuer: &str, audience: &str) -> Written {
    cognito_token(issuer, audience).with(json!({ "username": "alice" }))
}

pub(super) fn cognito_service(issuer: &str, audience: &str) -> Written {
    cognito_token(issuer, audience).with(json!({ "sub": audience }))
}

fn cognito_token(issuer: &str, client: &str) -> Written {
    let members = json!({
        "iss": issuer, "sub": "aaaa", "token_use": "access", "version": 2, "jti": "j", "client_id": client,
        "auth_time": 1, "origin_jti": "o",
    });
    Written::new(members).for_another_audience(json!({ "client_id": "another-client" })).id_token(json!({
        "iss": issuer, "sub": "aaaa", "aud": client, "token_use": "id", "cognito:username": "alice", "auth_time": 1,
        "origin_jti": "o", "jti": "j", "email_verified": true,
    }))
}

pub(super) fn hydra(issuer: &str, audience: &str) -> Written {
    let members = json!({
        "iss": issuer, "sub": "m2m", "aud": [audience], "client_id": "m2m", "ext": {}, "jti": "j",
    });
    Written::new(members).typ("JWT").nbf().for_another_audience(json!({ "aud": [] })).id_token(json!({
        "iss": issuer, "sub": "alice", "aud": ["page"], "at_hash": "h", "nonce": "n", "jti": "j", "rat": 1, "sid": "s",
    }))
}

pub(super) fn spring(issuer: &str, audience: &str) -> Written {
    let members = json!({ "iss": issuer, "sub": "m2m", "aud": audience, "jti": "j" });
    // What `aud` is without the customizer: the client.
    Written::new(members).nbf().for_another_audience(json!({ "aud": "m2m" })).id_token(json!({
        "iss": issuer, "sub": "alice", "aud": "page", "azp": "page", "auth_time": 1, "jti": "j", "sid": "s", "nonce": "n",
    }))
}
