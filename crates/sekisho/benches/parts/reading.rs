//! What strangers send, read.

use divan::{Bencher, black_box};
use sekisho::json::{self, Wanted};
use sekisho::token::{BearerToken, Verifier};

use crate::support::{self, AUDIENCE, Signer};

#[divan::bench]
fn bearer(bencher: Bencher<'_, '_>) {
    let entry = format!("Bearer {}", Signer::eddsa().token());
    bencher.bench(|| {
        BearerToken::parse([black_box(entry.as_bytes())], 8192).expect("a token");
    });
}

/// Header and payload, decoded and read; what can be judged without a key.
#[divan::bench]
fn token(bencher: Bencher<'_, '_>) {
    let entry = format!("Bearer {}", Signer::rs256().token());
    let token = BearerToken::parse([entry.as_bytes()], 8192).expect("a token");
    let verifier = Verifier::new(AUDIENCE);
    bencher.bench(|| {
        let decoded = black_box(token).decode().expect("three parts");
        verifier.read(&decoded).expect("a token").kid().is_some()
    });
}

static CLAIMS: [Wanted; 6] = [
    Wanted::member("iss"),
    Wanted::member("sub"),
    Wanted::member("aud"),
    Wanted::member("exp"),
    Wanted::member("iat"),
    Wanted::member("scope"),
];

#[divan::bench]
fn json_payload(bencher: Bencher<'_, '_>) {
    let payload = support::payload(0, "openid profile email orders0:read orders0:write", support::HOUR);
    bencher.bench(|| json::read_object(black_box(payload.as_bytes()), &CLAIMS).expect("an object"));
}
