//! `.proto` files, compiled as they stand in folders, with the option's own file at hand: the feature `protos`.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use sekisho_policy::{Policy, protos::Compiled};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # std::fs::create_dir_all(folder.join("orders/v1"))?;
//! std::fs::write(folder.join("orders/v1/orders.proto"), r#"
//!     syntax = "proto3";
//!     package orders.v1;
//!     import "sekisho/v1/access.proto";
//!     message Order {}
//!     service Orders {
//!       rpc Get(Order) returns (Order) { option (sekisho.v1.access) = { all_of: "orders:read" }; }
//!     }
//! "#)?;
//! let compiled = Compiled::from_folder(folder)?;
//! let policy = Policy::builder()
//!     .descriptor_set_services(compiled.descriptor_set(), compiled.services())
//!     .build()?;
//! assert!(policy.method("/orders.v1.Orders/Get").is_some());
//!
//! // What does not compile is told with its place.
//! std::fs::write(folder.join("broken.proto"), "syntax = \"proto3\";\nmessage {}")?;
//! let error = Compiled::from_folder(folder).expect_err("no proto");
//! let position = error.faults()[0].position().ok_or("no place")?;
//! assert_eq!((position.line, position.column), (2, 9));
//! # Ok(())
//! # }
//! ```
//!
//! The compiler is protox. What it cannot read and protoc or buf can, one of those compiles into a descriptor set.

mod bounded;
mod compiled;
mod depth;
mod error;
mod folder;
mod misread;
mod public_imports;
mod readable;
mod resolver;
mod shadow;

pub use compiled::Compiled;
pub use error::{ProtoError, ProtoFault};
pub use folder::files_below;
