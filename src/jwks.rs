//! (skeleton)
mod algorithm;
#[cfg(feature = "remote")]
mod http_url;
pub use algorithm::{Algorithm, UnknownAlgorithm};
#[cfg(feature = "remote")]
pub use http_url::{HttpUrl, InvalidHttpUrl, PlainHttp};
