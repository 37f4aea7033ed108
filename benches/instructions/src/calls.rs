//! The paths that are counted.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use sekisho::authorizer::{Authorization, Authorizer};
use sekisho::policy::Policy;
use sekisho::{Grant, Protected, Services};
use tonic::body::Body;
use tower::{Service, service_fn};

use crate::counted;
use crate::fixture::{Fixture, PATH, Presented, SERVICE};

/// As many tokens as are remembered unless it is set.
const USUAL: usize = 10_000;

/// Calls before those that are counted: memories and the allocator have then settled.
const WARM_UP: usize = 32;

struct Path {
    name: &'static str,
    presented: Presented,
    /// How many tokens are remembered.
    remember: usize,
    calls: usize,
}

const PATHS: [Path; 7] = [
    Path { name: "remembered", presented: Presented::GoodToken, remember: USUAL, calls: 1000 },
    Path { name: "cold", presented: Presented::GoodToken, remember: 0, calls: 200 },
    Path { name: "no-token", presented: Presented::Nothing, remember: USUAL, calls: 1000 },
    Path { name: "malformed", presented: Presented::TokenWithoutSignature, remember: USUAL, calls: 1000 },
    Path { name: "bad-signature", presented: Presented::WrongSignature, remember: USUAL, calls: 200 },
    Path { name: "expired", presented: Presented::ExpiredToken, remember: USUAL, calls: 200 },
    Path { name: "other-audience", presented: Presented::OtherAudience, remember: USUAL, calls: 200 },
];

/// All of them, each by the authorizer alone and through `Protected`.
pub fn all(fixture: &Fixture) -> Result<(), Box<dyn Error>> {
    for path in &PATHS {
        path.authorize(fixture)?;
    }
    for path in &PATHS {
        path.call(fixture)?;
    }
    Ok(())
}

impl Path {
    fn authorize(&self, fixture: &Fixture) -> Result<(), Box<dyn Error>> {
        let policy = Policy::from_descriptor_set(&Fixture::descriptor_set()?)?;
        let authorizer =
            Authorizer::new(policy, fixture.issuer()?).clock(Fixture::clock()).remember_tokens(self.remember);
        let metadata = fixture.metadata(self.presented)?;
        let allowed = |calls| (0..calls).filter(|_| is_allowed(&authorizer, &metadata)).count();
        allowed(WARM_UP);
        let mut seen = 0;
        counted(&mut || seen = allowed(self.calls));
        self.tell("authorize", seen)
    }

    fn call(&self, fixture: &Fixture) -> Result<(), Box<dyn Error>> {
        let services = Services::new(&Fixture::descriptor_set()?)
            .add_named(SERVICE, service_fn(handler))
            .clock(Fixture::clock())
            .remember_tokens(self.remember);
        let protected = services.protect(fixture.issuer()?)?;
        let metadata = fixture.metadata(self.presented)?;
        answers(&protected, requests(WARM_UP, &metadata)?);
        let requests = requests(self.calls, &metadata)?;
        let (mut requests, mut seen) = (Some(requests), 0);
        counted(&mut || seen = answers(&protected, requests.take().unwrap_or_default()));
        self.tell("call", seen)
    }

    /// A path that does not end as it should has not been counted.
    fn tell(&self, way: &str, allowed: usize) -> Result<(), Box<dyn Error>> {
        let expected = if self.presented == Presented::GoodToken { self.calls } else { 0 };
        if allowed != expected {
            return Err(format!("{way}-{}: {allowed} calls were allowed, not {expected}", self.name).into());
        }
        println!("{way}-{} {}", self.name, self.calls);
        Ok(())
    }
}

fn is_allowed(authorizer: &Authorizer, metadata: &HeaderMap) -> bool {
    matches!(authorizer.authorize(PATH, metadata), Authorization::Decided(verdict) if verdict.result().is_ok())
}

/// Says that it ran, and does nothing else.
#[expect(clippy::needless_pass_by_value, reason = "this is how a service is called")]
fn handler(request: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    let mut response = Response::new(Body::empty());
    if request.extensions().get::<Grant>().is_some() {
        response.headers_mut().insert("ran", http::HeaderValue::from_static("1"));
    }
    ready(Ok(response))
}

/// Made beforehand: they are the transport's part.
fn requests(calls: usize, metadata: &HeaderMap) -> Result<Vec<Request<Full<Bytes>>>, Box<dyn Error>> {
    let request = || {
        // A message of no bytes, in the frame of gRPC.
        let mut request = Request::post(PATH).body(Full::new(Bytes::from_static(&[0; 5])))?;
        *request.headers_mut() = metadata.clone();
        Ok(request)
    };
    (0..calls).map(|_| request()).collect()
}

/// How many of them came to the handler. Each is called on a clone, as hyper does it.
fn answers(protected: &Protected, requests: Vec<Request<Full<Bytes>>>) -> usize {
    let ran = |request| {
        let mut answer = pin!(protected.clone().call(request));
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => response.headers().contains_key("ran"),
            Poll::Pending => panic!("nothing is waited for"),
        }
    };
    requests.into_iter().map(ran).filter(|ran| *ran).count()
}
