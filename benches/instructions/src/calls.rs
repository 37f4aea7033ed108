//! The paths that are counted.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Ready, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use sekisho::authorizer::{Authorization, Authorizer};
use sekisho::policy::Policy;
use sekisho::{Grant, Protected, Services};
use tonic::body::Body;
use tower::{Service, service_fn};

use crate::counted;
use crate::fixture::{Fixture, PATH, Presented, SERVICE, STREAM_PATH};

/// As many tokens as are remembered unless it is set.
const USUAL: usize = 10_000;

/// A message of no bytes, in the frame of gRPC.
const EMPTY: Bytes = Bytes::from_static(&[0; 5]);

/// Calls before those that are counted: memories and the allocator have then settled.
const WARM_UP: usize = 32;

struct Path {
    name: &'static str,
    /// That is called.
    method: &'static str,
    presented: Presented,
    /// How many tokens are remembered.
    remember: usize,
    calls: usize,
}

const UNARY: Path =
    Path { name: "", method: PATH, presented: Presented::GoodToken, remember: USUAL, calls: 1000 };

const PATHS: [Path; 8] = [
    Path { name: "remembered", ..UNARY },
    Path { name: "cold", remember: 0, calls: 200, ..UNARY },
    Path { name: "no-token", presented: Presented::Nothing, ..UNARY },
    Path { name: "malformed", presented: Presented::TokenWithoutSignature, ..UNARY },
    Path { name: "bad-signature", presented: Presented::WrongSignature, calls: 200, ..UNARY },
    Path { name: "expired", presented: Presented::ExpiredToken, calls: 200, ..UNARY },
    Path { name: "other-audience", presented: Presented::OtherAudience, calls: 200, ..UNARY },
    Path { name: "stream", method: STREAM_PATH, ..UNARY },
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
        let allowed = |calls| (0..calls).filter(|_| is_allowed(&authorizer, self.method, &metadata)).count();
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
        answers(&protected, requests(self.method, WARM_UP, &metadata)?);
        let requests = requests(self.method, self.calls, &metadata)?;
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

fn is_allowed(authorizer: &Authorizer, path: &str, metadata: &HeaderMap) -> bool {
    matches!(authorizer.authorize(path, metadata), Authorization::Decided(verdict) if verdict.result().is_ok())
}

/// Says that it ran, and does nothing else. A stream is one message.
#[expect(clippy::needless_pass_by_value, reason = "this is how a service is called")]
fn handler(request: Request<Body>) -> Ready<Result<Response<Body>, Infallible>> {
    let is_stream = request.uri().path() == STREAM_PATH;
    let body = if is_stream { Body::new(Full::new(EMPTY)) } else { Body::empty() };
    let mut response = Response::new(body);
    if request.extensions().get::<Grant>().is_some() {
        response.headers_mut().insert("ran", http::HeaderValue::from_static("1"));
    }
    ready(Ok(response))
}

/// Made beforehand: they are the transport's part.
fn requests(
    path: &str,
    calls: usize,
    metadata: &HeaderMap,
) -> Result<Vec<Request<Full<Bytes>>>, Box<dyn Error>> {
    let request = || {
        let mut request = Request::post(path).body(Full::new(EMPTY))?;
        *request.headers_mut() = metadata.clone();
        Ok(request)
    };
    (0..calls).map(|_| request()).collect()
}

/// To its end, as a server does it.
fn is_read(mut body: Body) -> bool {
    loop {
        match pin!(body.frame()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(Ok(_))) => {}
            Poll::Ready(None) => return true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => return false,
        }
    }
}

/// How many of them came to the handler. Each is called on a clone, as hyper does it.
fn answers(protected: &Protected, requests: Vec<Request<Full<Bytes>>>) -> usize {
    let ran = |request| {
        let mut answer = pin!(protected.clone().call(request));
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => {
                response.headers().contains_key("ran") && is_read(response.into_body())
            }
            Poll::Pending => panic!("nothing is waited for"),
        }
    };
    requests.into_iter().map(ran).filter(|ran| *ran).count()
}
