//! Clients, further claims and scopes of subjects, in the tokens of issuers that need a setting for them.

use sekisho::authorizer::Issuer;
use sekisho::jwks::{KeySet, Keys};
use sekisho::token::{ClaimPath, Verifier};
use serde_json::{Value, json};
use tonic::Code;

use super::shapes::{Shape, shapes};
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

fn own_header() -> Value {
    json!({"alg": "RS256", "kid": "test-key"})
}

/// A bound token of a service account (Kubernetes 1.30 and later).
fn kubernetes() -> Value {
    json!({
        "aud": [AUDIENCE], "iss": "https://kubernetes.default.svc.cluster.local", "jti": "6a3a0c1e",
        "iat": 1_800_000_000, "nbf": 1_800_000_000, "exp": 1_800_003_600,
        "kubernetes.io": {
            "namespace": "shop", "node": {"name": "node-1", "uid": "n"}, "pod": {"name": "billing-0", "uid": "p"},
            "serviceaccount": {"name": "billing", "uid": "s"}, "warnafter": 1_800_003_607,
        },
        "sub": "system:serviceaccount:shop:billing",
    })
}

/// An ID token of a workflow. GitHub has no other, and none of the marks by which one is told.
fn github() -> Value {
    json!({
        "jti": "c1f0", "sub": "repo:octo-org/orders:ref:refs/heads/main", "aud": AUDIENCE, "ref": "refs/heads/main",
        "sha": "5f7c8ec7c33c6c004b", "repository": "octo-org/orders", "repository_owner": "octo-org",
        "run_id": "1", "run_attempt": "1", "actor": "octocat", "workflow": "deploy", "event_name": "push",
        "ref_protected": "true", "ref_type": "branch", "job_workflow_ref": "octo-org/orders/.github/workflows/d.yml@refs/heads/main",
        "runner_environment": "github-hosted", "iss": "https://token.actions.githubusercontent.com",
        "iat": 1_800_000_000, "nbf": 1_799_999_400, "exp": 1_800_000_900,
    })
}

#[tokio::test]
async fn a_workload_has_the_scopes_of_its_subject_and_of_no_other() {
    let cases = [
        (kubernetes(), json!({}), "system:serviceaccount:shop:stock", "system:serviceaccount:shop:billing-2"),
        (
            github(),
            json!({"typ": "JWT", "x5t": "x"}),
            "repo:octo-org/orders:ref:refs/heads/main2",
            "repo:octo-org/orders:pull_request",
        ),
    ];
    for (access, header, neighbour, stranger) in cases {
        let (name, subject) = (text(&access, "iss"), text(&access, "sub"));
        let scopes = "api1:read:status".parse().expect("a scope");
        let mapped = app(name, Verifier::new(AUDIENCE).scopes_of(subject, scopes)).await;
        let plain = app(name, Verifier::new(AUDIENCE)).await;
        let header = patched(&own_header(), &header);
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
    let app = app(text(&kubernetes(), "iss"), Verifier::new(AUDIENCE).keep_claims(kept)).await;
    let patch = json!({
        "sub": "keeps a secret", "email": "kept-secret@mail.example", "kubernetes.io": {"namespace": "kept-secret"},
    });
    let lacking = signed(&own_header(), &patched(&kubernetes(), &patch));
    let allowed = signed(
        &own_header(),
        &patched(&patched(&kubernetes(), &patch), &json!({"scope": "api1:read:status"})),
    );
    for (token, code) in [(&lacking, Code::PermissionDenied), (&allowed, Code::Ok)] {
        assert_eq!(app.call(API1).bearer(token).send().await.code(), code);
        assert_not_logged(token);
    }
    assert_eq!(lines_with("keeps a secret").len(), 2);
    assert_eq!(lines_with("kept-secret"), Vec::<String>::new());
}
