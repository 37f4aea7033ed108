//! What a call is in gRPC: the one map from a denial to a status, the grant as a handler finds it, the body of a
//! request, and what is logged of each decision.
//!
//! [`server`](crate::server) puts the guard in front of services. tonic's own `Interceptor` could not be it, since that
//! is synchronous and is not told the method. The guard decides from the head of a request. The body of a refused call
//! is thrown away, and nothing waits for it.
//!
//! Whoever composes a guard of her own from [`Authorizer`](crate::authorizer::Authorizer) finds in here what it needs
//! besides: [`status_of`] and [`RequestBody::wrap`].

mod challenge;
#[cfg(feature = "server")]
mod deadline;
mod discard;
mod forwarded_token;
#[cfg(feature = "server")]
mod guard;
mod request;
mod request_body;
mod status;
#[cfg(feature = "server")]
mod streams;
#[cfg(feature = "server")]
mod verifications;
#[cfg(feature = "server")]
mod would_deny;

pub use discard::ConnectionResets;
pub use forwarded_token::ForwardedToken;
#[cfg(feature = "server")]
pub(crate) use guard::{GrantOfThisCall, Granted, Guard, GuardFuture};
pub use request::RequestExt;
pub use request_body::RequestBody;
pub use status::{DOMAIN, status_of};
#[cfg(feature = "server")]
pub use streams::{EXPIRES_IN, ResetDue};
#[cfg(feature = "server")]
pub use would_deny::WOULD_DENY;

#[cfg(test)]
mod tests;
