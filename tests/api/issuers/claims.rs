//! Clients, further claims and scopes of subjects, in the tokens of issuers that need a setting for them.

use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho::testing::TokenShape;
use sekisho::token::{ClaimPath, Verifier};
use serde_json::{Value, json};
use tonic::Code;

use super::shapes::{Shape, shapes, workload};
use super::{API1, signed};
use crate::support::{AUDIENCE, App, Setup, assert_not_logged, issuer, lines_with};

fn path(text: &str) -> ClaimPath {
    text.parse().expect("a path")
}

async fn app(name: &str, verifier: Verifier) -> App {
    let (set, _) = KeySet::parse(issuer().jwks().as_bytes()).expect("a key set");
    App::start_with(Setup { issuer: Issuer::new(Keys::fixed(name, set), verifier), ..Setup::default() }).await
}

fn shape(heading: &str) -> Shape {
    shapes().into_iter().find(|shape| shape.heading == heading).expect("a shape")
}

fn text<'a>(payload: &'a Value, claim: &str) -> &'a str {
    payload[claim].as_str().expect("a text")
}

/// The value with other members in it.
fn patched(value: &Value, patch: &Value) -> Value {
    let mut patched = value.as_object().expect("an object").clone();
    patched.extend(patch.as_object().expect("an object").clone());
    patched.into()
}

/// Okta writes `cid`, and Entra ID `appid` into tokens of its version 1.0.
#[tokio::test]
async fn the_client_is_in_the_claim_that_is_named_for_it() {
    for (heading, claim) in [("Okta", "cid"), ("Microsoft Entra ID, v1.0 tokens", "appid")] {
        let shape = shape(heading);
        let verifier = || Verifier::new(text(&shape.access, "aud"));
        let named = app(text(&shape.access, "iss"), verifier().client_claims([path(claim)])).await;
        let unnamed = app(text(&shape.access, "iss"), verifier()).await;
        let client = text(&shape.access, claim);
        for (app, with, shown) in [(&named, "with", Some(client)), (&unnamed, "without", None)] {
            let subject = format!("{with} {claim}");
            let token = signed(&shape.header, &patched(&shape.access, &json!({"sub": subject})));
            for _ in 0..2 {
                assert_eq!(app.call(API1).bearer(&token).send().await.code(), Code::Ok, "{heading}");
            }
            let lines = lines_with(&format!("subject=\"{subject}\""));
            assert_eq!(lines.len(), 2, "{lines:?}");
            for line in lines {
                let field = shown.map(|client| format!("client=\"{client}\""));
                assert_eq!(line.contains(" client="), field.is_some(), "{line}");
                assert!(field.is_none_or(|field| line.contains(&field)), "{line}");
            }
        }
        let odd = signed(&shape.header, &patched(&shape.access, &json!({claim: [client]})));
        let refused = named.call(API1).bearer(&odd).send().await;
        assert_eq!(refused.reason(), "ACCESS_TOKEN_INVALID", "{heading}");
        let message = format!("The access token's {claim} claim is of the wrong type");
        assert_eq!(refused.status().message(), message);
        assert_eq!(
            unnamed.call(API1).bearer(&odd).send().await.code(),
            Code::Ok,
            "{heading}: nobody reads it"
        );
    }
}

/// Header and payload of a bound token of a service account.
fn kubernetes() -> (Value, Value) {
    workload(TokenShape::KubernetesServiceAccount, "https://kubernetes.default.svc.cluster.local")
}

/// Those of an ID token of a workflow. GitHub has no other, and none of the marks by which one is told.
fn github() -> (Value, Value) {
    workload(TokenShape::GitHubActions, "https://token.actions.githubusercontent.com")
}

#[tokio::test]
async fn a_workload_has_the_scopes_of_its_subject_and_of_no_other() {
    let cases = [
        (kubernetes(), "system:serviceaccount:shop:stock", "system:serviceaccount:shop:billing-2"),
        (github(), "repo:example/shop:ref:refs/heads/main2", "repo:example/shop:pull_request"),
    ];
    for ((header, access), neighbour, stranger) in cases {
        let (name, subject) = (text(&access, "iss"), text(&access, "sub"));
        let scopes = "api1:read:status".parse().expect("a scope");
        let mapped = app(name, Verifier::new(AUDIENCE).scopes_of(subject, scopes)).await;
        let plain = app(name, Verifier::new(AUDIENCE)).await;
        let token = |patch: Value| signed(&header, &patched(&access, &patch));
        let call = async |app: &App, path: &str, patch: Value| {
            app.call(path).bearer(&token(patch)).send().await.reason()
        };
        // The second one is remembered.
        for _ in 0..2 {
            assert_eq!(call(&mapped, API1, json!({})).await, "", "{subject}");
            let lacking = "ACCESS_TOKEN_SCOPE_INSUFFICIENT";
            assert_eq!(call(&mapped, "/api2.v1.Api2/GetStatus", json!({})).await, lacking, "{subject}");
            assert_eq!(call(&plain, API1, json!({})).await, lacking, "{subject}: not mapped");
            for other in [neighbour, stranger, "*", &subject.to_uppercase()] {
                assert_eq!(call(&mapped, API1, json!({"sub": other})).await, lacking, "{other}");
            }
        }
        // What is wrong with a token is so whoever it is about.
        let foreign = json!({"aud": "https://another.example"});
        assert_eq!(call(&mapped, API1, foreign).await, "ACCESS_TOKEN_INVALID", "{subject}");
        assert_eq!(call(&mapped, API1, json!({"exp": 1})).await, "ACCESS_TOKEN_EXPIRED", "{subject}");
    }
}

/// What a claim says stands in no line unless it is to be logged, whether the call is allowed or refused.
#[tokio::test]
async fn claims_that_are_kept_are_not_logged() {
    let kept = [path("email"), path(r"kubernetes\.io.namespace")];
    let (header, access) = kubernetes();
    let app = app(text(&access, "iss"), Verifier::new(AUDIENCE).keep_claims(kept)).await;
    let patch = json!({
        "sub": "keeps a secret", "email": "kept-secret@mail.example", "kubernetes.io": {"namespace": "kept-secret"},
    });
    let lacking = signed(&header, &patched(&access, &patch));
    let allowed = signed(&header, &patched(&patched(&access, &patch), &json!({"scope": "api1:read:status"})));
    for (token, code) in [(&lacking, Code::PermissionDenied), (&allowed, Code::Ok)] {
        assert_eq!(app.call(API1).bearer(token).send().await.code(), code);
        assert_not_logged(token);
    }
    assert_eq!(lines_with("keeps a secret").len(), 2);
    assert_eq!(lines_with("kept-secret"), Vec::<String>::new());
}
