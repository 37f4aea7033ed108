//! What well-known issuers write into their tokens. Of members that nobody reads here only those stand that could be
//! taken for something else.

use serde_json::{Value, json};

/// The tenant, the API and the page of the examples.
const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const API: &str = "22222222-2222-2222-2222-222222222222";
const CLIENT: &str = "33333333-3333-3333-3333-333333333333";
/// A client of Cognito's.
const APP: &str = "3333333333333333333333333";

/// A token, and what is another in it. `null` takes a member away (RFC 7396).
#[derive(Clone)]
pub struct Shape {
    /// The section of the page that it belongs to.
    pub heading: &'static str,
    /// In one section there may be several.
    pub name: &'static str,
    /// The header besides `alg` and `kid`.
    pub header: Value,
    /// An access token for api1.
    pub access: Value,
    /// The same, lacking scope.
    pub without_scope: Value,
    /// The same, for somebody else.
    pub for_another: Value,
    /// The ID token that comes with it, whole.
    pub id: Value,
    /// What the challenge has a caller ask for.
    pub asked: &'static str,
}

pub fn shapes() -> Vec<Shape> {
    [auth0(), okta(), entra_v2(), entra_v1(), keycloak(), keycloak_by_roles(), cognito(), hydra(), spring()]
        .concat()
}

fn auth0() -> Vec<Shape> {
    let iss = "https://example.eu.auth0.com/";
    let own = payload(&json!({
        "iss": iss, "sub": "auth0|6581", "aud": ["auth0-multiple-api", "https://example.eu.auth0.com/userinfo"],
        "scope": "openid profile api1:read:status offline_access", "azp": "page",
        "permissions": ["api2:read:status"],
    }));
    let rfc9068 = payload(&json!({
        "iss": iss, "sub": "m2m@clients", "aud": "auth0-multiple-api", "scope": "api1:read:status",
        "jti": "Vx1", "client_id": "m2m", "gty": "client-credentials",
    }));
    let id = payload(&json!({
        "iss": iss, "sub": "auth0|6581", "aud": "page", "sid": "s", "nonce": "n", "name": "Alice",
    }));
    let shape = |name, header: Value, access: Value, for_another: Value| Shape {
        heading: "Auth0",
        name,
        header,
        access,
        without_scope: json!({"scope": "openid profile"}),
        for_another,
        id: id.clone(),
        asked: "api1:read:status",
    };
    vec![
        shape(
            "its own dialect",
            json!({"typ": "JWT"}),
            own,
            json!({"aud": ["https://example.eu.auth0.com/userinfo"]}),
        ),
        shape("RFC 9068", json!({"typ": "at+jwt"}), rfc9068, json!({"aud": "another-api"})),
    ]
}

fn okta() -> Vec<Shape> {
    let iss = "https://example.okta.com/oauth2/default";
    vec![Shape {
        heading: "Okta",
        name: "a custom authorization server",
        header: json!({}),
        access: payload(&json!({
            "ver": 1, "jti": "AT.x", "iss": iss, "aud": "api://default", "cid": "page", "uid": "00u1", "auth_time": 1,
            "scp": ["openid", "api1:read:status", "offline_access"], "sub": "alice@example.com",
        })),
        without_scope: json!({"scp": ["openid"]}),
        for_another: json!({"aud": "https://example.okta.com"}),
        id: payload(&json!({
            "ver": 1, "jti": "ID.x", "iss": iss, "aud": "page", "sub": "00u1", "amr": ["pwd"], "idp": "00o1",
            "nonce": "n", "at_hash": "h", "auth_time": 1,
        })),
        asked: "api1:read:status",
    }]
}

