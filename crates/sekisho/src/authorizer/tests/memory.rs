//! What is remembered of a token changes no verdict.

use std::sync::{LazyLock, Mutex};
use std::time::SystemTime;

use proptest::prelude::*;

use super::*;
use crate::clock::Clock;
use crate::jwks::{FetchError, Fetched, KeySet, KeySource, Keys, Schedule};
use crate::token::Verifier;

const ISSUER: &str = "https://issuer.example/";
const WITHOUT_SLASH: &str = "https://issuer.example";

// --- an issuer, its clock and its keys, all of which a test moves ---------------------------------------

/// The time of the calendar, which also steps back, and the time that passes.
#[derive(Debug)]
struct Times(Mutex<(SystemTime, Duration)>);

impl Times {
    fn new() -> Self {
        Self(Mutex::new((ManualClock::new().time(), Duration::from_secs(1))))
    }

    fn step(&self, seconds: i64) {
        let mut times = self.0.lock().expect("a lock");
        let by = Duration::from_secs(seconds.unsigned_abs());
        times.0 = if seconds < 0 { times.0 - by } else { times.0 + by };
    }

    fn pass(&self, by: Duration) {
        let mut times = self.0.lock().expect("a lock");
        *times = (times.0 + by, times.1 + by);
    }
}

impl Clock for Times {
    fn now(&self) -> SystemTime {
        self.0.lock().expect("a lock").0
    }

    fn elapsed(&self) -> Duration {
        self.0.lock().expect("a lock").1
    }
}

/// What the issuer publishes, and under which name; down with nothing.
#[derive(Clone)]
struct Published(Arc<Mutex<Option<(&'static str, String)>>>);

impl KeySource for Published {
    fn issuer(&self) -> Arc<str> {
        ISSUER.into()
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        let published = self.0.lock().expect("a lock").clone();
        let (issuer, jwks) = published.ok_or(FetchError::TimedOut { limit: Duration::ZERO })?;
        let (set, left_out) = KeySet::parse(jwks.as_bytes()).expect("a set");
        Ok(Fetched { issuer: issuer.into(), set, left_out })
    }
}

struct World {
    clock: Arc<Times>,
    published: Published,
    keys: Keys,
    authorizer: Authorizer,
}

impl World {
    async fn remembering(entries: usize) -> Self {
        let published = Published(Arc::new(Mutex::new(Some((ISSUER, jwks(&[0]))))));
        let clock = Arc::new(Times::new());
        let keys = Keys::remote(published.clone(), Schedule::default(), clock.clone());
        keys.readiness_other_than(false).await;
        let authorizer = authorizer(Issuer::new(keys.clone(), Verifier::new("api")));
        let authorizer = authorizer.clock(clock.clone()).remember_tokens(entries);
        Self { clock, published, keys, authorizer }
    }

    async fn publish(&self, published: Option<(&'static str, String)>) {
        *self.published.0.lock().expect("a lock") = published;
        let _ = self.keys.refresh().await;
    }

    async fn call(&self, path: &str, token: &str) -> String {
        Self::verdict_of(&self.authorizer, path, token).await
    }

    /// All that a verdict says, but for when to try again: that is not the same twice.
    async fn verdict_of(authorizer: &Authorizer, path: &str, token: &str) -> String {
        let mut metadata = HeaderMap::new();
        metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
        let verdict = match authorizer.authorize(path, &metadata) {
            Authorization::Decided(verdict) => verdict,
            Authorization::AwaitingKey(verdict) => verdict.await,
        };
        let method = verdict.method().map(Method::path);
        let shown = format!("{method:?} {:?} {:?}", verdict.claims(), prefix_of(&verdict));
        match &verdict.result {
            Err(Denial::KeysUnavailable { .. }) => format!("{shown} KeysUnavailable"),
            result => format!("{shown} {:?}", result.as_ref().map(Grant::claims)),
        }
    }

    fn remembers(&self, token: &str) -> bool {
        let metadata =
            HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"))]);
        let presented = self.authorizer.presented(&metadata).expect("a token");
        self.authorizer.memory.recall(presented, &self.authorizer.issuers, self.clock.now()).is_some()
    }
}

// --- keys and tokens, made once -------------------------------------------------------------------------

/// The second has the name of the first: a key that changed under its name.
static KEYS: LazyLock<[TestIssuer; 3]> =
    LazyLock::new(|| ["first", "first", "other"].map(|kid| TestIssuer::new(ISSUER, "api").kid(kid)));

fn jwks(keys: &[usize]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| KEYS[*key].jwk()).collect();
    serde_json::json!({ "keys": keys }).to_string()
}

/// The first key behind as many without a name as a token without one is tried against.
fn jwks_with_many() -> String {
    let mut keys = vec![KEYS[2].jwk(); crate::jwks::MAX_TRIED];
    for key in &mut keys {
        key.as_object_mut().expect("an object").remove("kid");
    }
    keys.push(KEYS[0].jwk());
    serde_json::json!({ "keys": keys }).to_string()
}

fn sets() -> [String; 6] {
    [jwks(&[0]), jwks(&[1]), jwks(&[2]), jwks(&[0, 2]), jwks(&[2, 0]), jwks_with_many()]
}

/// One that is right, others that share its beginning, its end or its length, and some that time and keys are hard on.
static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
    const START: u64 = 1_800_000_000;
    let first = &KEYS[0];
    let token = || first.token().scope("read");
    let right = token().sign();
    let (head, signature) = right.rsplit_once('.').expect("a signature");
    let (header, _) = head.split_once('.').expect("a payload");
    let admin = token().scope("admin").payload_json();
    let altered = format!("{header}.{}.{signature}", crate::base64url::encode(admin.as_bytes()));
    let other = token().subject("mallo").sign();
    let other_signature = other.rsplit_once('.').expect("a signature").1;
    vec![
        right.clone(),
        altered,
        format!("{head}.{other_signature}"),
        format!("{}{}", &right[..right.len() - 1], if right.ends_with('A') { 'Q' } else { 'A' }),
        right[1..].to_owned(),
        format!("{right}="),
        other,
        token().scope("write").sign(),
        token().claim("exp", START + 30).sign(),
        token().claim("nbf", START + 30).sign(),
        token().claim("iat", START + 30).sign(),
        token().claim("nbf", "soon").sign(),
        token().claim("iss", WITHOUT_SLASH).sign(),
        token().without_header("kid").sign(),
        KEYS[1].token().scope("read").sign(),
        KEYS[2].token().scope("read").sign(),
        token().claim("exp", START + 10_000_000).sign(),
    ]
});

