//! A table that does not hold what the policy has: no assembly makes one, and it ends in refusals.

use std::future::ready;
use std::sync::Mutex;

use tower::service_fn;

use super::*;
use crate::authorizer::Authorizer;
use crate::grpc::Guard;
use crate::observe::Observers;
use crate::policy::{AccessRule, Method, Policy};
use crate::server::as_granted::AsGranted;
use crate::server::direct::{Handled, Handler};
use crate::testing::TestIssuer;

const CHECK: &str = "/grpc.health.v1.Health/Check";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

fn policy() -> Policy {
    let set = tonic_health::pb::FILE_DESCRIPTOR_SET;
    let rule = |policy: crate::policy::PolicyBuilder, path: &str| policy.rule(&path[1..], AccessRule::Public);
    [CHECK, WATCH].into_iter().fold(Policy::builder().descriptor_set(set), rule).build().expect("a policy")
}

/// Says which one it is, where it runs.
fn handler(service: &str, name: &'static str, ran: &Arc<Mutex<Vec<&'static str>>>) -> Arc<dyn Handler> {
    let ran = Arc::clone(ran);
    let service_that_runs = service_fn(move |_: Request<Body>| {
        ran.lock().expect("no panic").push(name);
        ready(Ok(Response::new(Body::empty())))
    });
    Arc::new(AsGranted::new(service_that_runs, service))
}

/// The code of a call of each method, and what ran.
async fn outcome(
    handlers: impl FnOnce(&Policy, &Arc<Mutex<Vec<&'static str>>>) -> Vec<Handled>,
) -> ([Option<String>; 2], Vec<&'static str>) {
    let (policy, ran) = (policy(), Arc::default());
    let handlers = Handlers::new(handlers(&policy, &ran).into_iter());
    let issuer = TestIssuer::new("https://i.example/", "api").issuer();
    let guard = Guard::new(
        Behind::Direct(handlers.into()),
        Arc::new(Authorizer::new(policy, issuer)),
        Observers::default(),
    );
    let code = async |path| {
        let answer = guard.call(Request::post(path).body(Body::empty()).expect("a request")).await;
        let headers = answer.expect("infallible").into_parts().0.headers;
        headers.get("grpc-status").map(|code| code.to_str().expect("text").to_owned())
    };
    let codes = [code(CHECK).await, code(WATCH).await];
    let ran = ran.lock().expect("no panic").clone();
    (codes, ran)
}

fn method(policy: &Policy, path: &str) -> Arc<Method> {
    Arc::clone(policy.method(path).expect("a method"))
}

#[tokio::test]
async fn each_method_has_its_own_handler() {
    let (codes, ran) = outcome(|policy, ran| {
        let handler = |name| handler("grpc.health.v1.Health", name, ran);
        vec![(method(policy, WATCH), handler("watch")), (method(policy, CHECK), handler("check"))]
    })
    .await;
    assert_eq!((codes, ran), ([None, None], vec!["check", "watch"]));
}

#[tokio::test]
async fn a_method_without_a_handler_is_unimplemented() {
    let unimplemented = Some("12".to_owned());
    let (codes, ran) = outcome(|_, _| Vec::new()).await;
    assert_eq!((codes, ran), ([unimplemented.clone(), unimplemented.clone()], vec![]));
    let (codes, ran) =
        outcome(|policy, ran| vec![(method(policy, CHECK), handler("grpc.health.v1.Health", "check", ran))])
            .await;
    assert_eq!((codes, ran), ([None, unimplemented.clone()], vec!["check"]));
    // One of another policy, which is another method, whatever it is called.
    let (codes, ran) = outcome(|_, ran| {
        vec![(method(&super::tests::policy(), CHECK), handler("grpc.health.v1.Health", "check", ran))]
    })
    .await;
    assert_eq!((codes, ran), ([unimplemented.clone(), unimplemented], vec![]));
}

/// The innermost check is in force without layers too.
#[tokio::test]
async fn a_handler_of_another_service_does_not_run() {
    let (codes, ran) = outcome(|policy, ran| {
        vec![
            (method(policy, CHECK), handler("orders.v1.Orders", "orders", ran)),
            (method(policy, WATCH), handler("grpc.health.v1.Health", "watch", ran)),
        ]
    })
    .await;
    assert_eq!((codes, ran), ([Some("13".to_owned()), None], vec!["watch"]));
}
