//! Scopes of subjects, for issuers that write none.

use super::*;

const BILLING: &str = "system:serviceaccount:shop:billing";

fn verifier() -> Verifier {
    Verifier::new("api")
        .scopes_of(BILLING, "orders:read".parse().expect("scopes"))
        .scopes_of("repo:octo/orders:ref:refs/heads/main", "orders:deploy".parse().expect("scopes"))
        .scopes_of(BILLING, "orders:export orders:read".parse().expect("scopes"))
}

fn scopes(verifier: &Verifier, token: &TokenBuilder<'_>) -> String {
    let claims = judge_payload(verifier, &token.payload_json()).expect("a good one");
    claims.scopes().iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn exactly_this_subject_has_its_scopes() {
    let cases = [
        (BILLING, "orders:read orders:export"),
        ("repo:octo/orders:ref:refs/heads/main", "orders:deploy"),
        ("system:serviceaccount:shop:billing2", ""),
        ("system:serviceaccount:shop:billin", ""),
        ("system:serviceaccount:shop:Billing", ""),
        (" system:serviceaccount:shop:billing", ""),
        ("system:serviceaccount:shop:billing\0", ""),
        ("system:serviceaccount:shop:*", ""),
        ("*", ""),
        ("alice", ""),
    ];
    for (subject, expected) in cases {
        let token = property_issuer().token().subject(subject);
        assert_eq!(scopes(&verifier(), &token), expected, "{subject}");
    }
}

/// A pattern that an operator hoped for is a name like any other.
#[test]
fn a_subject_is_no_pattern() {
    for pattern in ["*", "system:serviceaccount:shop:*", "", ".*", "system:serviceaccount:shop:"] {
        let verifier = Verifier::new("api").scopes_of(pattern, "orders:read".parse().expect("scopes"));
        assert_eq!(scopes(&verifier, &property_issuer().token().subject(BILLING)), "", "{pattern}");
    }
}

/// A client, an audience or another claim of that name is not the subject.
#[test]
fn nothing_else_of_a_token_has_scopes_of_its_own() {
    let token = || property_issuer().token().subject("alice");
    for claim in ["azp", "client_id", "jti", "name", "scope", "preferred_username"] {
        let token = token().claim("jti", "1").claim(claim, BILLING);
        let found = scopes(&verifier(), &token);
        assert!(!found.contains("orders:read"), "{claim}: {found}");
    }
}

#[test]
fn they_come_to_those_of_the_claims_and_have_no_prefix() {
    let prefixed = || verifier().scope_prefix("orders:".parse().expect("a prefix"));
    let token = |scope: &str| property_issuer().token().subject(BILLING).scope(scope);
    assert_eq!(scopes(&verifier(), &token("a b")), "a b orders:read orders:export");
    assert_eq!(scopes(&verifier(), &token("orders:export")), "orders:export orders:read");
    // Of the claim's scopes it is taken off, and of the subject's not.
    assert_eq!(scopes(&prefixed(), &token("orders:read")), "read orders:read orders:export");
    assert_eq!(scopes(&Verifier::new("api"), &token("a b")), "a b", "where none are set");
}

proptest! {
    #[test]
    fn a_subject_has_scopes_where_it_is_the_same_to_the_byte(
        configured in "[ab:*é\u{301} ]{1,3}|.{1,6}", subject in "[ab:*é\u{301} ]{1,3}|.{1,6}",
    ) {
        let verifier = Verifier::new("api").scopes_of(configured.as_str(), "x".parse()?);
        let found = scopes(&verifier, &property_issuer().token().subject(&subject));
        prop_assert_eq!(found == "x", configured == subject);
        prop_assert_eq!(scopes(&verifier, &property_issuer().token().subject(&configured)), "x");
    }
}