/// The place of the one that says no `kid`, and of the one that lasts for months.
const NAMELESS: usize = 13;
const LASTING: usize = 16;

// --- the property ---------------------------------------------------------------------------------------

#[derive(Debug, Clone)]
enum Step {
    Call {
        token: usize,
        path: &'static str,
    },
    /// The calendar alone.
    ClockSteps {
        seconds: i64,
    },
    TimePasses {
        seconds: u64,
    },
    Publishes {
        set: usize,
        issuer: &'static str,
    },
    IsDown,
}

fn step() -> impl Strategy<Value = Step> {
    let path = prop_oneof![4 => Just(PATH), 1 => Just("/a.v1.A/Put")];
    prop_oneof![
        8 => (prop_oneof![1 => Just(0), 1 => Just(NAMELESS), 1 => Just(LASTING), 2 => 0..TOKENS.len()], path).prop_map(|(token, path)| Step::Call { token, path }),
        2 => (-90_i64..90).prop_map(|seconds| Step::ClockSteps { seconds }),
        2 => prop_oneof![0..90_u64, 80_000..90_000_u64].prop_map(|seconds| Step::TimePasses { seconds }),
        2 => (0..sets().len(), prop_oneof![3 => Just(ISSUER), 1 => Just(WITHOUT_SLASH)])
            .prop_map(|(set, issuer)| Step::Publishes { set, issuer }),
        1 => Just(Step::IsDown),
    ]
}

