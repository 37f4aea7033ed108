//! The test kit: an issuer with a key of its own, and a clock that a test moves. What it signs goes
//! through the same authorizer as in production, so a test's grant is a real one.

mod clock;
mod issuer;

pub use clock::ManualClock;
pub use issuer::{TestIssuer, TokenBuilder};
