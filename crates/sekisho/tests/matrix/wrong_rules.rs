//! Services whose rules are others than those that are expected.

use http::Request;
use sekisho::AccessRule;
use sekisho::testing::matrix;
use tonic::body::Body;
use tower::ServiceExt as _;

use super::support::{
    RULES, SERVICE, Shop, TALK, WITHOUT_VALID_TOKEN, failed, issuer, rules_with, services, shop, shop_with,
};

/// With another rule in the `.proto` than is expected.
async fn failed_with(talk: &str) -> Vec<String> {
    let issuer = issuer();
    failed(matrix(shop_with(issuer, talk, Shop), issuer, RULES).await)
}

#[tokio::test]
async fn no_guard_at_all_fails_all_that_is_refused() {
    let issuer = issuer();
    let policy = shop(issuer).authorizer().policy().clone();
    let open = Shop.map_request(|request: Request<Body>| request);
    let failure = matrix(open, issuer, RULES).policy(policy).await.expect_err("nothing is guarded");
    let passed: Vec<_> = failure.report().rows().filter(|(_, row)| row.passed()).collect();
    assert!(passed.iter().all(|(_, row)| row.expected() == "let in"), "{failure}");
    assert!(
        failure
            .to_string()
            .contains("no token\n    expected  refused: code: UNAUTHENTICATED, reason: CREDENTIALS_MISSING"),
        "{failure}"
    );
    // Handlers that are reached at all ask for the grant.
    assert!(
        failure.to_string().contains("INTERNAL: The service is not set up to authorize calls"),
        "{failure}"
    );
}

#[tokio::test]
async fn public_in_place_of_scopes_fails_all_that_is_refused() {
    let failed = failed_with("public: true").await;
    // All but what is let in: both alternatives, all scopes, and unknown methods.
    assert_eq!(failed.len(), 26 - 5, "{failed:#?}");
    assert!(failed.contains(&"Talk: no token".to_owned()), "{failed:#?}");
    assert!(failed.contains(&"Talk: an expired token".to_owned()), "{failed:#?}");
}

#[tokio::test]
async fn authenticated_in_place_of_scopes_fails_what_lacks_scopes() {
    let failed = failed_with("authenticated: true").await;
    for scope in
        ["without a scope", "with scope shop:write", "with scope shop:read", "with scope shop:admin:more"]
    {
        assert!(failed.contains(&format!("Talk: a valid token {scope}")), "{failed:#?}");
    }
    // The scopes that would be required are told here, and not there.
    assert!(failed.contains(&"Talk: no token".to_owned()), "{failed:#?}");
    assert!(
        !failed.iter().any(|row| row.contains("scope shop:admin") && !row.contains("more")),
        "{failed:#?}"
    );
}

#[tokio::test]
async fn a_looser_rule_fails_what_it_lets_in() {
    let looser = r#"any_of: [{ all_of: "shop:read" }, { all_of: "shop:admin" }]"#;
    let failed = failed_with(looser).await;
    assert!(failed.contains(&"Talk: a valid token with scope shop:read".to_owned()), "{failed:#?}");
    let further =
        r#"any_of: [{ all_of: ["shop:read", "shop:write"] }, { all_of: "shop:admin" }, { all_of: "x" }]"#;
    let failed = failed_with(further).await;
    // No row has the scope that nobody expects, and each refusal tells of it.
    assert!(failed.contains(&"Talk: a valid token without a scope".to_owned()), "{failed:#?}");
}

#[tokio::test]
async fn a_stricter_rule_fails_what_it_refuses() {
    let stricter = r#"all_of: ["shop:read", "shop:write"]"#;
    let failed = failed_with(stricter).await;
    assert!(failed.contains(&"Talk: a valid token with scope shop:admin".to_owned()), "{failed:#?}");
    assert!(
        !failed.contains(&"Talk: a valid token with scope shop:read shop:write".to_owned()),
        "{failed:#?}"
    );
}

#[tokio::test]
async fn another_scope_than_is_expected_fails() {
    let issuer = issuer();
    // As if two methods were mixed up.
    let failure = matrix(shop(issuer), issuer, rules_with("shop.v1.Shop/Get", "shop:admin")).await;
    let failure = failure.expect_err("it asks for shop:read");
    let text = failure.to_string();
    assert!(failed(Err(failure)).contains(&"Get: a valid token with scope shop:admin".to_owned()), "{text}");
    assert!(text.contains("shop.v1.Shop/Get, expected rule: shop:admin"), "{text}");
    assert!(text.contains("expected  requiredScopes: shop:admin"), "{text}");
    assert!(text.contains("seen      requiredScopes: shop:read"), "{text}");
}

#[tokio::test]
async fn public_and_authenticated_are_told_apart() {
    let issuer = issuer();
    let rows = failed(matrix(shop(issuer), issuer, rules_with("shop.v1.Shop/Price", "public")).await);
    assert_eq!(rows.len(), WITHOUT_VALID_TOKEN, "{rows:#?}");
    let rows = failed(matrix(shop(issuer), issuer, rules_with("shop.v1.Shop/List", "authenticated")).await);
    assert_eq!(rows.len(), WITHOUT_VALID_TOKEN, "{rows:#?}");
    assert!(rows.iter().all(|row| row.starts_with("List: ")), "{rows:#?}");
}

#[tokio::test]
async fn a_wrong_rule_in_code_fails_like_one_in_a_proto() {
    let issuer = issuer();
    let services =
        services(TALK).add_named(SERVICE, Shop).health(AccessRule::Authenticated).protect(issuer.issuer());
    let health = ["Check", "Watch"].map(|name| (format!("grpc.health.v1.Health/{name}"), "public"));
    let rules = RULES.map(|(method, rule)| (method.to_owned(), rule)).into_iter().chain(health);
    let rows = failed(matrix(services.expect("services"), issuer, rules).await);
    assert_eq!(rows.len(), 2 * WITHOUT_VALID_TOKEN, "{rows:#?}");
    assert!(rows.contains(&"Check: no token".to_owned()), "{rows:#?}");
}
