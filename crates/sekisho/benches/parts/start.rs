//! What stands between a descriptor set and the first call.

use std::convert::Infallible;
use std::future::ready;

use divan::{Bencher, black_box};
use http::{Request, Response};
use sekisho::policy::Policy;
use sekisho::{Protected, Services};
use tonic::body::Body;
use tower::service_fn;

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
        let handler = |_: Request<Body>| ready(Ok::<_, Infallible>(Response::new(Body::empty())));
        let services = (0..support::services(methods))
            .fold(Services::new(black_box(&set)), |services, number| {
                services.add_named(format!("orders.v1.Orders{number}"), service_fn(handler))
            });
        services.protect(issuer).expect("declared and registered")
    });
}
