//! Rules made in code, and what they say of a token.

use super::*;
use crate::scope::InvalidScope;

#[test]
fn a_rule_allows_what_fulfils_it_and_no_more() {
    let all = AccessRule::all_of(["a", "b"]).expect("a rule");
    let any = AccessRule::any_of([vec!["b", "a", "c"], vec!["admin"]]).expect("a rule");
    let cases = [
        ("public, none", &AccessRule::Public, "", None),
        ("authenticated, none", &AccessRule::Authenticated, "", None),
        ("optional, none", &AccessRule::Optional, "", None),
        ("all of two, both", &all, "b a", None),
        ("all of two, one", &all, "a", Some("b")),
        ("all of two, none", &all, "", Some("a b")),
        ("a longer scope is another scope", &all, "ab a:b A B", Some("a b")),
        ("any, the first", &any, "a b c", None),
        ("any, the last", &any, "admin", None),
        ("any, part of the first", &any, "a", Some("b c | admin")),
        ("any, none", &any, "x", Some("b a c | admin")),
    ];
    for (name, rule, granted, missing) in cases {
        let evaluated = rule.evaluate(&scopes(granted));
        assert_eq!(evaluated.err().map(|missing| missing.to_string()).as_deref(), missing, "{name}");
    }
}

#[test]
fn what_is_required_is_shown_in_the_order_of_the_declaration() {
    let rule = AccessRule::any_of([vec!["b", "a", "b"], vec!["admin"]]).expect("a rule");
    assert_eq!(rule.required().map(ToString::to_string).as_deref(), Some("b a | admin"));
    assert_eq!(AccessRule::Public.required(), None);
    assert_eq!(AccessRule::Authenticated.required(), None);
    assert_eq!(AccessRule::Optional.required(), None);
}

#[test]
fn what_is_no_set_of_scopes_makes_no_rule() {
    let none: [&str; 0] = [];
    assert_eq!(AccessRule::all_of(none), Err(InvalidRule::NoScopes));
    assert_eq!(AccessRule::any_of([none; 0]), Err(InvalidRule::NoScopes));
    assert_eq!(AccessRule::any_of([vec!["a"], vec![]]), Err(InvalidRule::NoScopes));
    assert_eq!(
        AccessRule::any_of([vec!["a"], vec!["b", "c d", ""]]),
        Err(InvalidRule::Scope {
            scope: "c d".to_owned(),
            reason: InvalidScope::Character { character: ' ' }
        })
    );
}
