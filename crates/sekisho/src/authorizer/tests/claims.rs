//! What a grant answers for of the claims, and the scopes of subjects, by way of the memory too.

use super::*;
use crate::token::{ClaimPath, ClaimValue, Claims, Verifier};

const PUBLIC: &str = "/a.v1.A/Version";
const WORKLOAD: &str = "system:serviceaccount:shop:billing";

fn paths<const N: usize>(texts: [&str; N]) -> [ClaimPath; N] {
    texts.map(|text| text.parse().expect("a path"))
}

fn authorizer_of(issuer: Issuer) -> Authorizer {
    let source = r#"
        syntax = "proto3";
        package a.v1;
        import "sekisho/v1/access.proto";
        message M {}
        service A {
          rpc Get(M) returns (M) { option (sekisho.v1.access) = { all_of: "read" }; }
          rpc Version(M) returns (M) { option (sekisho.v1.access) = { public: true }; }
        }
    "#;
    let set = sekisho_build::descriptor_set_of(source).expect("a set");
    let policy = Policy::from_descriptor_set(&set).expect("a policy");
    Authorizer::new(policy, issuer).clock(Arc::new(ManualClock::new()))
}

fn call(authorizer: &Authorizer, path: &str, token: &str) -> Verdict {
    let metadata =
        HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"))]);
    match authorizer.authorize(path, &metadata) {
        Authorization::Decided(verdict) => verdict,
        Authorization::AwaitingKey(_) => panic!("nothing is to be awaited"),
    }
}

fn grant(authorizer: &Authorizer, path: &str, token: &str) -> Grant {
    call(authorizer, path, token).into_result().expect("allowed")
}

fn keeping(verifier: Verifier) -> Verifier {
    let verifier = verifier.client_claims(paths(["cid"])).log_claims(paths(["tenant"]));
    verifier.keep_claims(paths(["roles", "realm.level", "email"]))
}

