//! An authorizer that remembers, with all that a test moves.

use std::sync::{LazyLock, Mutex};
use std::time::SystemTime;

use super::*;
use crate::jwks::{FetchError, Fetched, KeySet, KeySource, Schedule};
use crate::token::BearerToken;

// --- an issuer, its clock and its keys, all of which a test moves ---------------------------------------

/// The time of the calendar, which also steps back, and the time that passes.
#[derive(Debug)]
pub(super) struct Times(Mutex<(SystemTime, Duration)>);

impl Times {
    fn new() -> Self {
        Self(Mutex::new((ManualClock::new().time(), Duration::from_secs(1))))
    }

    pub(super) fn step(&self, seconds: i64) {
        let mut times = self.0.lock().expect("a lock");
        let by = Duration::from_secs(seconds.unsigned_abs());
        times.0 = if seconds < 0 { times.0 - by } else { times.0 + by };
    }

    pub(super) fn pass(&self, by: Duration) {
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
pub(super) struct Published(Arc<Mutex<Option<(&'static str, String)>>>);

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

pub(super) struct World {
    pub(super) clock: Arc<Times>,
    pub(super) published: Published,
    pub(super) keys: Keys,
    pub(super) authorizer: Authorizer,
}

impl World {
    pub(super) async fn remembering(entries: usize) -> Self {
        let published = Published(Arc::new(Mutex::new(Some((ISSUER, jwks(&[0]))))));
        let clock = Arc::new(Times::new());
        let keys = Keys::remote(published.clone(), Schedule::default(), clock.clone());
        keys.readiness_other_than(false).await;
        let authorizer = authorizer(Issuer::new(keys.clone(), Verifier::new("api")));
        let authorizer = authorizer.clock(clock.clone()).remember_tokens(entries);
        Self { clock, published, keys, authorizer }
    }

    pub(super) async fn publish(&self, published: Option<(&'static str, String)>) {
        *self.published.0.lock().expect("a lock") = published;
        let _ = self.keys.refresh().await;
    }

    pub(super) async fn call(&self, path: &str, token: &str) -> String {
        Self::verdict_of(&self.authorizer, path, token).await
    }

    /// All that a verdict says, but for when to try again: that is not the same twice.
    pub(super) async fn verdict_of(authorizer: &Authorizer, path: &str, token: &str) -> String {
        let mut metadata = HeaderMap::new();
        metadata.insert(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"));
        let verdict = match authorizer.authorize(path, &metadata) {
            Authorization::Decided(verdict) => verdict,
            Authorization::AwaitingKey(verdict) => verdict.await,
        };
        let method = verdict.method().map(Method::path);
        let shown = format!("{method:?} {:?} {:?}", verdict.claims(), prefix_of(&verdict));
        match verdict.result() {
            Err(Denial::KeysUnavailable { .. }) => format!("{shown} KeysUnavailable"),
            result => format!("{shown} {:?}", result.map(Grant::claims)),
        }
    }

    /// What a token that the first key has signed says.
    pub(super) fn verified(&self, token: &str) -> Verified {
        let Lookup::Held(keys) = self.keys.lookup(Some("first")) else { panic!("it is held") };
        let entry = format!("Bearer {token}");
        let token = BearerToken::parse([entry.as_bytes()], entry.len()).expect("a token");
        let issuer = &self.authorizer.issuers()[0];
        let verifier = issuer.verifier();
        let decoded = token.decode().expect("three parts");
        let token = verifier.read(&decoded).expect("a form");
        let signed = verifier.verify_signed(&token, &keys, self.clock.now()).expect("a signature");
        let known_scopes = self.authorizer.policy.known_scopes(signed.0.scopes());
        Verified::new(issuer, signed, known_scopes, &keys)
    }

    pub(super) fn remembers(&self, token: &str) -> bool {
        let metadata =
            HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().expect("a value"))]);
        let presented = self.authorizer.presented(&metadata).expect("a token");
        self.authorizer.memory.recall(presented, &self.authorizer.trusted, self.clock.now()).is_some()
    }
}

// --- keys and tokens, made once -------------------------------------------------------------------------

/// The second has the name of the first: a key that changed under its name.
pub(super) static KEYS: LazyLock<[TestIssuer; 3]> =
    LazyLock::new(|| ["first", "first", "other"].map(|kid| TestIssuer::new(ISSUER, "api").kid(kid)));

pub(super) fn jwks(keys: &[usize]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| KEYS[*key].jwk()).collect();
    serde_json::json!({ "keys": keys }).to_string()
}

/// The first key behind as many without a name as a token without one is tried against.
pub(super) fn jwks_with_many() -> String {
    let mut keys = vec![KEYS[2].jwk(); crate::jwks::MAX_TRIED];
    for key in &mut keys {
        key.as_object_mut().expect("an object").remove("kid");
    }
    keys.push(KEYS[0].jwk());
    serde_json::json!({ "keys": keys }).to_string()
}

pub(super) fn sets() -> [String; 6] {
    [jwks(&[0]), jwks(&[1]), jwks(&[2]), jwks(&[0, 2]), jwks(&[2, 0]), jwks_with_many()]
}

/// One that is right, others that share its beginning, its end or its length, and some that time and keys are hard on.
pub(super) static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
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
pub(super) const NAMELESS: usize = 13;
pub(super) const LASTING: usize = 16;
