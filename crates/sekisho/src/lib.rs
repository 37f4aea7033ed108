//! Per-method OAuth 2.0 scopes, declared in the `.proto` and enforced in front of tonic services.
//!
//! ```proto
//! rpc GetOrder(GetOrderRequest) returns (GetOrderResponse) {
//!   option (sekisho.v1.access) = { all_of: "orders:read" };
//! }
//! ```
//!
//! # The path of a call
//!
//! 1. [`grpc`]: a tower layer takes the call's path and metadata,
//! 2. [`authorizer`]: which asks, in this order,
//! 3. [`policy`]: for the rule of the method,
//! 4. [`token`]: for the bearer token, and what can be judged of it without a key,
//! 5. [`jwks`]: for the issuer's key, and
//! 6. [`token`] again: whether signature and claims hold;
//! 7. [`policy`] again: whether the [`scope`]s are enough.
//!
//! What comes out is a [`Grant`](authorizer::Grant), which the handler finds in the request, or a
//! [`Denial`](authorizer::Denial), which the one map of [`grpc`] turns into a status. What tokens and issuers say is
//! read by [`json`].
//!
//! # In a server of your own
//!
//! The layer goes in front of any tonic server or router. Here it stands in front of a bare service, which
//! shows a call that is allowed and one that is refused:
//!
//! ```
//! use http::{Request, Response};
//! use sekisho::authorizer::Grant;
//! use sekisho::grpc::{AccessLayer, RequestBody};
//! use sekisho::policy::Policy;
//! use sekisho::testing::TestIssuer;
//! use tonic::body::Body;
//! use tower::{Layer, Service, ServiceExt, service_fn};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let orders = sekisho_build::descriptor_set_of(r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     import "sekisho/v1/access.proto";
//!     message Order {}
//!     service Orders {
//!       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//!     }
//! "#)?;
//! // In production: `Issuer::discover("https://tenant.example/", "orders")?`
//! let issuer = TestIssuer::new("https://tenant.example/", "orders");
//! let layer = AccessLayer::new(Policy::from_descriptor_set(&orders)?, issuer.issuer());
//!
//! let handler = service_fn(|request: Request<RequestBody<Body>>| async move {
//!     let grant: &Grant = request.extensions().get().ok_or("no grant")?;
//!     assert_eq!(grant.subject(), Some("alice"));
//!     Ok::<_, Box<dyn std::error::Error>>(Response::new("an order"))
//! });
//! let mut orders = layer.layer(handler);
//!
//! let now = std::time::SystemTime::now();
//! let mut call = async |scope: &str| {
//!     let token = issuer.token().scope(scope).issued_at(now).sign();
//!     let request = Request::post("/orders.v1.Orders/Get").header("authorization", format!("Bearer {token}"));
//!     orders.ready().await?.call(request.body(Body::empty())?).await
//! };
//! assert_eq!(call("orders:read").await?.body(), &"an order");
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
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | (none) | the layer, with keys that are handed in |
//! | `discovery` | keys by discovery, from a URL or a file, refreshed in the background (reqwest); on by default |
//! | `server` | [`reflection`]: server reflection that knows extensions; on by default |
//! | `testing` | [`testing`]: an issuer with its own key, a clock that a test moves |

mod base64url;
mod excerpt;

pub mod authorizer;
pub mod clock;
pub mod grpc;
pub mod json;
pub mod jwks;
#[cfg(feature = "server")]
pub mod reflection;
pub mod token;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(inline)]
pub use sekisho_policy as policy;
#[doc(inline)]
pub use sekisho_policy::scope;