fn entra_v2() -> Vec<Shape> {
    let iss = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    let own = json!({
        "iss": iss, "aud": API, "tid": TENANT, "ver": "2.0", "nbf": 1_800_000_000, "aio": "x", "uti": "x", "rh": "x",
        "azp": CLIENT, "azpacr": "0", "oid": "o", "sub": "s",
    });
    let id = payload(&patched(
        &own,
        &json!({"aud": CLIENT, "azp": null, "nonce": "n", "roles": ["api1:read:status"], "name": "Alice"}),
    ));
    let shape = |name, granted: Value, without_scope: Value| Shape {
        heading: "Microsoft Entra ID, v2.0 tokens",
        name,
        header: json!({"typ": "JWT"}),
        access: payload(&patched(&own, &granted)),
        without_scope,
        for_another: json!({"aud": "00000003-0000-0000-c000-000000000000"}),
        id: id.clone(),
        asked: "api://22222222-2222-2222-2222-222222222222/api1:read:status",
    };
    vec![
        shape(
            "in a person's name",
            json!({"scp": "api1:read:status api2:read:status", "name": "Alice", "preferred_username": "alice@example.com"}),
            json!({"scp": "api2:read:status"}),
        ),
        shape("a service's", json!({"roles": ["api1:read:status"], "idtyp": "app"}), json!({"roles": null})),
    ]
}

fn entra_v1() -> Vec<Shape> {
    let iss = format!("https://sts.windows.net/{TENANT}/");
    let audience = format!("api://{API}");
    let own = json!({
        "iss": iss, "aud": audience, "tid": TENANT, "ver": "1.0", "nbf": 1_800_000_000, "appid": CLIENT,
        "appidacr": "1", "oid": "o", "sub": "s", "idp": iss,
    });
    let id = payload(&patched(&own, &json!({"aud": CLIENT, "appid": null, "appidacr": null, "nonce": "n"})));
    let shape = |name, granted: Value, without_scope: Value| Shape {
        heading: "Microsoft Entra ID, v1.0 tokens",
        name,
        header: json!({"typ": "JWT", "x5t": "x"}),
        access: payload(&patched(&own, &granted)),
        without_scope,
        for_another: json!({"aud": "https://graph.microsoft.com"}),
        id: id.clone(),
        asked: "api://22222222-2222-2222-2222-222222222222/api1:read:status",
    };
    vec![
        shape(
            "in a person's name",
            json!({"scp": "api1:read:status", "upn": "alice"}),
            json!({"scp": "openid"}),
        ),
        shape("a service's", json!({"roles": ["api1:read:status"]}), json!({"roles": ["other"]})),
    ]
}

fn keycloak_token(members: &Value) -> Value {
    let own = json!({
        "iss": "https://keycloak.example/realms/example", "jti": "trrtcc:1", "typ": "Bearer", "azp": "page",
        "aud": ["auth0-multiple-api", "account"], "sub": "d2c0", "acr": "1", "allowed-origins": ["/*"],
        "realm_access": {"roles": ["offline_access", "default-roles-example"]},
        "resource_access": {"account": {"roles": ["manage-account"]}},
    });
    payload(&patched(&own, members))
}

fn keycloak_id() -> Value {
    keycloak_token(&json!({
        "typ": "ID", "aud": "page", "nonce": "n", "at_hash": "h", "sid": "s",
        "realm_access": null, "resource_access": null,
    }))
}

fn keycloak() -> Vec<Shape> {
    let shape = |name, header: Value, access: Value, for_another: Value| Shape {
        heading: "Keycloak",
        name,
        header,
        access,
        without_scope: json!({"scope": "email profile"}),
        for_another,
        id: keycloak_id(),
        asked: "api1:read:status",
    };
    let scope = "openid email profile api1:read:status";
    vec![
        shape(
            "by code",
            json!({"typ": "JWT"}),
            keycloak_token(&json!({"scope": scope, "sid": "s", "auth_time": 1})),
            json!({"aud": "account"}),
        ),
        shape(
            "by client credentials",
            json!({"typ": "JWT"}),
            keycloak_token(
                &json!({"scope": scope, "azp": "m2m", "client_id": "m2m", "clientHost": "127.0.0.1"}),
            ),
            json!({"aud": "account"}),
        ),
        shape(
            "with at+jwt",
            json!({"typ": "at+jwt"}),
            keycloak_token(&json!({"scope": scope})),
            json!({"aud": "account"}),
        ),
    ]
}

