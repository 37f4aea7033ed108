//! The development issuer, driven over HTTP as a client sees it.
#![cfg(feature = "development")]
#![allow(clippy::unwrap_used, reason = "a test's support may fail by panicking, as its tests do")]

#[cfg(unix)]
mod descriptors;
mod metadata;
mod server;
mod support;
mod token_endpoint;
mod tokens;
