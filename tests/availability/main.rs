//! The real program with its limits as they are by default, under peers that want it to stand still. The
//! numbers are those of the rows of the threat table.
#![cfg(all(target_os = "linux", feature = "development"))]
#![allow(clippy::expect_used, unreachable_pub, reason = "these are tests, and theirs alone")]
#![allow(clippy::print_stdout, reason = "figures that are worth a look, with `--nocapture`")]

mod support;

mod file_descriptors;
mod floods;
mod heads;
mod reload;
mod shared_connections;
mod shutdown;
mod slow_peers;
mod tokens;
mod unread;