fn keycloak_by_roles() -> Vec<Shape> {
    let shape = |name, roles: Value, without_scope: Value| Shape {
        heading: "Keycloak, by roles",
        name,
        header: json!({"typ": "JWT"}),
        access: patched(&keycloak_token(&json!({"scope": "openid email profile"})), &roles),
        without_scope,
        for_another: json!({"aud": ["account"]}),
        id: keycloak_id(),
        asked: "api1:read:status",
    };
    vec![
        shape(
            "of the realm",
            json!({"realm_access": {"roles": ["offline_access", "api1:read:status"]}}),
            json!({"realm_access": {"roles": ["offline_access"]}}),
        ),
        shape(
            "of a client whose id has a dot",
            json!({"resource_access": {"account": {"roles": ["x"]}, "my.api": {"roles": ["api1:read:status"]}}}),
            json!({"resource_access": {"account": {"roles": ["api1:read:status"]}}}),
        ),
    ]
}

fn cognito() -> Vec<Shape> {
    let iss = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example";
    let own = json!({
        "iss": iss, "sub": "aaaa", "token_use": "access", "version": 2, "jti": "j", "client_id": APP, "auth_time": 1,
        "origin_jti": "o",
    });
    let id = payload(&json!({
        "iss": iss, "sub": "aaaa", "aud": APP, "token_use": "id", "cognito:username": "alice", "auth_time": 1,
        "origin_jti": "o", "jti": "j", "email_verified": true,
    }));
    let shape = |name, granted: Value| Shape {
        heading: "Amazon Cognito",
        name,
        header: json!({}),
        access: payload(&patched(&own, &granted)),
        without_scope: json!({"scope": "aws.cognito.signin.user.admin"}),
        for_another: json!({"client_id": "another-client"}),
        id: id.clone(),
        asked: "auth0-multiple-api/api1:read:status",
    };
    vec![
        shape("by code", json!({"scope": "openid auth0-multiple-api/api1:read:status", "username": "alice"})),
        shape("by client credentials", json!({"scope": "auth0-multiple-api/api1:read:status", "sub": APP})),
    ]
}

fn hydra() -> Vec<Shape> {
    let iss = "https://hydra.example";
    let id = payload(&json!({
        "iss": iss, "sub": "alice", "aud": ["page"], "at_hash": "h", "nonce": "n", "jti": "j", "rat": 1, "sid": "s",
    }));
    let own = json!({
        "iss": iss, "sub": "m2m", "aud": ["auth0-multiple-api"], "client_id": "m2m", "ext": {}, "jti": "j",
        "nbf": 1_800_000_000,
    });
    let shape = |name, granted: Value, without_scope: Value| Shape {
        heading: "Ory Hydra",
        name,
        header: json!({"typ": "JWT"}),
        access: payload(&patched(&own, &granted)),
        without_scope,
        for_another: json!({"aud": []}),
        id: id.clone(),
        asked: "api1:read:status",
    };
    vec![
        shape("scopes in a list", json!({"scp": ["api1:read:status"]}), json!({"scp": []})),
        shape("scopes in a string", json!({"scope": "api1:read:status"}), json!({"scope": ""})),
        shape(
            "scopes in both",
            json!({"scope": "api1:read:status", "scp": ["api1:read:status"]}),
            json!({"scope": "openid", "scp": ["openid"]}),
        ),
    ]
}

fn spring() -> Vec<Shape> {
    let iss = "https://spring.example";
    vec![Shape {
        heading: "Spring Authorization Server",
        name: "with the customizer",
        header: json!({}),
        access: payload(&json!({
            "iss": iss, "sub": "m2m", "aud": "auth0-multiple-api", "nbf": 1_800_000_000, "jti": "j",
            "scope": ["api1:read:status"],
        })),
        without_scope: json!({"scope": ["openid"]}),
        for_another: json!({"aud": "m2m"}),
        id: payload(&json!({
            "iss": iss, "sub": "alice", "aud": "page", "azp": "page", "auth_time": 1, "jti": "j", "sid": "s",
            "nonce": "n",
        })),
        asked: "api1:read:status",
    }]
}

/// A payload with the dates that every token has.
fn payload(members: &Value) -> Value {
    patched(members, &json!({"iat": 1_800_000_000, "exp": 1_800_003_600}))
}

/// The value with other members in it; `null` takes one away (RFC 7396).
pub fn patched(value: &Value, patch: &Value) -> Value {
    let mut patched = value.as_object().expect("an object").clone();
    for (name, member) in patch.as_object().expect("an object") {
        patched.remove(name);
        if !member.is_null() {
            patched.insert(name.clone(), member.clone());
        }
    }
    patched.into()
}
