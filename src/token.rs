//! (skeleton)
mod profile;
pub use profile::{TokenProfile, UnknownProfile};
