//! In front of tonic: the layer that asks the authorizer, the one map from a denial to a gRPC status, and
//! what is logged of each decision.
//!
//! The layer is a tower layer, since tonic's own `Interceptor` is synchronous and is not told the method.
//! It decides from the head of a request: of a refused call not a byte of the body is read.

mod challenge;
mod layer;
mod observe;
mod request;
mod status;

pub use layer::{Access, AccessFuture, AccessLayer};
pub use request::RequestExt;
pub use status::{DOMAIN, status_of};

#[cfg(test)]
mod tests;
