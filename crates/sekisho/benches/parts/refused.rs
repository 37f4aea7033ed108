//! Calls that are refused, by what is wrong with them. A refusal is not remembered, but a token that lacks scope is.

use divan::{Bencher, black_box};
use sekisho::authorizer::Denial;
use sekisho::token::{InvalidToken, TokenError};

use crate::support::{self, Signer};

#[divan::bench]
fn without_a_token(bencher: Bencher<'_, '_>) {
    refuse(bencher, &Signer::rs256(), None, |denial| {
        matches!(denial, Denial::Token(TokenError::Credentials(_)))
    });
}

#[divan::bench]
fn malformed(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let token = signer.token();
    let (unsigned, _) = token.rsplit_once('.').expect("a signature");
    refuse(bencher, &signer, Some(unsigned), |denial| {
        matches!(denial, Denial::Token(TokenError::Malformed(_)))
    });
}

#[divan::bench]
fn bad_signature(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    refuse(bencher, &signer, Some(&Signer::rs256().token()), |denial| {
        *denial == Denial::Token(InvalidToken::Signature.into())
    });
}

#[divan::bench]
fn expired(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let token = signer.sign(&support::payload(0, "orders0:read", -support::HOUR));
    refuse(bencher, &signer, Some(&token), |denial| matches!(denial, Denial::Token(TokenError::Expired)));
}

#[divan::bench]
fn scope_missing(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    let token = signer.sign(&support::payload(0, "openid profile email orders0:write", support::HOUR));
    refuse(bencher, &signer, Some(&token), |denial| matches!(denial, Denial::InsufficientScope { .. }));
}

fn refuse(bencher: Bencher<'_, '_>, signer: &Signer, token: Option<&str>, is_expected: fn(&Denial) -> bool) {
    let authorizer = support::authorizer(3, signer.issuer());
    let metadata = support::metadata(token);
    support::expect_refused(&authorizer, &metadata, is_expected);
    bencher.bench(|| support::verdict(&authorizer, black_box(&metadata)));
}
