//! A call through all of `Protected`, without a transport: from the request to the handler's answer.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use divan::Bencher;
use http::{Method, Request};
use http_body_util::Full;
use sekisho::testing::ManualClock;
use tower::Service;

use crate::support::{self, PATH, Signer};

const USUAL: usize = 10_000;

#[divan::bench]
fn remembered(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    call(bencher, &signer, Some(&signer.token()), USUAL);
}

#[divan::bench]
fn cold(bencher: Bencher<'_, '_>) {
    let signer = Signer::rs256();
    call(bencher, &signer, Some(&signer.token()), 0);
}

#[divan::bench]
fn without_a_token(bencher: Bencher<'_, '_>) {
    call(bencher, &Signer::rs256(), None, USUAL);
}

fn call(bencher: Bencher<'_, '_>, signer: &Signer, token: Option<&str>, remember: usize) {
    let services = support::services(3, &support::descriptor_set(3));
    let services = services.clock(Arc::new(ManualClock::new())).remember_tokens(remember);
    let protected = services.protect(signer.issuer()).expect("declared and registered");
    let metadata = support::metadata(token);
    let request = || {
        let mut request = Request::new(Full::new(Bytes::from_static(&[0; 5])));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = PATH.parse().expect("a path");
        *request.headers_mut() = metadata.clone();
        request
    };
    let answer =
        |request| match pin!(protected.clone().call(request)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => response,
            Poll::Pending => panic!("nothing is awaited"),
        };
    // Refusals are trailers-only, and tell their status in the head.
    let is_refused = answer(request()).headers().contains_key("grpc-status");
    assert_eq!(is_refused, token.is_none(), "what is measured is what it is named for");
    bencher.with_inputs(request).bench_values(answer);
}
