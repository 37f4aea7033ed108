//! The real binary, with an environment that holds nothing but what a test puts there.
#![allow(clippy::unwrap_used, reason = "a test's support may fail by panicking, as its tests do")]

mod check_config;
#[cfg(all(unix, feature = "development"))]
mod descriptors;
mod exit_codes;
mod explain;
mod healthcheck;
mod issuers;
mod log_lines;
mod policy;
mod reload;
mod servers;
mod start;
mod support;
mod token;
