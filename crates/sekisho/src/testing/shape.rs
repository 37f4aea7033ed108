//! Tokens as well-known issuers write them.

mod entra;
mod keycloak;
mod others;
mod services;
mod written;

use std::fmt;

use serde_json::json;

use crate::scope::ScopePrefix;
use crate::token::{ClaimPath, Verifier};
pub(super) use written::{Written, merge, object};

/// How an issuer writes its access tokens: which claims there are, and in which of them the audience and the scopes stand.
/// `docs/issuers.md` of the project has each issuer with its settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenShape {
    /// The test kit's own: no more than what has to be there.
    #[default]
    Plain,
    /// Auth0's own dialect: the audience is a list with the issuer's `userinfo`.
    Auth0,
    /// Auth0's dialect of RFC 9068, for client credentials: `at+jwt`.
    Auth0Rfc9068,
    /// A custom authorization server of Okta: scopes are a list in `scp`.
    Okta,
    /// Microsoft Entra ID, v2.0, in a person's name: scopes are a text in `scp`. The audience is the API's client id, and
    /// clients ask for scopes with `api://AUDIENCE/` before them.
    EntraV2,
    /// The same for a service, whose permissions are a list in `roles`.
    EntraV2Service,
    /// Microsoft Entra ID, v1.0, in a person's name. The audience is the Application ID URI, and clients ask for scopes
    /// with `AUDIENCE/` before them.
    EntraV1,
    /// The same for a service, whose permissions are a list in `roles`.
    EntraV1Service,
    /// Keycloak, by code: scopes are a text in `scope`, with those of OpenID Connect.
    Keycloak,
    /// The same by client credentials, with `client_id`.
    KeycloakService,
    /// The same with the header `at+jwt`.
    KeycloakRfc9068,
    /// Keycloak, where roles of the realm are taken for scopes: `realm_access.roles`.
    KeycloakRealmRoles,
    /// Keycloak, where roles of the client `my.api` are taken for scopes: `resource_access.my\.api.roles`.
    KeycloakClientRoles,
    /// Amazon Cognito, by code: there is no `aud`, the audience is that of `client_id`. Scopes have the identifier of the
    /// resource server before them: `AUDIENCE/` unless [`TestIssuer::scope_prefix`](super::TestIssuer::scope_prefix) says
    /// otherwise.
    Cognito,
    /// The same by client credentials.
    CognitoService,
    /// Ory Hydra: scopes are a list in `scp`.
    Hydra,
    /// The same with `strategies.jwt.scope_claim: string`: a text in `scope`.
    HydraString,
    /// The same with `both`.
    HydraBoth,
    /// Spring Authorization Server, with a customizer that writes the audience: scopes are a list in `scope`.
    Spring,
    /// A Kubernetes cluster, for a service account. It writes no scopes: see
    /// [`TestIssuer::scopes_of`](super::TestIssuer::scopes_of).
    KubernetesServiceAccount,
    /// GitHub Actions, for a workflow. It writes no scopes: see [`TestIssuer::scopes_of`](super::TestIssuer::scopes_of).
    GitHubActions,
}

