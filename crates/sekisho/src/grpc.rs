//! In front of tonic: the layer that asks the authorizer, the one map from a denial to a gRPC status, and
//! what is logged of each decision.
//!
//! The layer is a tower layer, since tonic's own `Interceptor` is synchronous and is not told the method.
//! It decides from the head of a request. The body of a refused call is thrown away, and waited for by nobody.

mod challenge;
mod discard;
mod forwarded_token;
mod layer;
mod observe;
mod request;
mod request_body;
mod status;

pub use discard::ConnectionResets;
pub use forwarded_token::ForwardedToken;
pub use layer::{Access, AccessFuture, AccessLayer};
pub use request::RequestExt;
pub use request_body::RequestBody;
pub use status::{DOMAIN, status_of};

#[cfg(test)]
mod tests;
