//! A token that was seen before.

use divan::{Bencher, black_box};

use crate::support::{self, Signer};

#[divan::bench]
fn one_token(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let authorizer = support::authorizer(3, signer.issuer());
    let metadata = support::metadata(Some(&signer.token()));
    support::expect_allowed(&authorizer, &metadata);
    bencher.bench(|| support::verdict(&authorizer, black_box(&metadata)));
}

const TOKENS: usize = 10_000;
/// Has no factor in common with their number, so that all have their turn; and the next one is not the neighbour.
const STRIDE: usize = 7919;

/// The entry has just arrived, so that the CPU has it at hand; what is remembered of it was last read 10,000 calls ago.
/// Where a token was forgotten, allocations tell: there are then more than the grant's.
#[divan::bench(sample_size = 16, sample_count = 2_000)]
fn over_10_000_tokens(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let authorizer = support::authorizer(3, signer.issuer());
    let sign = |caller| signer.sign(&support::payload(caller, "openid orders0:read", support::HOUR));
    let tokens: Vec<String> = (0..TOKENS).map(sign).collect();
    for token in &tokens {
        support::expect_allowed(&authorizer, &support::metadata(Some(token)));
    }
    let mut at = 0;
    let arriving = || {
        at = (at + STRIDE) % TOKENS;
        support::metadata(Some(&tokens[at]))
    };
    bencher.with_inputs(arriving).bench_local_refs(|metadata| support::verdict(&authorizer, metadata));
}
