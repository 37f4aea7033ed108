//! An issuer's keys: read, and looked up.

use divan::{Bencher, black_box};
use sekisho::jwks::{KeySet, Keys, Lookup, MAX_KEYS};
use sekisho::testing::TestIssuer;

use crate::support::{self, AUDIENCE, ISSUER};

const KEYS: [usize; 2] = [1, MAX_KEYS];

/// RSA keys `key-0`, `key-1`, …: one number under many names, since to make many would take minutes.
fn key_set(keys: usize) -> String {
    let issuer = TestIssuer::new(ISSUER, AUDIENCE).kid("key-0");
    let jwk = issuer.jwk().to_string();
    let named = |number: usize| jwk.replace("\"key-0\"", &format!("\"key-{number}\""));
    support::key_set(&(0..keys).map(named).collect::<Vec<_>>())
}

#[divan::bench(args = KEYS)]
fn parse(bencher: Bencher<'_, '_>, keys: usize) {
    let set = key_set(keys);
    bencher.bench(|| KeySet::parse(black_box(set.as_bytes())).expect("a key set"));
}

/// The last one, which is found last where one is looked at after the other.
#[divan::bench(args = KEYS)]
fn lookup(bencher: Bencher<'_, '_>, keys: usize) {
    let (set, _) = KeySet::parse(key_set(keys).as_bytes()).expect("a key set");
    let held = Keys::fixed(ISSUER, set);
    let kid = format!("key-{}", keys - 1);
    assert!(matches!(held.lookup(Some(&kid)), Lookup::Held(_)), "a key of this name");
    bencher.bench(|| held.lookup(Some(black_box(&kid))));
}
