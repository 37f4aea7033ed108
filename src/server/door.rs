//! Which protocol a request speaks: native gRPC goes straight on, all else by way of CORS.

mod allowed_header;
mod content_type;
mod cors;
mod grpc_web;
mod head;

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::Either;
use http::{Method, Request, Response, Version};
use hyper::body::Incoming;
use tonic::body::Body;
use tower_http::cors::CorsLayer;
use tower_layer::Layer as _;
use tower_service::Service;

pub use allowed_header::{AllowedHeader, InvalidHeader};
pub use cors::{AllowedOrigins, InvalidOrigin, Origin};

use super::Answer;
use super::control::Control;
use super::limits::Limits;
pub(super) use content_type::ContentType;
use grpc_web::GrpcWeb;
use sekisho::Protected;
use sekisho::grpc::RequestBody;
use sekisho::server::ProtectedFuture;

/// Native gRPC pays for the browser with one look at its content type. The other stack is put up for a
/// request at a time: were it a part of the service, every call would pay for a copy of it.
#[derive(Clone)]
pub(super) struct Door {
    protected: Protected,
    connection: Arc<OfConnection>,
}

/// What requests that are not native gRPC are asked for. Behind one pointer, since each call copies the door.
struct OfConnection {
    control: Control,
    limits: Arc<Limits>,
}

impl Door {
    /// The door of one connection, which keeps its limits. Serves gRPC-Web besides, for pages of the origins that may
    /// call now.
    pub(super) fn new(protected: Protected, control: Control, limits: Arc<Limits>) -> Self {
        Self { protected, connection: Arc::new(OfConnection { control, limits }) }
    }
}

/// Lets pages of these origins call, even if there are none, with these headers besides the usual ones.
pub(super) fn cors(origins: &AllowedOrigins, headers: &[AllowedHeader]) -> CorsLayer {
    cors::layer(origins, headers)
}

impl Service<Request<RequestBody<Incoming>>> for Door {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        Either<ProtectedFuture<RequestBody<Incoming>>, Pin<Box<dyn Future<Output = Answer> + Send>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        <Protected as Service<Request<RequestBody<Incoming>>>>::poll_ready(&mut self.protected, cx)
    }

    fn call(&mut self, request: Request<RequestBody<Incoming>>) -> Self::Future {
        if is_native(&request) {
            return Either::Left(self.protected.call(request));
        }
        let OfConnection { control, limits } = &*self.connection;
        if head::exceeds_limit(&request, limits.header_list_size) {
            return answered(head::refusal());
        }
        let (Some(cors), idle) = (control.web(), limits.idle) else {
            return answered(grpc_web::refusal(request.method(), "POST"));
        };
        // The one that was polled ready is the one to be called; a fresh clone takes its place.
        let next = self.protected.clone();
        let protected = std::mem::replace(&mut self.protected, next);
        // From the outside in. CORS stands in front of every refusal that a page could cause: without its
        // headers it could not read one. It answers each OPTIONS itself. What is no call at all is turned away next, since it has
        // no status to be refused with; authorization is the innermost, as for native gRPC.
        let mut web = cors.layer(GrpcWeb::new(protected, idle));
        Either::Right(Box::pin(web.call(request)))
    }
}

fn answered<F>(response: Response<Body>) -> Either<F, Pin<Box<dyn Future<Output = Answer> + Send>>> {
    Either::Right(Box::pin(ready(Ok(response))))
}

fn is_native(request: &Request<RequestBody<Incoming>>) -> bool {
    // gRPC's status comes in trailers, which HTTP/1.1 clients do not read.
    request.version() == Version::HTTP_2
        && request.method() == Method::POST
        && ContentType::of(request.headers()) == Some(ContentType::Grpc)
}
