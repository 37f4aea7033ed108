//! The list of rules has each method of the service, once, and no other.

use sekisho::AccessRule;
use sekisho::testing::{MatrixFailure, MatrixReport, matrix};

use super::support::{RULES, issuer, shop};

async fn with(
    rules: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Result<MatrixReport, MatrixFailure> {
    let issuer = issuer();
    matrix(shop(issuer), issuer, rules).await
}

/// The one row that failed: of which method, and what was seen.
fn only_failure(result: Result<MatrixReport, MatrixFailure>) -> (String, String) {
    let failure = result.expect_err("a fault of the list");
    let failed: Vec<_> = failure.report().failed().collect();
    let [(method, row)] = failed.as_slice() else { panic!("{failure}") };
    assert_eq!(row.sent(), "the list of rules");
    ((*method).to_owned(), row.seen())
}

#[tokio::test]
async fn a_method_that_is_left_out_fails() {
    for (method, _) in RULES {
        let result = with(RULES.into_iter().filter(|(name, _)| *name != method)).await;
        let seen = "the service has this method, and the list has not".to_owned();
        assert_eq!(only_failure(result), (method.to_owned(), seen));
    }
}

#[tokio::test]
async fn a_method_that_is_not_there_fails() {
    for name in ["shop.v1.Shop/Gett", "shop.v1.Shop/get", "shop.v2.Shop/Get"] {
        let (method, seen) = only_failure(with(RULES.into_iter().chain([(name, "public")])).await);
        assert_eq!((method.as_str(), seen.as_str()), (name, "the service has no method of this name"));
    }
    let (_, seen) = only_failure(with(RULES.into_iter().chain([("shop.v1.Shop", "public")])).await);
    assert_eq!(seen, "no name of the form package.Service/Method");
}

#[tokio::test]
async fn a_method_that_is_not_there_fails_where_the_methods_are_not_known() {
    let issuer = issuer();
    let router = shop(issuer).into_axum_router();
    for name in ["shop.v1.Shop/Gett", "shop.v2.Shop/Get"] {
        let failure = matrix(router.clone(), issuer, [(name, "public")]).await.expect_err("no such method");
        assert!(failure.report().failed().any(|(_, row)| row.sent() == "no token"), "{failure}");
    }
}

#[tokio::test]
async fn a_method_that_is_listed_twice_fails() {
    let (method, seen) =
        only_failure(with(RULES.into_iter().chain([("/shop.v1.Shop/Get", "shop:read")])).await);
    assert_eq!((method.as_str(), seen.as_str()), ("shop.v1.Shop/Get", "the method is listed twice"));
}

#[tokio::test]
async fn a_rule_that_is_none_fails() {
    let (method, seen) =
        only_failure(with(super::support::rules_with("shop.v1.Shop/Get", "shop:read |")).await);
    assert_eq!(method, "shop.v1.Shop/Get");
    assert!(seen.starts_with("expected public, authenticated, optional, or scopes"), "{seen}");
}

#[tokio::test]
async fn a_list_without_a_rule_fails() {
    let issuer = issuer();
    let router = shop(issuer).into_axum_router();
    let none: [(&str, &str); 0] = [];
    matrix(router, issuer, none).await.expect_err("nothing was compared");
}

#[tokio::test]
async fn rules_may_be_those_of_the_library() {
    let issuer = issuer();
    let rules = [
        ("shop.v1.Shop/List", AccessRule::Public),
        ("shop.v1.Shop/Price", AccessRule::Authenticated),
        ("shop.v1.Shop/Get", AccessRule::all_of(["shop:read"]).expect("a rule")),
        ("shop.v1.Shop/Watch", AccessRule::all_of(["shop:read"]).expect("a rule")),
        ("shop.v1.Shop/Upload", AccessRule::all_of(["shop:read", "shop:write"]).expect("a rule")),
        (
            "shop.v1.Shop/Talk",
            AccessRule::any_of([vec!["shop:read", "shop:write"], vec!["shop:admin"]]).expect("a rule"),
        ),
    ];
    matrix(shop(issuer), issuer, rules).await.expect("guarded as expected");
}
