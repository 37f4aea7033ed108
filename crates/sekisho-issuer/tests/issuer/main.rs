//! The development issuer, driven over HTTP as a client sees it.
#![allow(clippy::unwrap_used, reason = "a test's support may fail by panicking, as its tests do")]

mod authorization_endpoint;
mod browser;
mod codes;
mod configuration;
mod cors;
mod hosts;
mod key_rotation;
mod lifetimes;
mod log_out;
mod metadata;
mod pages;
mod person;
mod refresh_tokens;
mod scopes_of_accounts;
mod server;
mod support;
mod token_endpoint;
mod token_request;
mod tokens;
