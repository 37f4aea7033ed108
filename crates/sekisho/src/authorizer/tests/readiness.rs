//! When a server is ready that trusts several issuers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use super::replaced::ISSUERS;
use super::source::Source;
use super::*;
use crate::clock::Clock;
use crate::jwks::{Keys, Schedule};
use crate::token::Verifier;

/// What an issuer's keys are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There were none yet.
    NotYet,
    Held,
    /// Too old to serve.
    Stale,
}

use State::{Held, NotYet, Stale};

struct Trusted {
    issuer: Issuer,
    source: Source,
}

/// The issuer of this place, all of which are of different names.
async fn trusted(place: usize, is_required: bool, state: State) -> Trusted {
    let jwks = ISSUERS[place].jwks();
    let source = Source::new(&format!("https://{place}.example/"), (state != NotYet).then_some(jwks));
    let clock = Arc::new(ManualClock::new());
    let keys = source.keys(&clock).await;
    if state == Stale {
        source.publish(None);
        clock.advance(Duration::from_secs(25 * 3600));
    }
    assert_eq!((keys.is_ready(), keys.had_keys()), (state == Held, state != NotYet), "{state:?}");
    let issuer = Issuer::new(keys, Verifier::new("api")).required(is_required);
    Trusted { issuer, source }
}

async fn all(issuers: &[(bool, State)]) -> Vec<Issuer> {
    let mut all = Vec::new();
    for (place, (is_required, state)) in issuers.iter().enumerate() {
        all.push(trusted(place, *is_required, *state).await.issuer);
    }
    all
}

fn authorizer_of(issuers: Vec<Issuer>) -> Authorizer {
    let mut issuers = issuers.into_iter();
    let first = issuers.next().expect("an issuer");
    issuers.fold(authorizer(first), Authorizer::also_trusting)
}

const REQUIRED: bool = true;
const OPTIONAL: bool = false;

