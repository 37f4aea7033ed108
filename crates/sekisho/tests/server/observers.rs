//! Whoever observes is told of each decision, and changes none.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::Request;
use sekisho::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};
use sekisho::observe::{Decision, Observer};
use sekisho::testing::{ManualClock, TestIssuer};
use sekisho::token::Verifier;
use sekisho::{Issuer, Protected, Services};
use tokio::sync::watch;
use tonic::body::Body;
use tower::ServiceExt as _;

use super::support::{DELETE, GET, Orders, Ran, issuer};
use super::way;

/// `Delete` only reports.
fn services(orders: &Orders) -> Services {
    let source = r#"
        syntax = "proto3";
        package orders.v1;
        import "sekisho/v1/access.proto";
        message Order {}
        service Orders {
          option (sekisho.v1.default_access) = { all_of: "orders:read" };
          rpc Get(Order) returns (Order);
          rpc Delete(Order) returns (Order) {
            option (sekisho.v1.access) = { all_of: "orders:write" mode: REPORT_ONLY };
          }
        }
    "#;
    let set = sekisho_build::descriptor_set_of(source).expect("a descriptor set");
    way(Services::new(&set)).add_service(orders.clone())
}

/// What it is told, as text.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Recorder {
    fn decided(&self, decision: &Decision<'_>) {
        let rule = decision.method().map(|method| {
            let position = method.position().expect("where it stands");
            format!(
                "{:?} {:?} line {}",
                method.rule().required().map(ToString::to_string),
                method.origin(),
                position.line
            )
        });
        let subject = decision.claims().map(sekisho::token::Claims::subject);
        let told = [decision.reason(), decision.issuer_name(), subject].map(|text| text.unwrap_or("-"));
        let (outcome, path) = (decision.outcome().as_str(), decision.path());
        let (again, took) = (decision.is_remembered(), decision.time_taken().as_secs());
        let rule = rule.unwrap_or_else(|| "-".to_owned());
        let told = format!("{outcome} {path} [{rule}] {} again={again} {took}s", told.join(" "));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}

async fn call(protected: &Protected, path: &str, token: Option<&str>) -> http::Response<Body> {
    let mut call = Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
    if let Some(token) = token {
        call = call.header("authorization", format!("Bearer {token}"));
    }
    let message = http_body_util::Full::new(bytes::Bytes::from_static(&[0; 5]));
    let Ok(answer) = protected.clone().oneshot(call.body(message).expect("a request")).await;
    answer
}

const READ: &str = r#"[Some("orders:read") ServiceDefault line 8]"#;
const WRITE: &str = r#"[Some("orders:write") MethodOption line 9]"#;

#[tokio::test]
async fn each_decision_is_told_with_whatever_is_known_of_it() {
    let (orders, recorder, issuer) = (Orders::default(), Recorder::default(), issuer());
    let clock = Arc::new(ManualClock::new());
    let services = services(&orders).clock(clock).observed_by(recorder.clone());
    let protected = services.protect(issuer.issuer().named("tenant")).expect("protected");
    let read = issuer.token().scope("orders:read").sign();
    let expired = issuer.token().claim("exp", 1).sign();
    let denied = "ACCESS_TOKEN_SCOPE_INSUFFICIENT tenant alice";
    for (path, token, told) in [
        (GET, Some(&read), format!("allowed {GET} {READ} - tenant alice again=false 0s")),
        (GET, Some(&read), format!("allowed {GET} {READ} - tenant alice again=true 0s")),
        (DELETE, Some(&read), format!("would_deny {DELETE} {WRITE} {denied} again=true 0s")),
        (DELETE, None, format!("would_deny {DELETE} {WRITE} CREDENTIALS_MISSING tenant - again=false 0s")),
        (
            DELETE,
            Some(&expired),
            format!("would_deny {DELETE} {WRITE} ACCESS_TOKEN_EXPIRED tenant - again=false 0s"),
        ),
        (GET, Some(&expired), format!("refused {GET} {READ} ACCESS_TOKEN_EXPIRED tenant - again=false 0s")),
        (GET, None, format!("refused {GET} {READ} CREDENTIALS_MISSING tenant - again=false 0s")),
        (
            "/orders.v1.Orders/None",
            Some(&read),
            "refused /orders.v1.Orders/None [-] UNKNOWN_METHOD - - again=false 0s".to_owned(),
        ),
    ] {
        call(&protected, path, token.map(String::as_str)).await;
        assert_eq!(recorder.take(), [told]);
    }
    // What is no method's path may have anything in it.
    for path in [format!("/orders.v1.Orders/{read}"), format!("/{read}")] {
        call(&protected, &path, None).await;
        assert_eq!(recorder.take(), ["refused (no method's path) [-] UNKNOWN_METHOD - - again=false 0s"]);
    }
    call(&protected, &format!("{GET}?{read}"), None).await;
    assert_eq!(recorder.take(), [format!("refused {GET} [-] UNKNOWN_METHOD - - again=false 0s")]);
}

