//! The matrix of the test kit: it passes a service that is guarded as expected, and fails one that is wrong in any way,
//! with the rows of just that.
#![cfg(feature = "server")]
#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests")]

mod apart;
mod listing;
mod right;
mod shapes;
mod subjects;
mod support;
mod wrong_ends;
mod wrong_refusals;
mod wrong_reports;
mod wrong_rules;
mod wrong_tokens;
