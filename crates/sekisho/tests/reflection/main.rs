//! Server reflection on a real socket, in both versions of the protocol.
#![cfg(feature = "server")]
#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests")]

mod support;

mod bounds;
mod questions;
mod visibility;