#[tokio::test(start_paused = true)]
async fn it_is_ready_once_each_required_issuer_had_keys_and_one_can_be_verified() {
    // Ready when first asked; and where a server of one issuer with keys was replaced by these.
    type Case = (&'static [(bool, State)], bool, bool);
    let cases: &[Case] = &[
        (&[(REQUIRED, Held)], true, true),
        (&[(REQUIRED, NotYet)], false, false),
        (&[(REQUIRED, Stale)], false, false),
        (&[(OPTIONAL, Held)], true, true),
        (&[(OPTIONAL, NotYet)], false, false),
        (&[(OPTIONAL, Stale)], false, false),
        (&[(REQUIRED, Held), (REQUIRED, Held)], true, true),
        (&[(REQUIRED, Held), (REQUIRED, NotYet)], false, true),
        (&[(REQUIRED, NotYet), (REQUIRED, Held)], false, true),
        (&[(REQUIRED, Held), (REQUIRED, Stale)], true, true),
        (&[(REQUIRED, Stale), (REQUIRED, NotYet)], false, false),
        (&[(REQUIRED, Held), (OPTIONAL, NotYet)], true, true),
        (&[(REQUIRED, NotYet), (OPTIONAL, Held)], false, true),
        (&[(REQUIRED, Stale), (OPTIONAL, Held)], true, true),
        (&[(REQUIRED, Stale), (OPTIONAL, NotYet)], false, false),
        (&[(OPTIONAL, NotYet), (OPTIONAL, Held)], true, true),
        (&[(OPTIONAL, NotYet), (OPTIONAL, Stale)], false, false),
        (&[(REQUIRED, Held), (REQUIRED, Held), (REQUIRED, NotYet)], false, true),
    ];
    for (issuers, at_first, after_it_was_ready) in cases {
        let trusted = all(issuers).await;
        assert_eq!(authorizer_of(trusted.clone()).is_ready(), *at_first, "{issuers:?}");
        let was_ready = authorizer_of(all(&[(REQUIRED, Held)]).await);
        assert!(was_ready.is_ready());
        was_ready.replace_issuers(trusted.clone()).expect("issuers");
        assert_eq!(was_ready.is_ready(), *after_it_was_ready, "{issuers:?} after it was ready");
        // One that never was ready has to be so first, whoever was trusted before.
        let never = authorizer_of(all(&[(REQUIRED, NotYet)]).await);
        assert!(!never.is_ready());
        never.replace_issuers(trusted).expect("issuers");
        assert_eq!(never.is_ready(), *at_first, "{issuers:?} before it was ready");
    }
}

async fn in_time(readiness: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(Duration::from_secs(60), readiness).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_readiness_is_told_of_replacements_and_of_keys_that_come_after() {
    let authorizer = authorizer_of(all(&[(REQUIRED, Held)]).await);
    assert!(authorizer.is_ready());
    assert!(!in_time(authorizer.readiness_other_than(true)).await, "nothing happens");
    let later = trusted(1, REQUIRED, NotYet).await;
    let (waits, replaces) = (authorizer.readiness_other_than(true), async {
        tokio::task::yield_now().await;
        authorizer.replace_issuers([later.issuer.clone()]).expect("one issuer");
    });
    assert!(tokio::join!(in_time(waits), replaces).0, "it is not ready any more");
    assert!(!authorizer.is_ready());

    // Its keys come: those of an issuer that nobody trusted when the wait began.
    let latest = trusted(2, REQUIRED, NotYet).await;
    let (waits, replaces) = (authorizer.readiness_other_than(false), async {
        tokio::task::yield_now().await;
        authorizer.replace_issuers([latest.issuer.clone()]).expect("one issuer");
        tokio::task::yield_now().await;
        latest.source.publish(Some(ISSUERS[2].jwks()));
        latest.issuer.keys().refresh().await.expect("keys");
    });
    assert!(tokio::join!(in_time(waits), replaces).0, "it is ready");
    assert!(authorizer.is_ready());
}

/// Its time jumps by itself once it was looked at so many times, as other threads' work would have it.
#[derive(Debug, Default)]
struct Jumping {
    looks: AtomicUsize,
    jumps_at: AtomicUsize,
}

impl Clock for Jumping {
    fn now(&self) -> SystemTime {
        ManualClock::new().time()
    }

    fn elapsed(&self) -> Duration {
        let jumps_at = self.jumps_at.load(Ordering::SeqCst);
        let has_jumped = jumps_at > 0 && self.looks.fetch_add(1, Ordering::SeqCst) >= jumps_at;
        Duration::from_secs(if has_jumped { 25 * 3600 } else { 0 })
    }
}

/// Keys may become too old between any two looks at them: nobody may then wait for what has been.
#[tokio::test(start_paused = true)]
async fn no_change_of_readiness_is_lost_between_two_looks() {
    let source = Source::new("https://one.example/", Some(ISSUERS[0].jwks()));
    for jumps_at in 1..12 {
        let clock = Arc::new(Jumping::default());
        source.publish(Some(ISSUERS[0].jwks()));
        let keys = Keys::remote(source.clone(), Schedule::default(), clock.clone());
        keys.refresh().await.expect("keys");
        source.publish(None);
        let authorizer = authorizer(Issuer::new(keys, Verifier::new("api")));
        assert!(authorizer.is_ready());
        clock.jumps_at.store(jumps_at, Ordering::SeqCst);
        let is_told = in_time(authorizer.readiness_other_than(true)).await;
        let has_jumped = clock.looks.load(Ordering::SeqCst) > jumps_at;
        assert!(has_jumped || jumps_at > 3, "nobody looks so often any more");
        assert_eq!(is_told, has_jumped, "at look {jumps_at}");
    }
}

/// As a stream does whose peer reads nothing.
#[tokio::test(start_paused = true)]
async fn whoever_waits_for_readiness_keeps_no_issuer_that_went() {
    let source = Source::new("https://one.example/", Some(ISSUERS[0].jwks()));
    let keys = source.keys(&Arc::new(ManualClock::new())).await;
    let authorizer = authorizer(Issuer::new(keys, Verifier::new("api")));
    let waits = {
        let authorizer = authorizer.clone();
        let mut waits = Box::pin(async move { authorizer.readiness_other_than(true).await });
        let is_ready = std::future::poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_ready())).await;
        assert!(!is_ready, "it is ready all the while");
        waits
    };
    authorizer.replace_issuers([ISSUERS[1].issuer()]).expect("one issuer");
    source.is_given_up().await;
    drop(waits);
}

#[tokio::test(start_paused = true)]
async fn what_was_ready_before_anybody_asked_is_ready_when_another_one_has_no_keys() {
    let down = Source::new("https://two.example/", None).keys(&Arc::new(ManualClock::new())).await;
    let down = Issuer::new(down, Verifier::new("api"));
    let authorizer = authorizer(ISSUERS[0].issuer());
    authorizer.replace_issuers([ISSUERS[0].issuer(), down]).expect("two issuers");
    assert!(authorizer.is_ready());
}
