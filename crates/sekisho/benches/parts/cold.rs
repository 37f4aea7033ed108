//! A token that is verified, and what its signature alone costs: the ratio of the two is what is ours.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use divan::{Bencher, black_box};

use crate::support::{self, Signer};

#[divan::bench]
fn rs256(bencher: Bencher<'_, '_>) {
    authorize(bencher, &Signer::rs256());
}

#[divan::bench]
fn rs256_signature_alone(bencher: Bencher<'_, '_>) {
    verify(bencher, &Signer::rs256(), &RSA_PKCS1_2048_8192_SHA256);
}

#[divan::bench]
fn es256(bencher: Bencher<'_, '_>) {
    authorize(bencher, &Signer::es256());
}

#[divan::bench]
fn es256_signature_alone(bencher: Bencher<'_, '_>) {
    verify(bencher, &Signer::es256(), &ECDSA_P256_SHA256_FIXED);
}

#[divan::bench]
fn eddsa(bencher: Bencher<'_, '_>) {
    authorize(bencher, &Signer::eddsa());
}

#[divan::bench]
fn eddsa_signature_alone(bencher: Bencher<'_, '_>) {
    verify(bencher, &Signer::eddsa(), &ED25519);
}

fn authorize(bencher: Bencher<'_, '_>, signer: &Signer) {
    let authorizer = support::authorizer(3, signer.issuer()).remember_tokens(0);
    let metadata = support::metadata(Some(&signer.token()));
    support::expect_allowed(&authorizer, &metadata);
    bencher.bench(|| support::verdict(&authorizer, black_box(&metadata)));
}

/// With the key parsed beforehand, and the signature decoded.
fn verify(bencher: Bencher<'_, '_>, signer: &Signer, algorithm: &'static dyn VerificationAlgorithm) {
    let key = ParsedPublicKey::new(algorithm, signer.public_key()).expect("a key");
    let token = signer.token();
    let (input, signature) = token.rsplit_once('.').expect("a signature");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    bencher.bench(|| key.verify_sig(black_box(input.as_bytes()), &signature).expect("verified"));
}
