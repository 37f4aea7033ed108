//! The real binary, with an environment that holds nothing but what a test puts there.
#![cfg(feature = "program")]
#![allow(clippy::unwrap_used, reason = "a test's support may fail by panicking, as its tests do")]

mod exit_codes;
mod healthcheck;
mod log_lines;
mod servers;
mod support;
mod token;