struct Panics;

impl Observer for Panics {
    fn decided(&self, decision: &Decision<'_>) {
        panic!("an observer's own, at {}", decision.path());
    }
}

/// Tells of it where handlers tell that they ran.
struct Before(Ran);

impl Observer for Before {
    fn decided(&self, _: &Decision<'_>) {
        self.0.add("told".to_owned());
    }
}

#[tokio::test]
async fn row_115_one_that_panics_stops_neither_a_call_nor_the_other_observers() {
    let (orders, recorder, issuer) = (Orders::default(), Recorder::default(), issuer());
    let observed = services(&orders).clock(Arc::new(ManualClock::new())).observed_by(Panics);
    let observed = observed.observed_by(recorder.clone()).observed_by(Arc::new(Panics));
    let observed = observed.observed_by(Before(orders.ran.clone()));
    let protected = observed.protect(issuer.issuer()).expect("protected");
    let read = issuer.token().scope("orders:read").sign();
    for (path, token, outcome, ran) in [
        (GET, Some(&read), "allowed", vec!["told", "/orders.v1.Orders/Get for alice"]),
        (GET, None, "refused", vec!["told"]),
        (DELETE, None, "would_deny", vec!["told", "/orders.v1.Orders/Delete for anonymous"]),
        ("/a.A/B", None, "refused", vec!["told"]),
    ] {
        let ran_before = orders.ran.all().len();
        let answer = call(&protected, path, token.map(String::as_str)).await;
        assert_eq!(answer.headers().contains_key("grpc-status"), outcome == "refused", "{path}");
        let told = recorder.take();
        assert!(told.len() == 1 && told[0].starts_with(outcome), "{told:?}");
        assert_eq!(orders.ran.all()[ran_before..], ran);
    }
}

/// Publishes another key the second time, once it is let go.
struct Rotates {
    before: String,
    after: String,
    go_on: watch::Sender<bool>,
    asked: watch::Sender<usize>,
}

impl KeySource for Rotates {
    fn issuer(&self) -> Arc<str> {
        "https://tenant.example/".into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let is_first = *self.asked.borrow() == 0;
        self.asked.send_modify(|asked| *asked += 1);
        let jwks = if is_first { &self.before } else { &self.after };
        if !is_first {
            self.go_on.subscribe().wait_for(|go_on| *go_on).await.expect("it is there");
        }
        let (set, left_out) = KeySet::parse(jwks.as_bytes()).expect("a set");
        Ok(Fetched { issuer: self.issuer(), set, left_out })
    }
}

#[tokio::test]
async fn the_time_that_a_decision_takes_has_the_wait_for_a_key_in_it() {
    let (orders, recorder, issuer) = (Orders::default(), Recorder::default(), issuer().kid("new"));
    let before = TestIssuer::new("https://tenant.example/", "orders").kid("old");
    let (go_on, asked) = (watch::Sender::new(false), watch::Sender::new(0));
    let source =
        Rotates { before: before.jwks(), after: issuer.jwks(), go_on: go_on.clone(), asked: asked.clone() };
    let clock = Arc::new(ManualClock::new());
    let keys = Keys::remote(source, Schedule::default(), clock.clone());
    keys.readiness_other_than(false).await;
    let services = services(&orders).clock(clock.clone()).observed_by(recorder.clone());
    let trusted = Issuer::new(keys, Verifier::new("orders"));
    let protected = services.protect(trusted).expect("protected");
    let token = issuer.token().scope("orders:read").sign();
    let calling = tokio::spawn(async move { call(&protected, GET, Some(&token)).await });
    asked.subscribe().wait_for(|asked| *asked >= 2).await.expect("it is there");
    clock.advance(Duration::from_secs(7));
    go_on.send_replace(true);
    calling.await.expect("no panic");
    assert_eq!(recorder.take(), [format!("allowed {GET} {READ} - - alice again=false 7s")]);
}
