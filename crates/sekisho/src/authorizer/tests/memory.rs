//! What is remembered of a token changes no verdict.

mod world;

use proptest::prelude::*;

use super::super::caller::Verified;
use super::super::memory::{Memory, size};
use super::*;
use crate::clock::Clock;
use crate::jwks::{Keys, Lookup};
use crate::token::{Presented, Verifier};
use world::{KEYS, LASTING, NAMELESS, TOKENS, World, jwks, jwks_with_many, sets};

const ISSUER: &str = "https://issuer.example/";
const WITHOUT_SLASH: &str = "https://issuer.example";

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

#[tokio::test(start_paused = true)]
async fn a_token_that_is_heavier_than_many_is_not_remembered() {
    let world = World::remembering(10_000).await;
    let scopes: Vec<String> = (0..600).map(|n| format!("s{n}")).collect();
    let heavy = KEYS[0].token().scope(&format!("read {}", scopes.join(" "))).sign();
    let long = KEYS[0].token().scope("read").claim("long", "x".repeat(5000)).sign();
    for (token, expected) in [(&heavy, false), (&long, true)] {
        assert!(world.call(PATH, token).await.contains(ALLOWED), "{} bytes", token.len());
        assert_eq!(world.remembers(token), expected, "{} bytes", token.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_one_issuer_is_judged_by_that_one_when_it_comes_again() {
    let world = World::remembering(10).await;
    let two = TestIssuer::new("https://two.example/", "two-api");
    let both = world.authorizer.clone().also_trusting(two.issuer());
    let tokens = [TOKENS[0].clone(), two.token().scope("read").sign()];
    // A key of the first is withdrawn, which is nothing to the second.
    for (published, expected) in
        [(jwks(&[0]), [true, true]), (jwks(&[2]), [false, true]), (jwks(&[0]), [true, true])]
    {
        world.publish(Some((ISSUER, published))).await;
        for _ in 0..2 {
            for (token, expected) in tokens.iter().zip(expected) {
                let verdict = World::verdict_of(&both, PATH, token).await;
                assert_eq!(verdict.contains(ALLOWED), expected, "{verdict}");
                assert_eq!(verdict.contains("two.example"), *token == tokens[1], "{verdict}");
            }
        }
    }
}

fn presented(entry: &str) -> Presented<'_> {
    Presented::read([entry.as_bytes()], entry.len()).expect("a token")
}

#[tokio::test(start_paused = true)]
async fn a_token_whose_key_is_withdrawn_while_it_is_verified_is_not_accepted_again() {
    let world = World::remembering(10).await;
    let token = &TOKENS[0];
    let verified = world.verified(token);
    world.publish(Some((ISSUER, jwks(&[1])))).await;
    drop(world.authorizer.memory.remember(
        presented(&format!("Bearer {token}")),
        verified,
        &world.authorizer.trusted,
    ));
    assert!(!world.remembers(token));
    assert!(!world.call(PATH, token).await.contains(ALLOWED));
}

// --- how much it takes ----------------------------------------------------------------------------------

/// Texts that differ by their ends, by which tokens are found.
fn text(number: usize, length: usize) -> String {
    format!("{number:0length$}")
}

/// What is counted is what was asked of the allocator, which takes up to a quarter more for it. What is said has to be so
/// much, for tokens of any length and with any number of scopes, that the memory keeps to its bound.
#[tokio::test(start_paused = true)]
async fn a_remembered_token_takes_what_its_size_says() {
    const COUNT: usize = 2_000;
    let world = World::remembering(1).await;
    let many = (0..100).map(|n| format!(" scope:{n}")).collect::<Vec<_>>().concat();
    // For 112 a table of half the size would do.
    let just_more = (0..113).map(|n| format!(" scope:of:16:{n:04}")).collect::<Vec<_>>().concat();
    for (name, length, subject, scopes) in [
        ("a usual one", 838, 30, "openid profile email orders:read"),
        ("a short one", 300, 2, "read"),
        ("a long one", 3_000, 200, "read write"),
        ("one of many scopes", 1_500, 30, many.as_str()),
        ("one whose table has just grown", 2_500, 30, just_more.as_str()),
    ] {
        let signed =
            KEYS[0].token().subject(&text(0, subject)).claim("azp", text(0, 32)).scope(scopes).sign();
        let mut said = 0;
        let allocated = allocation_counter::measure(|| {
            let memory = Memory::new(COUNT * 20);
            for number in 0..COUNT {
                let (entry, verified) = (format!("Bearer {}", text(number, length)), world.verified(&signed));
                said += size(presented(&entry).as_bytes(), &verified);
                drop(memory.remember(presented(&entry), verified));
            }
            std::mem::forget(memory);
        });
        let taken = usize::try_from(allocated.bytes_current).expect("no less than before");
        assert!((said / 100 * 75..=said).contains(&taken), "{name}: said {said}, taken {taken}");
        // What a token of an issuer of today takes.
        assert!(length != 838 || said / COUNT <= 12 * 1024 * 1024 / 10_000, "{}", said / COUNT);
    }
}