impl TokenShape {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Plain,
        Self::Auth0,
        Self::Auth0Rfc9068,
        Self::Okta,
        Self::EntraV2,
        Self::EntraV2Service,
        Self::EntraV1,
        Self::EntraV1Service,
        Self::Keycloak,
        Self::KeycloakService,
        Self::KeycloakRfc9068,
        Self::KeycloakRealmRoles,
        Self::KeycloakClientRoles,
        Self::Cognito,
        Self::CognitoService,
        Self::Hydra,
        Self::HydraString,
        Self::HydraBoth,
        Self::Spring,
        Self::KubernetesServiceAccount,
        Self::GitHubActions,
    ];

    /// What accepts tokens of this shape: the settings of `docs/issuers.md`.
    #[expect(clippy::expect_used, reason = "the paths are constants")]
    pub fn verifier(self, audience: &str) -> Verifier {
        let paths = |texts: &[&str]| -> Vec<ClaimPath> {
            texts.iter().map(|text| ClaimPath::parse(text).expect("a path")).collect()
        };
        let verifier = Verifier::new(audience).scope_prefix(self.scope_prefix(audience));
        match self {
            Self::EntraV2 | Self::EntraV2Service => verifier.scope_claims(paths(&["scp", "roles"])),
            Self::EntraV1 | Self::EntraV1Service => {
                verifier.scope_claims(paths(&["scp", "roles"])).client_claims(paths(&["appid", "azp"]))
            }
            Self::KeycloakRealmRoles | Self::KeycloakClientRoles => verifier.scope_claims(paths(&[
                "scope",
                "realm_access.roles",
                r"resource_access.my\.api.roles",
            ])),
            Self::Cognito | Self::CognitoService => verifier.audience_claim("client_id"),
            Self::Okta => verifier.client_claims(paths(&["cid"])),
            _ => verifier,
        }
    }

    /// What clients have to write before scopes when they ask for them.
    fn scope_prefix(self, audience: &str) -> ScopePrefix {
        let prefix = match self {
            Self::EntraV2 | Self::EntraV2Service => format!("api://{audience}/"),
            Self::EntraV1 | Self::EntraV1Service | Self::Cognito | Self::CognitoService => {
                format!("{audience}/")
            }
            _ => return ScopePrefix::default(),
        };
        // An audience that can stand in no scope has none before its scopes.
        ScopePrefix::parse(&prefix).unwrap_or_default()
    }

    /// Whether the scopes of a caller stand in its tokens.
    pub(super) fn writes_scopes(self) -> bool {
        !matches!(self, Self::KubernetesServiceAccount | Self::GitHubActions)
    }

    /// What an issuer of this name writes into tokens for an audience.
    pub(super) fn written(self, issuer: &str, audience: &str) -> Written {
        match self {
            Self::Plain => Written::new(json!({
                "iss": issuer, "sub": "alice", "aud": audience, "azp": "test-client",
            }))
            .typ("JWT")
            .id_token(json!({ "iss": issuer, "sub": "alice", "aud": "test-client", "nonce": "n" })),
            Self::Auth0 => others::auth0(issuer, audience),
            Self::Auth0Rfc9068 => others::auth0_rfc9068(issuer, audience),
            Self::Okta => others::okta(issuer, audience),
            Self::EntraV2 => entra::v2_person(issuer, audience),
            Self::EntraV2Service => entra::v2_service(issuer, audience),
            Self::EntraV1 => entra::v1_person(issuer, audience),
            Self::EntraV1Service => entra::v1_service(issuer, audience),
            Self::Keycloak | Self::KeycloakRealmRoles | Self::KeycloakClientRoles => {
                keycloak::by_code(issuer, audience)
            }
            Self::KeycloakService => keycloak::by_client_credentials(issuer, audience),
            Self::KeycloakRfc9068 => keycloak::by_code(issuer, audience).typ("at+jwt"),
            Self::Cognito => others::cognito(issuer, audience),
            Self::CognitoService => others::cognito_service(issuer, audience),
            Self::Hydra | Self::HydraString | Self::HydraBoth => others::hydra(issuer, audience),
            Self::Spring => others::spring(issuer, audience),
            Self::KubernetesServiceAccount => services::kubernetes(issuer, audience),
            Self::GitHubActions => services::github_actions(issuer, audience),
        }
    }

    /// The claims in which these scopes stand, as the issuer writes them.
    pub(super) fn scope_claims(self, list: &[&str]) -> serde_json::Value {
        let text = list.join(" ");
        match self {
            Self::Plain | Self::Auth0Rfc9068 | Self::CognitoService | Self::HydraString => {
                json!({ "scope": text })
            }
            Self::Auth0 => json!({ "scope": joined("openid profile", &text, "offline_access") }),
            Self::Okta => json!({ "scp": ([&["openid"][..], list, &["offline_access"]].concat()) }),
            Self::EntraV2 | Self::EntraV1 => entra::granted_to_person(&text),
            Self::EntraV2Service | Self::EntraV1Service => entra::granted_to_service(list),
            Self::Keycloak | Self::KeycloakService | Self::KeycloakRfc9068 => {
                json!({ "scope": joined(keycloak::OF_OPENID, &text, "") })
            }
            Self::KeycloakRealmRoles => keycloak::realm_roles(list),
            Self::KeycloakClientRoles => keycloak::client_roles(list),
            Self::Cognito => json!({ "scope": joined("openid", &text, "") }),
            Self::Hydra => json!({ "scp": list }),
            Self::HydraBoth => json!({ "scope": text, "scp": list }),
            Self::Spring => json!({ "scope": list }),
            Self::KubernetesServiceAccount | Self::GitHubActions => json!({}),
        }
    }

    /// Whether what stands before scopes stands in tokens, too.
    pub(super) fn writes_prefix(self) -> bool {
        matches!(self, Self::Cognito | Self::CognitoService)
    }
}

fn joined(before: &str, scopes: &str, after: &str) -> String {
    let texts = [before, scopes, after];
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// As people call it.
impl fmt::Display for TokenShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "the test kit's own",
            Self::Auth0 => "Auth0",
            Self::Auth0Rfc9068 => "Auth0, RFC 9068",
            Self::Okta => "Okta",
            Self::EntraV2 => "Microsoft Entra ID, v2.0 tokens",
            Self::EntraV2Service => "Microsoft Entra ID, v2.0 tokens of a service",
            Self::EntraV1 => "Microsoft Entra ID, v1.0 tokens",
            Self::EntraV1Service => "Microsoft Entra ID, v1.0 tokens of a service",
            Self::Keycloak => "Keycloak",
            Self::KeycloakService => "Keycloak, client credentials",
            Self::KeycloakRfc9068 => "Keycloak, RFC 9068",
            Self::KeycloakRealmRoles => "Keycloak, by roles of the realm",
            Self::KeycloakClientRoles => "Keycloak, by roles of a client",
            Self::Cognito => "Amazon Cognito",
            Self::CognitoService => "Amazon Cognito, client credentials",
            Self::Hydra => "Ory Hydra, scopes in a list",
            Self::HydraString => "Ory Hydra, scopes in a text",
            Self::HydraBoth => "Ory Hydra, scopes in both",
            Self::Spring => "Spring Authorization Server",
            Self::KubernetesServiceAccount => "Kubernetes service account",
            Self::GitHubActions => "GitHub Actions",
        })
    }
}
