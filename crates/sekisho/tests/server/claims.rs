//! What a handler learns of a token's claims.

use std::convert::Infallible;

use http::{Request, Response};
use sekisho::Grant;
use sekisho::token::{ClaimPath, ClaimValue, Verifier};
use serde_json::json;
use tonic::Code;
use tonic::body::Body;
use tower::service_fn;

use super::support::{GET, Ran, call, connect, issuer, serve_by_tonic, unregistered};

fn paths<const N: usize>(texts: [&str; N]) -> [ClaimPath; N] {
    texts.map(|text| text.parse().expect("a path"))
}

fn keeping(verifier: Verifier) -> Verifier {
    let scopes = "orders:read".parse().expect("scopes");
    let verifier = verifier.client_claims(paths(["cid", "azp"])).scopes_of("billing", scopes);
    verifier.keep_claims(paths(["tenant", "realm_access.roles"]))
}

/// The status of a call that the handler serves. The guard has none of these two.
const DONE: Code = Code::Aborted;
/// The status of one that it refuses.
const NO_TENANT: Code = Code::FailedPrecondition;

/// Only who is of a tenant is served.
fn handle(ran: &Ran, request: &Request<Body>) -> Code {
    let grant = request.extensions().get::<Grant>().expect("a grant");
    let ClaimValue::Text(tenant) = grant.claim("tenant") else { return NO_TENANT };
    let roles = grant.claim("realm_access.roles").as_texts();
    let roles: Vec<&str> = roles.iter().flat_map(|roles| roles.iter()).collect();
    ran.add(format!(
        "{} of {tenant} by {:?}: {roles:?}",
        grant.subject().unwrap_or("nobody"),
        grant.client()
    ));
    DONE
}

#[tokio::test]
async fn a_handler_is_told_of_the_claims_that_are_kept() {
    let (ran, issuer) = (Ran::default(), issuer());
    let record = ran.clone();
    let service = service_fn(move |request: Request<Body>| {
        let status = tonic::Status::new(handle(&record, &request), "");
        std::future::ready(Ok::<Response<Body>, Infallible>(status.into_http()))
    });
    let services = unregistered().add_named("orders.v1.Orders", service);
    let protected = services.protect(issuer.issuer().verified_by(keeping)).expect("protected");
    let channel = connect(serve_by_tonic(protected).await).await;

    let reader = || issuer.token().scope("orders:read").claim("cid", "page");
    let workload = issuer.token().subject("billing").claim("tenant", "acme");
    let with_roles = reader().claim("tenant", "acme").claim("realm_access", json!({"roles": ["a", "b"]}));
    let cases = [
        (with_roles, DONE, Some(r#"alice of acme by Some("page"): ["a", "b"]"#)),
        (reader().claim("tenant", "other"), DONE, Some(r#"alice of other by Some("page"): []"#)),
        (workload.clone(), DONE, Some(r#"billing of acme by Some("test-client"): []"#)),
        (workload.subject("billing2"), Code::PermissionDenied, None),
        (reader(), NO_TENANT, None),
        (reader().claim("tenant", json!(["acme"])), NO_TENANT, None),
        (reader().claim("tenant", "t".repeat(2000)), NO_TENANT, None),
        (reader().claim("tenant", "acme").claim("cid", 1), Code::Unauthenticated, None),
    ];
    let mut expected = Vec::new();
    for (token, code, entered) in cases {
        let token = token.sign();
        // The second one is remembered.
        for _ in 0..2 {
            assert_eq!(call(&channel, GET, Some(&token)).await.code(), code, "{entered:?}");
            expected.extend(entered);
        }
    }
    assert_eq!(ran.all(), expected);
}
