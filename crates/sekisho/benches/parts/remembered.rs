//! A token that was seen before.

use divan::{Bencher, black_box};
use http::HeaderMap;

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

#[divan::bench]
fn over_10_000_tokens(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let authorizer = support::authorizer(3, signer.issuer());
    let sign = |caller| signer.sign(&support::payload(caller, "openid orders0:read", support::HOUR));
    let callers: Vec<HeaderMap> = (0..TOKENS).map(|caller| support::metadata(Some(&sign(caller)))).collect();
    for metadata in &callers {
        support::expect_allowed(&authorizer, metadata);
    }
    let mut at = 0;
    bencher.bench_local(|| {
        at = (at + STRIDE) % TOKENS;
        support::verdict(&authorizer, &callers[at])
    });
}