#[test]
fn a_grant_answers_alike_when_its_token_comes_again() {
    let issuer = TestIssuer::new("https://one.example/", "api");
    let remembers = authorizer_of(issuer.issuer().verified_by(keeping));
    let forgets = remembers.clone().remember_tokens(0);
    let token = |tenant: &str| {
        let token = issuer.token().scope("read").claim("cid", "page").claim("tenant", tenant);
        token.claim("roles", vec!["a", "b"]).claim("realm", serde_json::json!({"level": 7})).sign()
    };
    let (acme, other) = (token("acme"), token("other"));
    for (authorizer, is_the_same) in [(&remembers, true), (&forgets, false)] {
        let grants = [&acme, &other, &acme].map(|token| grant(authorizer, PATH, token));
        let [first, _, again] = &grants;
        let found_again = std::ptr::eq(first.claims().expect("some"), again.claims().expect("some"));
        assert_eq!(found_again, is_the_same, "whether it was remembered");
        for (grant, tenant) in grants.iter().zip(["acme", "other", "acme"]) {
            assert_eq!((grant.claim("tenant"), grant.client()), (ClaimValue::Text(tenant), Some("page")));
            let roles = grant.claim("roles").as_texts().expect("texts");
            assert!(roles.contains("a") && roles.contains("b") && !roles.contains("ab") && roles.len() == 2);
            assert_eq!(grant.claim("realm.level"), ClaimValue::Integer(7));
            assert_eq!(
                (grant.claim("email"), grant.claim("cid")),
                (ClaimValue::Missing, ClaimValue::NotKept)
            );
            let logged = grant.claims().and_then(Claims::logged);
            assert_eq!(logged, Some(format!(r#"tenant="{tenant}""#)));
        }
    }
}

/// Of a call that was refused, what is to be logged is known as well.
#[test]
fn a_refusal_for_lack_of_scope_has_the_claims_and_one_without_a_caller_has_none() {
    let issuer = TestIssuer::new("https://one.example/", "api");
    let authorizer = authorizer_of(issuer.issuer().verified_by(keeping));
    let lacking = issuer.token().claim("tenant", "acme").sign();
    for _ in 0..2 {
        let verdict = call(&authorizer, PATH, &lacking);
        assert!(verdict.result().is_err());
        assert_eq!(verdict.claims().and_then(Claims::logged).as_deref(), Some(r#"tenant="acme""#));
    }
    let expired = issuer.token().claim("tenant", "acme").claim("exp", 1).sign();
    assert!(call(&authorizer, PATH, &expired).claims().is_none());
}

/// A token that is sent to a public method is not looked at.
#[test]
fn of_a_caller_that_nobody_verified_every_claim_is_missing() {
    let issuer = TestIssuer::new("https://one.example/", "api");
    let authorizer = authorizer_of(issuer.issuer().verified_by(keeping));
    let token = issuer.token().scope("read").claim("tenant", "acme").sign();
    let (anonymous, verified) = (grant(&authorizer, PUBLIC, &token), grant(&authorizer, PATH, &token));
    assert!(anonymous.is_anonymous());
    for (path, of_a_caller) in [("tenant", ClaimValue::Text("acme")), ("unknown", ClaimValue::NotKept)] {
        assert_eq!((anonymous.claim(path), verified.claim(path)), (ClaimValue::Missing, of_a_caller));
    }
}

#[test]
fn kept_claims_are_in_no_debug_text_of_a_call() {
    let issuer = TestIssuer::new("https://one.example/", "api");
    let authorizer = authorizer_of(issuer.issuer().verified_by(keeping));
    let token = issuer.token().scope("read").claim("tenant", "acme").claim("email", "alice@mail.example");
    let verdict = call(&authorizer, PATH, &token.sign());
    let shown = format!("{verdict:?} {verdict:#?} {authorizer:?} {:?}", verdict.result());
    assert!(shown.contains("alice"), "who it is");
    assert!(!shown.contains("acme") && !shown.contains("mail.example"), "{shown}");
}

#[test]
fn each_issuer_keeps_the_claims_that_its_verifier_names() {
    let [one, two] = ["one", "two"].map(|name| TestIssuer::new(format!("https://{name}.example/"), "api"));
    let by_one = one.issuer().verified_by(|verifier| verifier.keep_claims(paths(["tenant"])));
    let by_two = two.issuer().verified_by(|verifier| verifier.keep_claims(paths(["tid"])));
    let both = authorizer_of(by_one).also_trusting(by_two);
    let tenant = |issuer: &TestIssuer| {
        let token = issuer.token().scope("read").claim("tenant", "acme").claim("tid", "a1").sign();
        let grant = grant(&both, PATH, &token);
        [grant.claim("tenant").as_text(), grant.claim("tid").as_text()]
            .map(|text| text.map(ToOwned::to_owned))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!((tenant(&one), tenant(&two)), ([text("acme"), None], [None, text("a1")]));
}

#[test]
fn a_subject_has_its_scopes_when_its_token_comes_again_and_at_its_own_issuer_alone() {
    let [one, two] = ["one", "two"].map(|name| TestIssuer::new(format!("https://{name}.example/"), "api"));
    let mapped = one
        .issuer()
        .verified_by(|verifier| verifier.scopes_of(WORKLOAD, "read export".parse().expect("scopes")));
    let both = authorizer_of(mapped).also_trusting(two.issuer());
    let missing = || Denial::InsufficientScope {
        missing: match call(&both, PATH, &one.token().sign()).into_result() {
            Err(Denial::InsufficientScope { missing }) => missing,
            other => panic!("{other:?}"),
        },
    };
    for _ in 0..2 {
        let token = one.token().subject(WORKLOAD);
        let granted = grant(&both, PATH, &token.sign());
        assert_eq!(granted.scopes(), Some(&"export read".parse().expect("scopes")));
        let refused = [
            one.token().subject("system:serviceaccount:shop:stock").scope("write"),
            one.token().subject("system:serviceaccount:shop:billing2"),
            two.token().subject(WORKLOAD),
        ];
        for token in refused {
            assert_eq!(call(&both, PATH, &token.sign()).into_result().err(), Some(missing()));
        }
    }
}
