//! What well-known issuers write into their tokens, as the test kit has it, with the names that the page has.

use sekisho::scope::ScopePrefix;
use sekisho::testing::{TestIssuer, TokenBuilder, TokenShape};
use sekisho::token::Verifier;
use serde_json::{Value, json};

use crate::support::{AUDIENCE, issuer};

/// A token, and others of the same issuer.
pub struct Shape {
    /// The section of the page that it belongs to.
    pub heading: &'static str,
    /// In one section there may be several.
    pub name: String,
    /// The header.
    pub header: Value,
    /// An access token for api1.
    pub access: Value,
    /// The same for api2 alone.
    pub without_scope: Value,
    /// The same, for somebody else.
    pub for_another: Value,
    /// The ID token that comes with it.
    pub id: Value,
    /// What the challenge has a caller ask for.
    pub asked: &'static str,
    /// What the test kit accepts its tokens with.
    pub verifier: Verifier,
}

/// What a section of the page says of an issuer.
struct Section {
    heading: &'static str,
    issuer: &'static str,
    audience: &'static str,
    asked: &'static str,
}

const PLAIN: &str = "api1:read:status";
const OF_ENTRA: &str = "api://22222222-2222-2222-2222-222222222222/api1:read:status";

const AUTH0: Section = Section {
    heading: "Auth0",
    issuer: "https://example.eu.auth0.com/",
    audience: "auth0-multiple-api",
    asked: PLAIN,
};
const OKTA: Section = Section {
    heading: "Okta",
    issuer: "https://example.okta.com/oauth2/default",
    audience: "api://default",
    asked: PLAIN,
};
const ENTRA_V2: Section = Section {
    heading: "Microsoft Entra ID, v2.0 tokens",
    issuer: "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0",
    audience: "22222222-2222-2222-2222-222222222222",
    asked: OF_ENTRA,
};
const ENTRA_V1: Section = Section {
    heading: "Microsoft Entra ID, v1.0 tokens",
    issuer: "https://sts.windows.net/11111111-1111-1111-1111-111111111111/",
    audience: "api://22222222-2222-2222-2222-222222222222",
    asked: OF_ENTRA,
};
const KEYCLOAK: Section = Section {
    heading: "Keycloak",
    issuer: "https://keycloak.example/realms/example",
    audience: "auth0-multiple-api",
    asked: PLAIN,
};
const COGNITO: Section = Section {
    heading: "Amazon Cognito",
    issuer: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Example",
    audience: "3333333333333333333333333",
    asked: "auth0-multiple-api/api1:read:status",
};
const HYDRA: Section = Section {
    heading: "Ory Hydra",
    issuer: "https://hydra.example",
    audience: "auth0-multiple-api",
    asked: PLAIN,
};
const SPRING: Section = Section {
    heading: "Spring Authorization Server",
    issuer: "https://spring.example",
    audience: "auth0-multiple-api",
    asked: PLAIN,
};

/// Every shape that has settings on the page.
pub fn shapes() -> Vec<Shape> {
    TokenShape::ALL.into_iter().filter_map(|shape| Some(shape_of(shape, &section(shape)?))).collect()
}

fn section(shape: TokenShape) -> Option<Section> {
    Some(match shape {
        TokenShape::Auth0 | TokenShape::Auth0Rfc9068 => AUTH0,
        TokenShape::Okta => OKTA,
        TokenShape::EntraV2 | TokenShape::EntraV2Service => ENTRA_V2,
        TokenShape::EntraV1 | TokenShape::EntraV1Service => ENTRA_V1,
        TokenShape::Keycloak | TokenShape::KeycloakService | TokenShape::KeycloakRfc9068 => KEYCLOAK,
        TokenShape::KeycloakRealmRoles | TokenShape::KeycloakClientRoles => {
            Section { heading: "Keycloak, by roles", ..KEYCLOAK }
        }
        TokenShape::Cognito | TokenShape::CognitoService => COGNITO,
        TokenShape::Hydra | TokenShape::HydraString | TokenShape::HydraBoth => HYDRA,
        TokenShape::Spring => SPRING,
        // The kit's own, and those that write no scopes.
        _ => return None,
    })
}

fn shape_of(shape: TokenShape, section: &Section) -> Shape {
    let issuer = named(shape, section);
    let access = issuer.token().scope(PLAIN);
    let lacking = elsewhere(shape, issuer.token().scope("api2:read:status"));
    Shape {
        heading: section.heading,
        name: shape.to_string(),
        header: parsed(&access.header_json()),
        access: parsed(&access.payload_json()),
        without_scope: parsed(&lacking.payload_json()),
        for_another: parsed(&access.for_another_audience().payload_json()),
        id: parsed(&identity(shape, issuer.id_token().expect("an ID token")).payload_json()),
        asked: section.asked,
        verifier: issuer.verifier(),
    }
}

/// Header and payload of a token of somebody for whom the issuer writes no scopes.
pub fn workload(shape: TokenShape, name: &str) -> (Value, Value) {
    let issuer = issuer().clone().renamed(name, AUDIENCE).shape(shape);
    let token = issuer.token();
    (parsed(&token.header_json()), parsed(&token.payload_json()))
}

/// The issuer of the tests, as if it were another one.
fn named(shape: TokenShape, section: &Section) -> TestIssuer {
    let issuer = issuer().clone().renamed(section.issuer, section.audience).shape(shape);
    match section.asked.strip_suffix(PLAIN) {
        None | Some("") => issuer,
        Some(prefix) => issuer.scope_prefix(ScopePrefix::parse(prefix).expect("a prefix")),
    }
}

/// With the scope in a claim that is read of others, and not of this shape.
fn elsewhere(shape: TokenShape, token: TokenBuilder<'_>) -> TokenBuilder<'_> {
    match shape {
        TokenShape::Auth0 => token.claim("permissions", json!([PLAIN])),
        TokenShape::KeycloakClientRoles => token.claim(
            "resource_access",
            json!({ "account": { "roles": [PLAIN] }, "my.api": { "roles": ["api2:read:status"] } }),
        ),
        _ => token,
    }
}

/// App roles of users stand in ID tokens, too.
fn identity(shape: TokenShape, token: TokenBuilder<'_>) -> TokenBuilder<'_> {
    if shape == TokenShape::EntraV2 { token.claim("roles", json!([PLAIN])) } else { token }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}
