//! The test kit: an issuer with a key of its own, a clock that a test moves, and a matrix of all that a service has to
//! refuse. What the issuer signs goes through the same authorizer as in production, so a test's grant is a real one.
//!
//! # All rules of a service, in one call
//!
//! [`matrix`] calls every method with every kind of bad token and with every set of scopes that matters. The rules that are
//! expected stand in the test. Where the `.proto` says otherwise, the test fails:
//!
//! ```
//! use sekisho::Services;
//! use sekisho::testing::{TestIssuer, matrix};
//! # use http::{Request, Response};
//! # use tonic::body::Body;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let descriptor_set = sekisho_build::descriptor_set_of(r#"
//! #     syntax = "proto3";
//! #     package orders.v1;
//! #     import "sekisho/v1/access.proto";
//! #     message Order {}
//! #     service Orders {
//! #       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//! #       rpc Cancel(Order) returns (Order) {
//! #         option (sekisho.v1.access) = { any_of: [{ all_of: ["orders:read", "orders:write"] }, { all_of: "admin" }] };
//! #       }
//! #       rpc Catalog(Order) returns (stream Order) { option (sekisho.v1.access) = { public: true }; }
//! #     }
//! # "#)?;
//! # let orders = tower::service_fn(async |_: Request<Body>| {
//! #     Ok::<Response<Body>, std::convert::Infallible>(tonic::Status::not_found("no such order").into_http())
//! # });
//! let issuer = TestIssuer::new("https://tenant.example/", "orders");
//! // `Services::new(orders::DESCRIPTOR_SET).add_service(OrdersServer::new(Orders))`
//! let services = Services::new(&descriptor_set).add_named("orders.v1.Orders", orders);
//! let protected = services.protect(issuer.issuer())?;
//!
//! let report = matrix(protected.clone(), &issuer, [
//!     ("orders.v1.Orders/Get", "orders:read"),
//!     ("orders.v1.Orders/Cancel", "orders:read orders:write | admin"),
//!     ("orders.v1.Orders/Catalog", "public"),
//! ])
//! .await?;
//! println!("{report}");
//!
//! // One scope is enough for `Cancel`? The proto says that it is not.
//! let failure = matrix(protected, &issuer, [
//!     ("orders.v1.Orders/Get", "orders:read"),
//!     ("orders.v1.Orders/Cancel", "orders:write | admin"),
//!     ("orders.v1.Orders/Catalog", "public"),
//! ])
//! .await
//! .expect_err("the rules are not the same");
//! let not_let_in = failure.report().failed().find(|(_, row)| row.expected() == "let in");
//! let (method, row) = not_let_in.ok_or("a row")?;
//! assert_eq!((method, row.sent()), ("orders.v1.Orders/Cancel", "a valid token with scope orders:write"));
//! assert!(row.seen().starts_with("refused: code: PERMISSION_DENIED"), "{failure}");
//! # Ok(())
//! # }
//! ```
//!
//! # One call, one claim
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use http::HeaderMap;
//! use sekisho::authorizer::{Authorization, Authorizer};
//! use sekisho::policy::Policy;
//! use sekisho::testing::{ManualClock, TestIssuer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let orders = sekisho_build::descriptor_set_of(r#"
//! #     syntax = "proto3";
//! #     package orders.v1;
//! #     import "sekisho/v1/access.proto";
//! #     message Order {}
//! #     service Orders {
//! #       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//! #     }
//! # "#)?;
//! # let policy = Policy::from_descriptor_set(&orders)?;
//! let issuer = TestIssuer::new("https://tenant.example/", "orders");
//! let clock = Arc::new(ManualClock::new());
//! let authorizer = Authorizer::new(policy, issuer.issuer()).clock(clock.clone());
//! let is_allowed = |token: &str| {
//!     let bearer = format!("Bearer {token}").parse().expect("a token is of visible characters");
//!     let metadata = HeaderMap::from_iter([(http::header::AUTHORIZATION, bearer)]);
//!     let answer = authorizer.authorize("/orders.v1.Orders/Get", &metadata);
//!     matches!(answer, Authorization::Decided(verdict) if verdict.result().is_ok())
//! };
//!
//! // A token is issued when the clock starts, and good for an hour. With a clock of the system's, say
//! // `.issued_at(SystemTime::now())`.
//! let token = issuer.token().scope("orders:read");
//! assert!(is_allowed(&token.sign()));
//! assert!(!is_allowed(&token.clone().claim("aud", "payments").sign()));
//! clock.advance(Duration::from_secs(2 * 60 * 60));
//! assert!(!is_allowed(&token.sign()), "it has expired");
//! # Ok(())
//! # }
//! ```
//!
//! # Tokens as another issuer writes them
//!
//! [`TestIssuer::shape`] has the test's issuer write its tokens as Auth0, Okta, Entra ID, Keycloak and others do, and has
//! it trusted with the settings that they need ([`TokenShape`]). The matrix then sends such tokens:
//!
//! ```
//! use sekisho::testing::{TestIssuer, TokenShape};
//!
//! let tenant = "https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111/v2.0";
//! let audience = "22222222-2222-2222-2222-222222222222";
//! let issuer = TestIssuer::new(tenant, audience).shape(TokenShape::EntraV2Service);
//! assert!(issuer.token().scope("orders:read").payload_json().contains(r#""roles":["orders:read"]"#));
//! ```
//!
//! # This, or the crate `sekisho-issuer`?
//!
//! Take this for how handlers and rules answer: there is no network and no HTTP, a token has whatever claims and
//! header a test wants, well-formed or not, and time passes when the test says so. Take `sekisho-issuer` where the
//! issuer's side matters: it is a whole OpenID provider on loopback, started in one line. The service discovers it,
//! fetches its keys and sees them change; clients fetch their tokens over HTTP, and persons log in with a browser.
//! Its tokens are all good ones.

mod clock;
mod issuer;
mod matrix;
mod shape;
mod token;

pub use clock::ManualClock;
pub use issuer::TestIssuer;
pub use matrix::{ExpectedRule, InvalidExpectedRule, Matrix, MatrixFailure, MatrixReport, MatrixRow, matrix};
pub use shape::TokenShape;
pub use token::TokenBuilder;
