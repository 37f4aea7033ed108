//! A call is to cost the same among three methods and among thousands.

use divan::{Bencher, black_box};
use sekisho::scope::ScopeSet;

use crate::support::{self, PATH, Signer};

const METHODS: [usize; 3] = [3, 3_000, 30_000];

/// The rule of a path, and whether scopes are enough for it.
#[divan::bench(args = METHODS)]
fn evaluate(bencher: Bencher<'_, '_>, methods: usize) {
    let policy = support::policy(methods);
    let granted: ScopeSet = "openid profile email orders0:read orders0:write".parse().expect("scopes");
    bencher.bench(|| {
        let method = policy.method(black_box(PATH)).expect("a method");
        method.rule().evaluate(&granted).expect("allowed");
    });
}

#[divan::bench(args = METHODS)]
fn authorize_remembered(bencher: Bencher<'_, '_>, methods: usize) {
    let signer = Signer::rs256();
    let authorizer = support::authorizer(methods, signer.issuer());
    let metadata = support::metadata(Some(&signer.token()));
    support::expect_allowed(&authorizer, &metadata);
    bencher.bench(|| support::verdict(&authorizer, black_box(&metadata)));
}
