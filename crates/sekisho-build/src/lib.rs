//! The build helper: one line in a `build.rs` compiles the protos beside the option's own, embeds the
//! descriptors with their options, and refuses a method without a rule.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), sekisho_build::Error> {
//!     sekisho_build::configure().compile(&["proto/orders/v1/orders.proto"], &["proto"])
//! }
//! ```
//!
//! ```ignore
//! // lib.rs or main.rs
//! pub mod orders {
//!     tonic::include_proto!("orders.v1");
//!     pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
//! }
//! ```
//!
//! No `protoc` is needed, and `sekisho/v1/access.proto` can be imported without a copy of it. The code is the one that
//! `tonic_prost_build::configure().compile_protos(…)` generates, with all of its settings: [`Builder::tonic`].
//!
//! The services of the files that are named need a rule for each method. Those of files that are only imported need
//! none: they are left out of the embedded set, so that the server's policy does not know them, and refuses them.
//!
//! What only protoc or buf can compile is compiled from the descriptor set that one of them has written:
//! [`Builder::compile_descriptor_set`].

mod builder;
mod error;
mod generate;
mod policy;
mod set;

pub use builder::{Builder, configure};
pub use error::Error;

use sekisho_policy::protos::Compiled;

/// The encoded descriptor set of one `.proto` source, which may import `sekisho/v1/access.proto`. It is for tests:
/// nothing is generated, and the rules are not judged, since a test may want a bad one.
///
/// # Errors
/// [`Error::Proto`]: what the compiler says of the source.
pub fn descriptor_set_of(source: &str) -> Result<Vec<u8>, Error> {
    Ok(Compiled::from_source("test.proto", source)?.descriptor_set().to_owned())
}

/// Compiles the examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
