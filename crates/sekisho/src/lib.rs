//! Per-method OAuth 2.0 scopes, declared in the `.proto` and enforced in front of tonic services.
//!
//! ```proto
//! rpc GetOrder(GetOrderRequest) returns (GetOrderResponse) {
//!   option (sekisho.v1.access) = { all_of: "orders:read" };
//! }
//! ```
//!
//! # In a server of your own
//!
//! Give your services and the descriptors that `sekisho-build` embeds to [`Services`]; [`Services::protect`] compares
//! the two and puts the guard around the finished routes:
//!
//! ```no_run
//! use sekisho::{AccessRule, Issuer, RequestExt as _, Services};
//! use tonic::{Request, Response, Status, transport::Server};
//! # use std::convert::Infallible;
//! # use tonic::{body::Body, server::NamedService};
//! # use tower::Service;
//!
//! # struct Order;
//! /// In a handler: who calls.
//! async fn get_order(request: Request<()>) -> Result<Response<Order>, Status> {
//!     let subject = request.grant()?.subject();
//!     # let _ = subject;
//!     // …
//!     # Ok(Response::new(Order))
//! }
//!
//! # async fn serve<S>(descriptor_set: &[u8], orders: S) -> Result<(), Box<dyn std::error::Error>>
//! # where
//! #     S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
//! #     S: NamedService + Clone + Send + Sync + 'static,
//! #     S::Future: Send,
//! # {
//! let protected = Services::new(descriptor_set) // `orders::DESCRIPTOR_SET`
//!     .add_service(orders) // `OrdersServer::new(Orders)`
//!     .health(AccessRule::Public)
//!     .reflection(AccessRule::Authenticated)
//!     .protect(Issuer::discover("https://tenant.example/", "orders")?)?;
//! Server::builder()
//!     .http2_max_local_error_reset_streams(Some(1024)) // tonic sets no bound: RUSTSEC-2024-0003
//!     .serve("127.0.0.1:50051".parse()?, protected)
//!     .await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`server`] says how it goes beside axum, with CORS and gRPC-Web, or into a hyper server. Here the service is called
//! without any, which shows a call that is allowed and one that is refused:
//!
//! ```
//! use http::{Request, Response};
//! use sekisho::testing::TestIssuer;
//! use sekisho::{Grant, Services};
//! use tonic::body::Body;
//! use tower::{Service, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let descriptor_set = sekisho_build::descriptor_set_of(r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     import "sekisho/v1/access.proto";
//!     message Order {}
//!     service Orders {
//!       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//!     }
//! "#)?;
//! let orders = service_fn(|request: Request<Body>| async move {
//!     let subject = request.extensions().get::<Grant>().and_then(Grant::subject).unwrap_or_default();
//!     Ok(Response::new(Body::new(subject.to_owned())))
//! });
//! // In production: `Issuer::discover("https://tenant.example/", "orders")?`
//! let issuer = TestIssuer::new("https://tenant.example/", "orders");
//! let protected = Services::new(&descriptor_set).add_named("orders.v1.Orders", orders).protect(issuer.issuer())?;
//!
//! let now = std::time::SystemTime::now();
//! let call = async |scope: &str| {
//!     let token = issuer.token().scope(scope).issued_at(now).sign();
//!     let request = Request::post("/orders.v1.Orders/Get")
//!         .header("content-type", "application/grpc")
//!         .header("authorization", format!("Bearer {token}"));
//!     Ok::<_, Box<dyn std::error::Error>>(protected.clone().call(request.body(Body::empty())?).await?)
//! };
//! assert!(!call("orders:read").await?.headers().contains_key("grpc-status"));
//!
//! let refused = call("orders:write").await?;
//! assert_eq!(refused.headers()["grpc-status"], "7");
//! assert_eq!(
//!     refused.headers()["www-authenticate"],
//!     r#"Bearer error="insufficient_scope", scope="orders:read""#,
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # The path of a call
//!
//! 1. [`server`]: what is no call is answered; the guard takes the path and the metadata of a call,
//! 2. [`authorizer`]: which asks, in this order,
//! 3. [`policy`]: for the rule of the method,
//! 4. [`token`]: for the bearer token, and what can be judged of it without a key,
//! 5. its list of issuers: for the one that the token names,
//! 6. [`jwks`]: for this issuer's key, and
//! 7. [`token`] again: whether signature and claims hold;
//! 8. [`policy`] again: whether the [`scope`]s are enough.
//!
//! A token that was verified before is remembered: it goes from 4 to 8. For a method that anyone may call, 3 is the end
//! ([`AccessRule::Public`], or [`AccessRule::Optional`] without an `authorization` entry).
//!
//! What comes out is a [`Grant`], which the handler finds in the request, or a [`Denial`](authorizer::Denial), which
//! the one map of [`grpc`] turns into a status. Where the method only reports ([`Mode::ReportOnly`]), it is a grant with the
//! denial in it: [`Grant::would_deny`]. Whoever [observes](observe) is told in either case. What tokens and issuers say is
//! read by [`json`].
//!
//! # Logs
//!
//! Events of `tracing`, by their targets:
//!
//! | target | tells, at level `INFO` and above |
//! |---|---|
//! | `sekisho::call::allowed` | each call that its rule allows: `method`, `outcome`, and what is known of `issuer`, `subject`, `client` and `claims` |
//! | `sekisho::call::refused` | each call that its rule refuses: the same, and `reason`, `detail` and perhaps a `hint` |
//! | `sekisho::jwks` | which keys are held, and why an issuer's keys could not be fetched |
//! | `sekisho::server::reporting` | at the start, a warning with every method that only reports |
//!
//! | `outcome` | the call |
//! |---|---|
//! | `allowed` | goes on to its handler |
//! | `refused` | is refused |
//! | `would_deny` | goes on to its handler, since its method only reports |
//! | `ended` | was a stream that was allowed, and ends with its token, its key or its issuer |
//!
//! `issuer` is the name that the operator gave to the issuer ([`Issuer::named`]); without a verified token it is that of the
//! issuer in whose words the call is refused. `claims` are those that
//! [`Verifier::log_claims`](token::Verifier::log_claims) names, and no others. The token is in no line.
//!
//! A server whose issuer's URL is wrong starts, and says so there alone. A line for each allowed call may be more than
//! a busy server wants: `RUST_LOG=info,sekisho::call::allowed=off` leaves these out. Since they have a target of their
//! own, they then cost next to nothing, as long as all subscribers of the process agree.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | (none) | [`authorizer`], with keys that are handed in |
//! | `server` | [`server`] and [`reflection`]: services behind the guard, with health, and reflection that knows extensions; on by default |
//! | `transport` | [`BatchedWrites`](server::BatchedWrites) as a connection of tonic's own server; on by default |
//! | `discovery` | keys by discovery, from a URL or a file, refreshed in the background (reqwest); on by default |
//! | `testing` | `sekisho::testing`: an issuer with its own key, a clock that a test moves, a matrix of all that a service has to refuse |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod base64url;
mod check;
mod excerpt;

pub mod authorizer;
pub mod clock;
pub mod grpc;
pub mod json;
pub mod jwks;
pub mod observe;
pub mod token;

#[cfg(feature = "server")]
pub mod reflection;
#[cfg(feature = "server")]
pub mod server;

#[cfg(feature = "testing")]
pub mod testing;

pub use authorizer::{Grant, Issuer};
pub use grpc::RequestExt;
pub use sekisho_policy::{AccessRule, Mode, Policy, StreamEnd};
#[cfg(feature = "server")]
pub use server::{Protected, Services};

#[doc(inline)]
pub use sekisho_policy as policy;
#[doc(inline)]
pub use sekisho_policy::scope;
