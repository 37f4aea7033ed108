//! What stands between a descriptor set and the first call.

use divan::{Bencher, black_box};
use sekisho::Protected;
use sekisho::policy::Policy;

use crate::support::{self, Signer};

/// Those of the three APIs, and those of a large company.
const METHODS: [usize; 2] = [3, 3_000];

#[divan::bench(args = METHODS)]
fn policy(bencher: Bencher<'_, '_>, methods: usize) {
    let set = support::descriptor_set(methods);
    bencher.bench(|| Policy::from_descriptor_set(black_box(&set)).expect("a policy"));
}

#[divan::bench(args = METHODS)]
fn protected(bencher: Bencher<'_, '_>, methods: usize) {
    let set = support::descriptor_set(methods);
    let signer = Signer::rs256();
    bencher.with_inputs(|| signer.issuer()).bench_values(|issuer| -> Protected {
        support::services(methods, black_box(&set)).protect(issuer).expect("declared and registered")
    });
}
