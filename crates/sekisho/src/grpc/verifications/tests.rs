use std::sync::atomic::AtomicBool;
use std::sync::mpsc::channel;
use std::task::{Context, Waker};
use std::time::SystemTime;

use super::*;
use crate::clock::Clock;
use crate::policy::{AccessRule, Policy};
use crate::testing::TestIssuer;

const PATH: &str = "/grpc.health.v1.Health/Check";

/// The time that a verification takes, by a clock that goes on whenever it is looked at.
const STEP: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct Steps {
    looks: AtomicU64,
    panics_elsewhere: AtomicBool,
}

impl Clock for Steps {
    fn now(&self) -> SystemTime {
        let is_elsewhere = thread::current().name() == Some("verification");
        if is_elsewhere && self.panics_elsewhere.load(Ordering::SeqCst) {
            std::panic::resume_unwind(Box::new("a verification's"));
        }
        SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000)
    }

    fn elapsed(&self) -> Duration {
        STEP * u32::try_from(self.looks.fetch_add(1, Ordering::SeqCst)).expect("few looks")
    }
}

struct World {
    issuer: TestIssuer,
    clock: Arc<Steps>,
    authorizer: Arc<Authorizer>,
    verifications: Verifications,
}

impl World {
    fn remembering(tokens: usize) -> Self {
        let source = r#"syntax = "proto3"; package grpc.health.v1; message M {} service Health { rpc Check(M) returns (M); }"#;
        let set = sekisho_build::descriptor_set_of(source).expect("a set");
        let policy =
            Policy::builder().descriptor_set(&set).rule(&PATH[1..], AccessRule::Authenticated).build();
        let (issuer, clock) = (TestIssuer::new("https://i.example/", "api"), Arc::new(Steps::default()));
        let authorizer = Authorizer::new(policy.expect("a policy"), issuer.issuer()).clock(clock.clone());
        let authorizer = Arc::new(authorizer.remember_tokens(tokens));
        Self { issuer, clock, authorizer, verifications: Verifications::default() }
    }

    fn token(&self, subject: &str) -> String {
        self.issuer.token().subject(subject).issued_at(self.clock.now()).sign()
    }

    fn call(&self, token: &str) -> Authorization {
        self.verifications.authorize(&self.authorizer, PATH, &metadata(token))
    }

    /// Whether it was decided here.
    fn is_decided(&self, token: &str) -> bool {
        matches!(self.call(token), Authorization::Decided(_))
    }

    /// A token is verified where its call is.
    fn occupy_here(&self) {
        let here_from = nanoseconds(self.clock.elapsed() + 100 * STEP);
        self.verifications.0.here_from.store(here_from, Ordering::SeqCst);
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
    let world = World::remembering(1_000);
    let mut here = Vec::new();
    for number in 0..100 {
        let token = world.token(&number.to_string());
        let authorization = world.call(&token);
        if matches!(authorization, Authorization::Decided(_)) {
            here.push(number);
        }
        assert_eq!(outcome(authorization).await, format!("Ok(Some(\"{number}\"))"));
        // It is remembered, whoever verified it.
        assert!(world.is_decided(&token));
    }
    // It takes one step, and the next nine go elsewhere, each after a look.
    assert_eq!(here, [0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99]);
}

#[tokio::test]
async fn what_is_decided_is_the_same_here_and_elsewhere() {
    let (world, other) = (World::remembering(10), World::remembering(0));
    let expired = |world: &World| world.issuer.token().claim("exp", 1).sign();
    let stranger = |_: &World| TestIssuer::new("https://i.example/", "api").token().sign();
    let somebody = |world: &World| world.token("somebody");
    for (name, token) in [
        ("somebody", &somebody as &dyn Fn(&World) -> String),
        ("expired", &expired),
        ("of a stranger", &stranger),
    ] {
        world.occupy_here();
        let elsewhere = world.call(&token(&world));
        assert!(matches!(elsewhere, Authorization::AwaitingKey(_)), "{name}");
        let here = other.call(&token(&other));
        assert!(matches!(here, Authorization::Decided(_)), "{name}");
        assert_eq!(outcome(elsewhere).await, outcome(here).await, "{name}");
    }
}

#[tokio::test]
async fn what_has_no_signature_to_be_verified_is_refused_where_its_call_is() {
    let world = World::remembering(10);
    for token in ["a.b.c", "a.b", "e30.e30.AA"] {
        world.occupy_here();
        assert!(world.is_decided(token), "{token}");
    }
}

#[tokio::test]
async fn a_remembered_token_does_not_wait_for_those_that_are_verified() {
    let world = World::remembering(10);
    let (known, new) = (world.token("known"), world.token("new"));
    assert!(world.is_decided(&known));
    let release = world.occupied();
    world.occupy_here();
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
    world.occupy_here();
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
    world.occupy_here();
    assert_eq!(outcome(world.call(&world.token("somebody"))).await, "Ok(Some(\"somebody\"))");
    world.clock.panics_elsewhere.store(true, Ordering::SeqCst);
    world.occupy_here();
    let lost = outcome(world.call(&world.token("another"))).await;
    assert!(lost.starts_with("Err(KeysUnavailable"), "{lost}");
}
