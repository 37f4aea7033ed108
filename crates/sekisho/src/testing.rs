//! The test kit: an issuer with a key of its own, and a clock that a test moves. What it signs goes
//! through the same authorizer as in production, so a test's grant is a real one.
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

pub use clock::ManualClock;
pub use issuer::{TestIssuer, TokenBuilder};
pub use matrix::{ExpectedRule, InvalidExpectedRule, Matrix, MatrixFailure, MatrixReport, MatrixRow, matrix};
