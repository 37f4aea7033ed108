//! A stranger's server: services behind the guard, on real sockets.
#![cfg(all(feature = "server", feature = "discovery"))]
#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests")]

mod batched_writes;
mod forms;
mod health;
mod layers;
mod options;
mod refused_at_start;
mod several_sets;
mod support;
