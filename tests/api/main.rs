//! The real server on a port of the system's choosing, with a key and a clock of the tests' own, driven
//! through real sockets.

#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests, and theirs alone")]

mod support;

mod connections;
mod early_answers;
mod grpc_web;
mod head;
mod hosts;
mod issuers;
mod keys;
mod limits;
mod listener_tls;
mod log_lines;
mod matrix;
mod metadata;
mod optional;
mod page;
mod refusals;
mod report_only;
mod services;
mod shutdown;
mod streaming;
mod streams;
mod tls;
mod token;
mod trailers;
mod transport;
