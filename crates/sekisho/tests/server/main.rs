//! A stranger's server: services behind the guard, on real sockets.
#![cfg(all(feature = "server", feature = "discovery"))]
#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests")]
#![allow(clippy::duplicate_mod, reason = "they run by either way from the guard to a service")]

mod batched_writes;
mod direct;
mod layered;
