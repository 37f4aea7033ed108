//! Tokens as well-known issuers write them, with the settings that they need.

use std::collections::BTreeSet;

use sekisho::scope::ScopeSet;
use sekisho::testing::{TestIssuer, TokenShape, matrix};
use sekisho::token::Verifier;

use super::support::{RULES, SERVICE, Shop, TALK, failed, issuer, services};

/// With the key of all tests. Where a token says no scopes, three subjects have some.
fn issuer_of(shape: TokenShape) -> TestIssuer {
    let issuer = issuer().clone().renamed("https://issuer.example/", "shop").shape(shape);
    if !matches!(shape, TokenShape::KubernetesServiceAccount | TokenShape::GitHubActions) {
        return issuer;
    }
    let scopes = |text: &str| -> ScopeSet { text.parse().expect("scopes") };
    issuer
        .scopes_of("system:serviceaccount:shop:reader", scopes("shop:read"))
        .scopes_of("system:serviceaccount:shop:writer", scopes("shop:read shop:write"))
        .scopes_of("repo:example/shop:ref:refs/heads/main", scopes("shop:admin"))
}

#[tokio::test]
async fn tokens_of_every_shape_are_judged_by_the_settings_for_it() {
    for shape in TokenShape::ALL {
        let issuer = issuer_of(shape);
        let protected = services(TALK).add_named(SERVICE, Shop).protect(issuer.issuer()).expect("services");
        let report = matrix(protected, &issuer, RULES).await;
        let report = report.unwrap_or_else(|failure| panic!("{shape}: {failure}"));
        // Issuers of services have no ID tokens, and whoever is none of the three subjects has no scope.
        let has_identity = report.rows().any(|(_, row)| row.sent() == "an ID token");
        let by_subject = report.rows().any(|(_, row)| row.sent() == "a valid token of another subject");
        assert_eq!(
            (has_identity, by_subject),
            if issuer.id_token().is_some() { (true, false) } else { (false, true) }
        );
    }
}

/// What is not set for a shape fails with the rows of it.
#[tokio::test]
async fn settings_for_another_issuer_fail() {
    for (shape, row) in [
        (TokenShape::EntraV2Service, "Get: a valid token with scope shop:read"),
        (TokenShape::KeycloakRealmRoles, "Get: a valid token with scope shop:read"),
        (TokenShape::KeycloakClientRoles, "Get: a valid token with scope shop:read"),
        (TokenShape::Cognito, "Price: a valid token without a scope"),
        (TokenShape::GitHubActions, "Get: a valid token of system:serviceaccount:shop:reader"),
    ] {
        let issuer = issuer_of(shape);
        let usual = issuer.issuer().verified_by(|_| Verifier::new("shop"));
        let protected = services(TALK).add_named(SERVICE, Shop).protect(usual).expect("services");
        let rows = failed(matrix(protected, &issuer, RULES).await);
        assert!(rows.iter().any(|failed| failed == row), "{shape}: {rows:#?}");
    }
}

#[tokio::test]
async fn a_subject_that_has_more_scopes_than_are_expected_fails() {
    let issuer = issuer_of(TokenShape::KubernetesServiceAccount);
    let reader = "system:serviceaccount:shop:reader";
    let further = |verifier: Verifier| verifier.scopes_of(reader, "shop:write".parse().expect("a scope"));
    let trusted = issuer.issuer().verified_by(further);
    let protected = services(TALK).add_named(SERVICE, Shop).protect(trusted).expect("services");
    let rows = failed(matrix(protected, &issuer, RULES).await);
    assert_eq!(rows, ["Talk", "Upload"].map(|method| format!("{method}: a valid token of {reader}")));
}

#[tokio::test]
async fn shapes_have_names_and_tokens_of_their_own() {
    let all = TokenShape::ALL;
    let names: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), all.len());
    let tokens: BTreeSet<String> = all
        .iter()
        .map(|shape| {
            let issuer = issuer_of(*shape);
            let token = issuer.token().scope("shop:read");
            token.header_json() + &token.payload_json()
        })
        .collect();
    assert_eq!(tokens.len(), all.len());
}

#[tokio::test]
async fn cognito_has_the_resource_server_before_its_scopes() {
    let prefix = "shop-api/".parse().expect("a prefix");
    let issuer = issuer_of(TokenShape::Cognito).scope_prefix(prefix);
    assert!(
        issuer.token().scope("shop:read").payload_json().contains(r#""scope":"openid shop-api/shop:read""#)
    );
    let protected = services(TALK).add_named(SERVICE, Shop).protect(issuer.issuer()).expect("services");
    matrix(protected, &issuer, RULES).await.expect("guarded as expected");
}
