//! Whose tokens are accepted, and by which rules.

use super::*;

/// Beside another one, since a token of somebody else is not looked for among the keys of two.
#[tokio::test]
async fn an_issuer_comes_and_goes() {
    let [a, b, c] = ["a", "b", "c"].map(issuer);
    let (of_a, of_b, of_c) = (token(&a).sign(), token(&b).sign(), token(&c).sign());
    let with = |names: &[&str]| names.iter().map(|name| table(name, "")).collect::<String>();
    let mut server = Serving::start(&with(&["a", "c"]), &[&a, &b, &c]).await;
    for _ in 0..2 {
        assert_eq!(code(&server, &of_a).await, Code::Ok);
        assert_eq!(code(&server, &of_b).await, Code::Unauthenticated);
        assert_eq!(server.reload(&with(&["a", "c", "b"])).await, "changed: new issuer b");
        // The first call is served: its keys were there before it was trusted.
        assert_eq!(code(&server, &of_b).await, Code::Ok);
        assert_eq!(code(&server, &of_a).await, Code::Ok);
        assert_eq!(server.reload(&with(&["a", "c"])).await, "changed: removed issuer b");
    }
    let told = server.reload(&with(&["b", "c"])).await;
    assert_eq!(told, "changed: new issuer b, removed issuer a");
    assert_eq!(code(&server, &of_a).await, Code::Unauthenticated);
    for token in [of_b, of_c] {
        assert_eq!(code(&server, &token).await, Code::Ok);
    }
}

/// Each token was accepted before by other rules, and is remembered.
#[tokio::test]
async fn a_change_of_rules_holds_for_tokens_that_are_remembered() {
    let [a, b] = ["a", "b"].map(issuer);
    let (of_a, of_b) = (token(&a).sign(), token(&b).sign());
    let by_permissions =
        token(&b).scope("").claim("permissions", [crate::support::serving::SCOPE].as_slice());
    let by_permissions = by_permissions.sign();
    let with_b = |more: &str| table("a", "") + &table("b", more);
    let mut server = Serving::start(&with_b(""), &[&a, &b]).await;
    assert_eq!(code(&server, &of_b).await, Code::Ok);
    for (more, of_claim, of_permissions) in [
        ("audience = 'other'", Code::Unauthenticated, Code::Unauthenticated),
        ("", Code::Ok, Code::PermissionDenied),
        ("scope-claim = ['permissions']", Code::PermissionDenied, Code::Ok),
        ("", Code::Ok, Code::PermissionDenied),
        ("token-profile = 'rfc9068'", Code::Unauthenticated, Code::Unauthenticated),
        ("", Code::Ok, Code::PermissionDenied),
    ] {
        assert_eq!(server.reload(&with_b(more)).await, "changed: issuer b", "{more}");
        assert_eq!(code(&server, &of_b).await, of_claim, "{more}");
        assert_eq!(code(&server, &by_permissions).await, of_permissions, "{more}");
        assert_eq!(code(&server, &of_a).await, Code::Ok, "{more}");
    }
}

#[tokio::test]
async fn keys_come_from_where_they_are_now() {
    let (old, new) = (issuer("a"), issuer("a"));
    let (of_old, of_new) = (token(&old).sign(), token(&new).sign());
    let mut server = Serving::start(&table("a", ""), &[&old]).await;
    server.write("a2", &new.jwks());
    assert_eq!(code(&server, &of_old).await, Code::Ok);
    let moved = table("a", "").replace("jwks = 'a'", "jwks = 'a2'");
    assert_eq!(server.reload(&moved).await, "changed: issuer a");
    assert_eq!(code(&server, &of_new).await, Code::Ok);
    assert_eq!(code(&server, &of_old).await, Code::Unauthenticated);
}

/// A key that is taken out of its file is withdrawn then, and not at the next time that the file would be read.
#[tokio::test]
async fn files_of_keys_are_read_again() {
    let (old, new) = (issuer("a"), issuer("a").kid("new"));
    let (of_old, of_new) = (token(&old).sign(), token(&new).sign());
    let mut server = Serving::start(&table("a", ""), &[&old]).await;
    assert_eq!(code(&server, &of_old).await, Code::Ok);
    server.write("a", &new.jwks());
    assert_eq!(server.reload(&table("a", "")).await, "nothing changed");
    // First: a key that is not held has the file read as well.
    assert_ne!(code(&server, &of_old).await, Code::Ok);
    assert_eq!(code(&server, &of_new).await, Code::Ok);
    // A file without keys is a fault of the configuration, as it is at the start.
    server.write("a", "{}");
    assert!(server.refused(1).await[0].contains("jwks in sekisho.toml: a"));
    assert_eq!(code(&server, &of_new).await, Code::Ok);
}

#[tokio::test]
async fn the_order_of_the_issuers_and_what_holds_for_all_of_them_is_told() {
    let [a, b] = ["a", "b"].map(issuer);
    let (of_a, of_b) = (token(&a).sign(), token(&b).sign());
    let mut server = Serving::start(&(table("a", "") + &table("b", "")), &[&a, &b]).await;
    let reversed = table("b", "") + &table("a", "");
    assert_eq!(server.reload(&reversed).await, "changed: the order of the issuers");
    assert_eq!(server.reload(&format!("leeway = '0s'\n{reversed}")).await, "changed: leeway");
    for token in [of_a, of_b] {
        assert_eq!(code(&server, &token).await, Code::Ok);
    }
}
