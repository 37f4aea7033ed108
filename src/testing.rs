//! The test kit: an issuer with a key of its own, and a clock that a test moves. What it signs goes
//! through the same authorizer as in production, so a test's grant is a real one.

mod clock;
mod issuer;

pub use clock::ManualClock;
pub use issuer::{TestIssuer, TokenBuilder};

/// The encoded descriptor set of one `.proto` source, which may import `sekisho/v1/access.proto`.
///
/// # Errors
/// What the compiler says of the source.
#[cfg(feature = "build")]
pub fn descriptor_set(source: &str) -> Result<Vec<u8>, crate::build::Error> {
    crate::build::descriptor_set_of(source)
}
