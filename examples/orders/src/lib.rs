//! The services, as their team writes them. Nothing in here checks a scope: that stands in `proto/orders/v1/orders.proto`.

mod catalog;
mod changes;
mod follow;
mod orders;
mod store;

pub use catalog::Catalog;
pub use orders::Orders;

/// Code generated from `proto/`.
pub mod proto {
    tonic::include_proto!("orders.v1");

    /// What is served, with the scopes that each method requires.
    pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
}
