//! By which names the listeners are asked. In development a page of somebody else's, whose name was made to resolve
//! to loopback (DNS rebinding), would be of the same origin as what it asks, so that no CORS stands between them; it
//! is told apart by that name alone.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tonic::Status;
use tonic::body::Body;
use tower_service::Service;

use super::Answer;
use super::connection::HttpService;
use super::door::ContentType;
use crate::authority;
use sekisho::grpc::RequestBody;

/// The names that a server answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// Whatever it is called.
    Any,
    /// `localhost`, `127.0.0.0/8` and `[::1]`, at any port.
    LoopbackOnly,
}

const REASON: &str = "In development this server answers to names of loopback alone, like localhost";

/// Stands in front of everything else, CORS included: whoever is turned away here is granted nothing.
#[derive(Debug, Clone)]
pub(super) struct ByHost<S> {
    hosts: Hosts,
    inner: S,
}

impl<S> ByHost<S> {
    pub(super) fn new(hosts: Hosts, inner: S) -> Self {
        Self { hosts, inner }
    }
}

impl<S: HttpService> Service<Request<RequestBody<Incoming>>> for ByHost<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody<Incoming>>) -> Self::Future {
        if self.hosts == Hosts::Any || is_of_loopback(&request) {
            Either::Left(self.inner.call(request))
        } else {
            Either::Right(ready(Ok(refusal(&request))))
        }
    }
}

fn is_of_loopback<B>(request: &Request<B>) -> bool {
    let Some(named) = authority::named(request.uri(), request.headers()) else { return false };
    let name = named.host();
    let address = name.trim_start_matches('[').trim_end_matches(']').parse();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A call is refused by a gRPC status, all else in HTTP's words (RFC 9110 §15.5.20).
fn refusal<B>(request: &Request<B>) -> Response<Body> {
    let content_type = ContentType::of(request.headers()).filter(|_| request.method() == Method::POST);
    let Some(content_type) = content_type else {
        let mut response = Response::new(Body::new(format!("{REASON}.\n")));
        *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
        return response;
    };
    let mut response = Status::unimplemented(REASON).into_http();
    response.headers_mut().insert(CONTENT_TYPE, content_type.canonical());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_loopback() {
        let table = [
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("127.0.0.1:50051", true),
            ("127.255.0.1", true),
            ("[::1]:50051", true),
            ("", false),
            ("localhost.", false),
            ("localhost.elsewhere.example", false),
            ("127.0.0.1.elsewhere.example:50051", false),
            ("elsewhere.example", false),
            ("me@localhost", false),
            ("127.1", false),
            ("2130706433", false),
            ("0.0.0.0:50051", false),
            ("[::]:50051", false),
            ("[::ffff:192.0.2.1]:50051", false),
            ("192.0.2.1", false),
        ];
        for (host, expected) in table {
            let by_field = Request::get("/").header("host", host).body(()).unwrap();
            assert_eq!(is_of_loopback(&by_field), expected, "{host:?}");
            if !host.is_empty() {
                let by_authority = Request::get(format!("http://{host}/")).body(()).unwrap();
                assert_eq!(is_of_loopback(&by_authority), expected, "{host:?}");
            }
        }
        assert!(!is_of_loopback(&Request::get("/").body(()).unwrap()));
    }
}
