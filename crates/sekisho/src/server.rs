//! Services behind the guard: the one way to assemble a server.
//!
//! [`Services`] gathers what is served and who may call it. [`Services::protect`] compares the two, and gives back
//! [`Protected`]: the finished routes with the guard around them. There is no layer to forget, and nothing can be got
//! out of [`Protected`] that is not guarded.
//!
//! # With tonic's own server
//!
//! ```
//! use sekisho::{AccessRule, Issuer, Services};
//! use tonic::transport::Server;
//! # use std::convert::Infallible;
//! # use tonic::{body::Body, server::NamedService};
//! # use tower::Service;
//!
//! # async fn serve<S>(descriptor_set: &[u8], orders: S) -> Result<(), Box<dyn std::error::Error>>
//! # where
//! #     S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
//! #     S: NamedService + Clone + Send + Sync + 'static,
//! #     S::Future: Send,
//! # {
//! let protected = Services::new(descriptor_set)
//!     .add_service(orders) // `OrdersServer::new(Orders)`
//!     .health(AccessRule::Public)
//!     .reflection(AccessRule::Authenticated)
//!     .protect(Issuer::discover("https://tenant.example/", "orders")?)?;
//! Server::builder()
//!     // tonic sets no limit of its own for resets that a client provokes (RUSTSEC-2024-0003).
//!     .http2_max_local_error_reset_streams(Some(1024))
//!     .serve("127.0.0.1:50051".parse()?, protected)
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! A server that is given its service by `serve` has no other: there is no `add_service` after it, so that nothing is
//! served beside the guard.
//!
//! Around its connections ([`BatchedWrites`]), answers that get ready together go out in one write. That saves up to a
//! third of the processor's time of a small call (under 256 bytes of answer) where many are in flight on a connection.
//! Within tonic's own TLS it gains next to nothing: it belongs around the TLS of an incoming stream of your own.
//!
//! # Beside axum, with CORS and gRPC-Web, on one port
//!
//! CORS and gRPC-Web stand outside of the guard. If they stood inside, a refusal would leave without the headers that
//! CORS adds, and a browser would report each one as a CORS error. CORS is the outermost, because it answers
//! `OPTIONS`, which is no call. Of gRPC-Web's content types the guard knows none: `tonic-web` translates them.
//!
//! ```
//! use axum::routing::get;
//! use http::{HeaderName, Method};
//! use sekisho::Protected;
//! use tonic_web::GrpcWebLayer;
//! use tower_http::cors::CorsLayer;
//!
//! fn app(protected: Protected, page: http::HeaderValue) -> axum::Router {
//!     let exposed = [
//!         "grpc-status", "grpc-message", "grpc-status-details-bin",
//!         "www-authenticate", "sekisho-expires-in", "sekisho-would-deny",
//!     ];
//!     let accepted = ["authorization", "content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"];
//!     let cors = CorsLayer::new()
//!         .allow_origin(page)
//!         .allow_methods([Method::POST])
//!         .allow_headers(accepted.map(HeaderName::from_static))
//!         .expose_headers(exposed.map(HeaderName::from_static));
//!     // Of two layers of an axum router, the one that is added last is the outermost. By `layer` they would be around
//!     // the answer to unknown paths, too, and `merge` would take that one over.
//!     let calls = protected.into_axum_router().route_layer(GrpcWebLayer::new()).route_layer(cors);
//!     // No call: it is not guarded.
//!     let others = axum::Router::new().route("/healthz", get(|| async { "well" }));
//!     others.merge(calls)
//! }
//! ```
//!
//! [`Protected::into_axum_router`] has one route for each service, so that every path below `/package.Service/` is
//! guarded, methods that nobody has declared included. **All other routes are outside of the guard**, and so are the
//! refusals of HTTP below. `GrpcWebLayer` answers what is neither gRPC-Web nor HTTP/2 with 400, and thus belongs to the
//! routes of the services alone. In front of a tonic `Server` the same layers are written with the outermost first:
//! `Server::builder().accept_http1(true).layer(cors).layer(GrpcWebLayer::new()).serve(address, protected)`.
//!
//! # As a service, for a server of your own
//!
//! [`Protected`] is a [`tower_service::Service`]: a bare hyper server, or whatever takes one, can serve it.
//!
//! ```
//! use hyper_util::rt::{TokioExecutor, TokioIo};
//! use hyper_util::server::conn::auto::Builder;
//! use hyper_util::service::TowerToHyperService;
//! use sekisho::Protected;
//! use tokio::net::TcpStream;
//!
//! async fn connection(stream: TcpStream, protected: Protected) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//!     let mut server = Builder::new(TokioExecutor::new());
//!     server.http2().max_local_error_reset_streams(1024); // hyper's own default, too
//!     server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(protected)).await
//! }
//! ```
//!
//! # Streams and deadlines
//!
//! A call of a streaming method ends when its token expires, leeway included, or when the token's key is withdrawn. Its
//! handler, its request and the stream of its response are dropped, whoever reads or writes; the caller gets the status of a
//! call that begins now, in the trailers after the last whole message. [`Grant::stream_ends_at`] tells the handler when, so
//! that it can end the stream in a better way before; `sekisho-expires-in` in the metadata of the response tells the caller.
//! A rule with `stream_end: NEVER` keeps a stream that may not be cut, and a method that only reports has none cut. A thread watches over streams, from the first one on.
//!
//! A peer that reads nothing keeps its stream open all the same, with no more than what was under way to it. Who serves by
//! hyper can reset it, see [`ResetDue`](crate::grpc::ResetDue); tonic's `Server` cannot.
//!
//! Deadlines (`grpc-timeout`) are for the server to keep. tonic's does, until the handler has answered with the head of a
//! response, and with the status `CANCELLED`. For servers that do not there is [`Services::enforce_deadlines`].
//!
//! [`Grant::stream_ends_at`]: crate::authorizer::Grant::stream_ends_at
//!
//! # What is no call
//!
//! A request that is no `POST` is answered with 405 and `allow: POST`; one whose content type is neither
//! `application/grpc` nor `application/grpc+proto`, in any case and with any parameters, with 415. tonic would hand
//! both to the handler.
//!
//! # What the guard cannot see
//!
//! - Other routes of the axum router that it is merged with are not guarded. If a gRPC service is among them, its
//!   handlers have to call [`request.grant()?`](crate::grpc::RequestExt::grant) first: without a guard it fails with
//!   `INTERNAL`.
//! - A layer that is wrapped around a service before [`Services::add_service`] is a part of that service. Give it to
//!   [`Services::layer`] instead: behind it the path of each request is compared with its grant.
//! - For a composition of your own there is [`Authorizer`](crate::authorizer::Authorizer). What has to be done
//!   with its verdict is for you to do then: refuse with [`status_of`](crate::grpc::status_of), take `authorization`
//!   out of the metadata, and hand the [`Grant`](crate::authorizer::Grant) on.
//!
//! # What does not compile
//!
//! The guard is no layer. A layer of axum's guards what was added before it, and not what is merged afterwards:
//!
//! ```compile_fail,E0277
//! # fn f(guarded: axum::Router, forgotten: axum::Router, protected: sekisho::Protected) -> axum::Router {
//! guarded.layer(protected).merge(forgotten)
//! # }
//! ```
//!
//! One that is optional guards nothing where it is absent:
//!
//! ```compile_fail,E0277
//! # fn f(services: axum::Router, protected: Option<sekisho::Protected>) -> axum::Router {
//! services.layer(tower::util::option_layer(protected))
//! # }
//! ```
//!
//! And one that is put around nothing guards nothing:
//!
//! ```compile_fail,E0277
//! # async fn f(routes: tonic::service::Routes, protected: sekisho::Protected) {
//! # let address = "127.0.0.1:50051".parse().unwrap();
//! tonic::transport::Server::builder().layer(protected).add_routes(routes).serve(address).await;
//! # }
//! ```
//!
//! The compiler warns where what is protected is not served:
//!
//! ```compile_fail
//! #![deny(unused_must_use)]
//! # fn f(services: sekisho::Services, issuer: sekisho::Issuer) -> Result<(), sekisho::server::SetupError> {
//! services.protect(issuer)?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod as_granted;
mod assembly;
mod batched_writes;
mod behind;
mod direct;
mod error;
mod grpc_request;
mod health;
mod protected;
mod reflected;
mod registered;
mod reporting;
mod services;

pub use batched_writes::BatchedWrites;
pub use error::SetupError;
pub use health::HealthHandle;
pub use protected::{Protected, ProtectedFuture};
pub use services::Services;
