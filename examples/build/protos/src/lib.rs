//! The code of all protos, and their descriptors. Each server takes its own services out of them.

include!(concat!(env!("OUT_DIR"), "/protos.rs"));

/// The services of all servers, with the scopes that they ask for.
pub const DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("sekisho_descriptor_set");
