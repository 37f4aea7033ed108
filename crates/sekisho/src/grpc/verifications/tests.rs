use std::sync::mpsc::channel;
use std::task::{Context, Waker};

use super::*;
use crate::clock::Clock as _;
use crate::policy::{AccessRule, Policy};
use crate::testing::{ManualClock, TestIssuer};

const PATH: &str = "/grpc.health.v1.Health/Check";

struct World {
    issuer: TestIssuer,
    clock: Arc<ManualClock>,
    authorizer: Arc<Authorizer>,
    verifications: Verifications,
}

impl World {
    fn remembering(tokens: usize) -> Self {
        let source = r#"syntax = "proto3"; package grpc.health.v1; message M {} service Health { rpc Check(M) returns (M); }"#;
        let set = sekisho_build::descriptor_set_of(source).expect("a set");
        let policy =
            Policy::builder().descriptor_set(&set).rule(&PATH[1..], AccessRule::Authenticated).build();
        let (issuer, clock) = (TestIssuer::new("https://i.example/", "api"), Arc::new(ManualClock::new()));
        let authorizer = Authorizer::new(policy.expect("a policy"), issuer.issuer()).clock(clock.clone());
        let authorizer = Arc::new(authorizer.remember_tokens(tokens));
        Self { issuer, clock, authorizer, verifications: Verifications::default() }
    }

    fn token(&self, subject: &str) -> String {
        self.issuer.token().subject(subject).issued_at(self.clock.time()).sign()
    }

    fn call(&self, token: &str) -> Authorization {
        self.verifications.authorize(&self.authorizer, PATH, &metadata(token))
    }

    /// Whether it was decided here.
    fn is_decided(&self, token: &str) -> bool {
        matches!(self.call(token), Authorization::Decided(_))
    }

    /// As many jobs as there are threads, that end when what is returned is dropped.
    fn occupied(&self) -> std::sync::mpsc::Sender<()> {
        let (release, released) = channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let (began, beginnings) = channel();
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (released, began) = (Arc::clone(&released), began.clone());
            assert!(self.verifications.run(Box::new(move || {
                let _ = began.send(());
                let _ = released.lock().map(|released| released.recv());
            })));
            beginnings.recv_timeout(Duration::from_secs(60)).expect("a thread takes it");
        }
        release
    }
}

fn metadata(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(http::header::AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"))])
}

async fn outcome(authorization: Authorization) -> String {
    let verdict = match authorization {
        Authorization::Decided(verdict) => verdict,
        Authorization::AwaitingKey(verdict) => verdict.await,
    };
    format!("{:?}", verdict.result().map(|grant| grant.subject().map(ToOwned::to_owned)))
}

#[tokio::test]
async fn a_token_alone_is_verified_where_its_call_is_and_of_many_the_rest_elsewhere() {
    let world = World::remembering(10);
    assert!(world.is_decided(&world.token("first")));
    let second = world.call(&world.token("second"));
    assert!(matches!(second, Authorization::AwaitingKey(_)));
    assert_eq!(outcome(second).await, "Ok(Some(\"second\"))");
    // It is remembered, whoever verified it.
    assert!(world.is_decided(&world.token("second")));
    world.clock.advance(PAUSE);
    assert!(world.is_decided(&world.token("third")));
    assert!(!world.is_decided(&world.token("fourth")));
}

#[tokio::test]
async fn what_is_decided_is_the_same_here_and_elsewhere() {
    let world = World::remembering(10);
    let stranger = TestIssuer::new("https://i.example/", "api").token().sign();
    let expired = world.issuer.token().claim("exp", 1).sign();
    for token in [world.token("somebody"), stranger, expired, "a.b.c".to_owned(), "a.b".to_owned()] {
        world.verifications.may_verify_here(world.clock.elapsed());
        // First elsewhere, while it is not remembered.
        let elsewhere = world.call(&token);
        assert!(matches!(elsewhere, Authorization::AwaitingKey(_)), "{token}");
        let elsewhere = outcome(elsewhere).await;
        let verdict = Verifications::default().authorize(&world.authorizer, PATH, &metadata(&token));
        assert!(matches!(verdict, Authorization::Decided(_)), "{token}");
        assert_eq!(outcome(verdict).await, elsewhere, "{token}");
    }
}

#[tokio::test]
async fn a_remembered_token_does_not_wait_for_those_that_are_verified() {
    let world = World::remembering(10);
    let (known, new) = (world.token("known"), world.token("new"));
    assert!(world.is_decided(&known));
    let release = world.occupied();
    let Authorization::AwaitingKey(mut waiting) = world.call(&new) else { panic!("it is handed over") };
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(world.is_decided(&known));
    drop(release);
    assert!(waiting.await.result().is_ok());
}

#[tokio::test]
async fn beyond_the_queue_tokens_are_verified_where_their_calls_are() {
    let world = World::remembering(10);
    let release = world.occupied();
    let mut waiting = 0;
    while world.verifications.run(Box::new(|| {})) {
        waiting += 1;
    }
    assert_eq!(waiting, QUEUE);
    world.verifications.may_verify_here(world.clock.elapsed());
    assert!(world.is_decided(&world.token("somebody")));
    drop(release);
}

#[tokio::test]
async fn where_none_is_remembered_each_is_verified_where_its_call_is() {
    let world = World::remembering(0);
    assert!(world.is_decided(&world.token("first")) && world.is_decided(&world.token("second")));
}

#[tokio::test]
async fn a_job_that_panics_is_a_refusal_and_its_thread_goes_on() {
    let world = World::remembering(10);
    let release = world.occupied();
    drop(release);
    for _ in 0..100 {
        assert!(world.verifications.run(Box::new(|| std::panic::resume_unwind(Box::new("a job's")))));
    }
    world.verifications.may_verify_here(world.clock.elapsed());
    assert_eq!(outcome(world.call(&world.token("somebody"))).await, "Ok(Some(\"somebody\"))");
    let lost = world.authorizer.undecided(PATH);
    assert!(matches!(lost.result(), Err(crate::authorizer::Denial::KeysUnavailable { .. })));
    assert_eq!(lost.method().map(crate::policy::Method::path), Some(PATH));
}