async fn take(world: &World, forgetful: &Authorizer, step: &Step) {
    match step {
        Step::Call { token, path } => {
            let token = &TOKENS[*token];
            // First the one that looks for keys, so that the other finds what it found.
            let expected = World::verdict_of(forgetful, path, token).await;
            assert_eq!(world.call(path, token).await, expected);
        }
        Step::ClockSteps { seconds } => world.clock.step(*seconds),
        Step::TimePasses { seconds } => world.clock.pass(Duration::from_secs(*seconds)),
        Step::Publishes { set, issuer } => world.publish(Some((issuer, sets()[*set].clone()))).await,
        Step::IsDown => world.publish(None).await,
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime")
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Row 102 and row 103: whatever comes in whichever order.
    #[test]
    fn with_memory_and_without_the_verdicts_are_the_same(steps in proptest::collection::vec(step(), 1..40)) {
        run(async {
            let world = World::remembering(10_000).await;
            // Of the same keys: when they are fetched is not the same twice either.
            let forgetful = world.authorizer.clone().remember_tokens(0);
            for step in &steps {
                take(&world, &forgetful, step).await;
            }
        });
    }
}

// --- what each step is worth ----------------------------------------------------------------------------

const ALLOWED: &str = "Ok(Some(";

#[tokio::test(start_paused = true)]
async fn a_token_that_was_accepted_is_remembered_and_one_that_was_refused_is_not() {
    let world = World::remembering(10).await;
    for (index, token) in TOKENS.iter().enumerate() {
        let is_verified = [0, 6, 7, 8, NAMELESS, LASTING].contains(&index);
        for path in ["/a.v1.A/Put", PATH] {
            world.call(path, token).await;
            assert_eq!(world.remembers(token), is_verified, "token {index}");
        }
    }
    let forgetful = World::remembering(0).await;
    assert!(forgetful.call(PATH, &TOKENS[0]).await.contains(ALLOWED));
    assert!(!forgetful.remembers(&TOKENS[0]));
}

#[tokio::test(start_paused = true)]
async fn a_token_outlives_its_keys_neighbours_and_not_its_key() {
    let world = World::remembering(10).await;
    let token = &TOKENS[0];
    world.call(PATH, token).await;
    let mut was_there = true;
    for (published, expected) in [
        ((ISSUER, jwks(&[0, 2])), true),
        ((ISSUER, jwks(&[2])), false),
        ((ISSUER, jwks(&[2, 0])), true),
        ((ISSUER, jwks(&[1])), false),
        ((ISSUER, jwks(&[0])), true),
        ((WITHOUT_SLASH, jwks(&[0])), false),
        ((ISSUER, jwks(&[0])), true),
    ] {
        world.publish(Some(published.clone())).await;
        assert_eq!(world.remembers(token), expected && was_there, "{published:?}");
        assert_eq!(world.call(PATH, token).await.contains(ALLOWED), expected, "{published:?}");
        was_there = expected;
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_the_name_of_its_key_is_tried_against_no_more_keys_than_before() {
    let world = World::remembering(10).await;
    let (named, nameless) = (&TOKENS[0], &TOKENS[NAMELESS]);
    for (set, expected) in
        [(jwks(&[0]), true), (jwks(&[2, 0]), true), (jwks_with_many(), false), (jwks(&[0]), true)]
    {
        world.publish(Some((ISSUER, set.clone()))).await;
        assert!(world.call(PATH, named).await.contains(ALLOWED), "{set}");
        assert_eq!(world.call(PATH, nameless).await.contains(ALLOWED), expected, "{set}");
        assert_eq!((world.remembers(named), world.remembers(nameless)), (true, expected), "{set}");
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_too_old_serve_no_token_that_is_remembered() {
    let world = World::remembering(10).await;
    let token = &TOKENS[LASTING];
    world.call(PATH, token).await;
    // Nothing new comes.
    world.publish(None).await;
    world.clock.pass(Duration::from_secs(24 * 60 * 60 - 10));
    assert!(world.remembers(token) && world.call(PATH, token).await.contains(ALLOWED));
    world.clock.pass(Duration::from_secs(11));
    assert!(!world.remembers(token) && world.call(PATH, token).await.contains("KeysUnavailable"));
    world.publish(Some((ISSUER, jwks(&[0])))).await;
    assert!(world.remembers(token));
}

#[tokio::test(start_paused = true)]
async fn other_settings_start_with_nothing() {
    let world = World::remembering(10).await;
    let token = &TOKENS[0];
    world.call(PATH, token).await;
    let remembers = |authorizer: Authorizer| {
        let world = World {
            authorizer,
            clock: world.clock.clone(),
            published: world.published.clone(),
            keys: world.keys.clone(),
        };
        world.remembers(token)
    };
    let own = || world.authorizer.clone();
    assert!(remembers(own()), "a clone shares it");
    assert!(!remembers(own().max_token_size(4096)), "another size");
    assert!(
        !remembers(own().also_trusting(TestIssuer::new("https://two.example/", "api").issuer())),
        "one issuer more"
    );
    assert!(!remembers(own().clock(world.clock.clone())), "another clock");
    assert!(!remembers(own().remember_tokens(10)), "another size of the memory");
}

#[tokio::test(start_paused = true)]
async fn no_more_is_remembered_than_was_asked_for() {
    let world = World::remembering(40).await;
    let tokens: Vec<String> =
        (0..100).map(|n| KEYS[0].token().subject(&format!("caller {n}")).scope("read").sign()).collect();
    let long = KEYS[0].token().claim("long", "x".repeat(5000)).scope("read").sign();
    for token in tokens.iter().chain([&long]) {
        assert!(world.call(PATH, token).await.contains(ALLOWED));
    }
    let remembered = tokens.iter().filter(|token| world.remembers(token)).count();
    assert!((20..=48).contains(&remembered), "{remembered}");
    for token in &tokens {
        assert!(world.call(PATH, token).await.contains(ALLOWED));
    }
}
