//! What the parts of a call cost, in time and in allocations: `cargo bench -p sekisho --bench parts`.
//!
//! `cargo bench -p sekisho --bench parts -- remembered` runs those whose name has that word.

#![allow(clippy::expect_used, unreachable_pub, reason = "these are benches")]

mod call;
mod cold;
mod jwks;
mod methods;
mod reading;
mod refused;
mod remembered;
mod start;
mod support;

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    // `cargo test --benches` runs it as well, and wants no figures.
    if std::env::args().any(|argument| argument == "--bench") {
        divan::main();
    }
}
